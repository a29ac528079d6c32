"""What intake decides: pure functions of what it knows, without a clock and without I/O."""
