"""What a long queue, a large collection and more processes do to the rate."""
