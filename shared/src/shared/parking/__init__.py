"""What could not be handled: parked, tried again, dead, and the routes over it."""
