"""What an order costs among few and among many."""
