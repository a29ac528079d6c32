"""What a page of a customer's timeline costs among a million entries."""
