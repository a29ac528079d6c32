"""Who may read cases and the papers that follow from them; punishments have readers of their own (`domain.roles`)."""

from complaints.domain.roles import INVESTIGATORS, LEADERS, SALES
from shared.contracts.roles import Role

CASES = (*INVESTIGATORS, *SALES, *LEADERS, Role.FINANCE)
"""Who may read the internal form and everything on it. No department's system is among them (003 §25.6)."""

PAPERS = (*CASES, Role.WAREHOUSE)
"""Who may read the papers by which money and goods go back; the warehouse counts by them."""
