"""How long one event takes, alone and under load."""
