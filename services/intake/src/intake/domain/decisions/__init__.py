"""What is decided at intake, by topic."""
