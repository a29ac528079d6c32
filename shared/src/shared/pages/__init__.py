"""What a service shows to people: pages and cards in HTML beside its API, drawn from the same lists and views."""
