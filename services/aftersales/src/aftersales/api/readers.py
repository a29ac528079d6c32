"""Who may read in after-sales."""

from aftersales.domain.roles import TECHNICIANS
from shared.contracts.roles import HANDLERS, SALES, Role

READERS = (
    *HANDLERS,
    *SALES,
    Role.OPERATIONS_SUPERVISOR,
    Role.ENGINEERING_REGIONAL_HEAD,
    *TECHNICIANS,
    Role.FINANCE,
    Role.DEPUTY_GM,
    Role.GM,
)
"""Who may read the register, the vouchers and the settlements. No department's system is among them."""

WHOLE = (*HANDLERS, Role.REGIONAL_HEAD, Role.OPERATIONS_SUPERVISOR, Role.ENGINEERING_REGIONAL_HEAD, *TECHNICIANS)
"""Who reads how and where the customer is reached: who speaks with them and who goes there.

An account manager reads it in the files of their own customers.
"""
