"""The groups of staff that notify's lifecycles and routes name."""

from shared.contracts.roles import Role

SUPERVISORS = (Role.CS_SUPERVISOR, Role.CS_MANAGER, Role.CS_DIRECTOR)
DESK = (Role.CS_SPECIALIST, *SUPERVISORS, Role.OPERATOR)
"""Who looks after messages whose fate is unknown, and those that failed."""

STAFF = tuple(Role)
"""A slip may be meant for any member of staff."""
