"""Intake: customers and everything they say to us; the door through which orders and departments' facts come in."""
