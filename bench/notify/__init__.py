"""How many messages notify gets accepted, beside a loop that a user would write, and whether bulk delays live ones."""
