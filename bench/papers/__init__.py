"""What a paper as PDF costs."""
