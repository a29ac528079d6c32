"""What the evidence of a reading costs."""
