"""What intake decides: pure functions of what it knows, without asking the time and without I/O."""
