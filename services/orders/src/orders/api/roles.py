"""Who at the company may ask for what; which role decides about which gate is the route's own matter."""

from shared.contracts.roles import Role

READERS = tuple(role for role in Role if role not in {Role.OPERATOR, Role.HUMAN_RESOURCES})
"""Everybody on staff whose work is about orders."""
