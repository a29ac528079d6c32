"""What an order is and what may be decided about it; pure."""
