"""notify: every message to customers and colleagues, explained, none lost, none twice."""
