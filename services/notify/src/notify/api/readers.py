"""Who may read what customers were told."""

from notify.domain.roles import DESK
from shared.contracts.roles import Role

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
