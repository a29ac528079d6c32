"""What after-sales decides, without knowing where it is kept or who asks."""
