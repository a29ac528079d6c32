"""What the state of the aggregates is made of."""
