"""What the console costs people and machine."""
