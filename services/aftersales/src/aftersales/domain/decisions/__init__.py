"""What after-sales may decide, a file for each topic."""
