"""Which members of staff make which decisions about a complaint, and who knows of punishments."""

from shared.aggregate import Cause
from shared.contracts.roles import CS_MANAGERS, HANDLERS, SALES, Role

SALES_AND_VPS = (*SALES, Role.SALES_VP, Role.MARKETING_VP)
FILERS = (*HANDLERS, *SALES_AND_VPS)
INVESTIGATORS = (
    *HANDLERS,
    Role.RD_TEAM,
    Role.DESIGN_DIRECTOR,
    Role.PLANT_MANAGER,
    Role.ENGINEERING_REGIONAL_HEAD,
    Role.OPERATIONS_SUPERVISOR,
)
LEADERS = (Role.DEPUTY_GM, Role.GM, Role.GM_OFFICE)
NOT_URGED = (*HANDLERS, *LEADERS)
"""Whose late duties go up their ladder and no further: no department is urged for them (003 §19)."""

DECIDERS = (*HANDLERS, *SALES_AND_VPS, Role.DEPUTY_GM, Role.GM)
"""Who may try to approve; the authority matrix says which amounts each of these roles may approve."""

PENALTY_PROPOSERS = (*CS_MANAGERS, Role.GM_OFFICE)
PENALTY_READERS = (*PENALTY_PROPOSERS, Role.DEPUTY_GM, Role.GM, Role.HUMAN_RESOURCES)
"""Who may read whom a punishment concerns: those who propose, decide or publish it, and no other reader of the case."""

CAUSE_KEEPERS = (*CS_MANAGERS, Role.COMPLAINT_HANDLER, Role.RD_TEAM)
"""Who may add a root cause to the list."""


def acting_role(cause: Cause) -> Role:
    """The role in which the actor decides: no route lets a person decide without one."""
    assert cause.actor.role is not None
    return Role(cause.actor.role)
