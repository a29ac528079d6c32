"""What an order is made of."""
