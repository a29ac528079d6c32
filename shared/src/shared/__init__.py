"""What every service stands on: the contracts of the bus and the plumbing beneath the six words."""
