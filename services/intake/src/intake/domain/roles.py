"""Which staff do what at intake, in the groups that its lifecycles and routes name."""

from shared.contracts.roles import Role

SUPERVISORS = (Role.CS_SUPERVISOR, Role.CS_SECTION_CHIEF, Role.CS_MANAGER, Role.CS_DIRECTOR)
SERVICE = (Role.CS_SPECIALIST, *SUPERVISORS)
SALES = (Role.ACCOUNT_MANAGER, Role.REGIONAL_HEAD, Role.SALES_ASSISTANT)
ORDER_DESK = (*SERVICE, Role.ORDER_SPECIALIST)
"""Who records orders and verifies them with the customer."""
