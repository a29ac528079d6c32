"""The groups of roles that do the same work."""

from shared.contracts.roles import Role

CS_HEADS = (Role.CS_SUPERVISOR, Role.CS_SECTION_CHIEF, Role.CS_MANAGER, Role.CS_DIRECTOR)
CS = (Role.CS_SPECIALIST, *CS_HEADS)
FOLLOW_UP = (Role.ORDER_SPECIALIST, *CS)
DRAFTERS = (*CS, Role.ACCOUNT_MANAGER, Role.REGIONAL_HEAD)
MONEY_HEADS = (Role.CS_DIRECTOR, Role.SALES_VP)
PLANNING = (Role.PLANNER, *FOLLOW_UP)
