"""What can be done to orders and what belongs to them."""
