"""What it costs to find a customer among a million."""
