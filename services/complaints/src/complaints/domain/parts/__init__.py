"""What a complaint is made of."""
