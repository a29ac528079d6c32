"""What is worked out from cases and kept by none: how one went, how many there were, what other rules would change."""
