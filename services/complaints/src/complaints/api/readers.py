"""Who may read cases and the papers that follow from them; punishments have readers of their own (`domain.roles`)."""

from complaints.domain.roles import INVESTIGATORS, LEADERS, SALES_AND_VPS
from shared.contracts.roles import HANDLERS, Role

CASES = (*INVESTIGATORS, *SALES_AND_VPS, *LEADERS, Role.FINANCE)
"""Who may read the internal form and everything on it. No department's system is among them (003 §25.6)."""

WHOLE = (*HANDLERS, Role.REGIONAL_HEAD, Role.ENGINEERING_REGIONAL_HEAD, Role.OPERATIONS_SUPERVISOR)
"""Who reads how the customer of a case is reached: who speaks with them and who goes there.

An account manager reads it in the files of their own customers.
"""

PAPERS = (*CASES, Role.WAREHOUSE)
"""Who may read the papers by which money and goods go back; the warehouse counts by them."""
