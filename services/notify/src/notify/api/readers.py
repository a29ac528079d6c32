"""Which staff may do what in notify."""

from notify.domain.lifecycle import DESK
from shared.contracts.roles import Role

SUPERVISORS = (Role.CS_SUPERVISOR, Role.CS_MANAGER, Role.CS_DIRECTOR)
READERS = (
    *DESK,
    Role.CS_SECTION_CHIEF,
    Role.COMPLAINT_HANDLER,
    Role.ORDER_SPECIALIST,
    Role.ACCOUNT_MANAGER,
    Role.REGIONAL_HEAD,
    Role.SALES_ASSISTANT,
    Role.MARKET_SUPERVISOR,
)
"""Who sees what customers were told."""

STAFF = tuple(Role)
"""A slip may be meant for any member of staff."""
