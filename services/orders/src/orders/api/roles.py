"""Who at the company may ask for what; which role decides about which gate is the route's own matter."""

from shared.contracts.roles import Role

CS = (Role.CS_SPECIALIST, Role.CS_SUPERVISOR, Role.CS_SECTION_CHIEF, Role.CS_MANAGER, Role.CS_DIRECTOR)
FOLLOW_UP = (Role.ORDER_SPECIALIST, *CS)
DRAFTERS = (*CS, Role.ACCOUNT_MANAGER, Role.REGIONAL_HEAD)
PLANNING = (Role.PLANNER, *FOLLOW_UP)
READERS = tuple(role for role in Role if role not in {Role.OPERATOR, Role.HUMAN_RESOURCES})
"""Everybody on staff whose work is about orders."""
