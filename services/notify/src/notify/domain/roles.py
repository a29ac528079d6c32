"""The groups of staff that notify's lifecycles and routes name."""

from shared.contracts.roles import CS_MANAGERS, Role

DESK = (Role.CS_SPECIALIST, *CS_MANAGERS, Role.OPERATOR)
"""Who looks after messages whose fate is unknown, and those that failed."""

STAFF = tuple(Role)
"""A slip may be meant for any member of staff."""
