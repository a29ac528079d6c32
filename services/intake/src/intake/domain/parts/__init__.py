"""What the aggregates of intake are made of."""
