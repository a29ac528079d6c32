"""What a page of duties costs among a million running clocks."""
