"""What is decided about complaints, without knowing where they are kept or who asks."""
