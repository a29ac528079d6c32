"""Which members of staff make which decisions about a complaint, and who knows of punishments."""

from shared.aggregate import Cause, Overstepped
from shared.contracts.roles import Role

MANAGERS = (Role.CS_SUPERVISOR, Role.CS_MANAGER, Role.CS_DIRECTOR)
HANDLERS = (Role.COMPLAINT_HANDLER, Role.CS_SPECIALIST, Role.CS_SECTION_CHIEF, *MANAGERS)
SALES = (Role.ACCOUNT_MANAGER, Role.REGIONAL_HEAD, Role.SALES_ASSISTANT, Role.SALES_VP, Role.MARKETING_VP)
FILERS = (*HANDLERS, *SALES)
INVESTIGATORS = (
    *HANDLERS,
    Role.RD_TEAM,
    Role.DESIGN_DIRECTOR,
    Role.PLANT_MANAGER,
    Role.ENGINEERING_REGIONAL_HEAD,
    Role.OPERATIONS_SUPERVISOR,
)
LEADERS = (Role.DEPUTY_GM, Role.GM, Role.GM_OFFICE)
DECIDERS = (*HANDLERS, *SALES, Role.DEPUTY_GM, Role.GM)
"""Who may try to approve; the authority matrix says which amounts each of these roles may approve."""

PENALTY_PROPOSERS = (*MANAGERS, Role.GM_OFFICE)
PENALTY_READERS = (*PENALTY_PROPOSERS, Role.DEPUTY_GM, Role.GM, Role.HUMAN_RESOURCES)
"""Who may read whom a punishment concerns: those who propose, decide or publish it, and no other reader of the case."""

CAUSE_KEEPERS = (*MANAGERS, Role.COMPLAINT_HANDLER, Role.RD_TEAM)
"""Who may add a root cause to the list."""


def acting_role(cause: Cause) -> Role:
    """The role in which the actor decides. Overstepped with `no_role` for an actor without one of ours."""
    if cause.actor.role not in {role.value for role in Role}:
        raise Overstepped("a member of staff in a role decides this", "no_role")
    return Role(cause.actor.role)
