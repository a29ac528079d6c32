"""What the aggregates of after-sales are made of."""
