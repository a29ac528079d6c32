"""What may be decided about a complaint, a file for each topic."""
