"""The groups of roles that do the same work."""

from shared.contracts.roles import CS, ORDER_DESK, Role

DRAFTERS = (*CS, Role.ACCOUNT_MANAGER, Role.REGIONAL_HEAD)
MONEY_HEADS = (Role.CS_DIRECTOR, Role.SALES_VP)
PLANNING = (Role.PLANNER, *ORDER_DESK)
