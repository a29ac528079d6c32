"""What it costs to list, find and open a complaint among a million."""
