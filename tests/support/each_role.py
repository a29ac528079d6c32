"""What becomes of each decision by each role: let in by the route's own guard or not, then decided on."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from fastapi.routing import iter_route_contexts

from shared.aggregate import Cause, Refused
from shared.contracts.roles import Role
from shared.http import Allowed
from shared.identity import Principal
from shared.identity.principals import Forbidden
from shared.testing import World, cause

Outcomes = dict[str, tuple[Role, ...]]
"""The roles by what becomes of the decision: the stage that it leads to, or the code with which it is refused."""


def door(world: World, path: str, decision: str) -> tuple[Role, ...]:
    """The roles that the guard of this decision's route lets in. StopIteration without such a route."""
    whole = f"{path}/{decision.replace('_', '-')}"
    routes = (each for each in iter_route_contexts(world.service.app.routes) if each.path == whole)
    guards = next(each.dependencies for each in routes if "POST" in each.methods)
    (guard,) = (each.dependency for each in guards if isinstance(each.dependency, Allowed))
    return guard.roles


def outcome(let_in: tuple[Role, ...], role: Role, at: datetime, decide: Callable[[Cause], Any]) -> str:
    """The stage to which a colleague in this role leads who had no hand in the matter before, or why not."""
    try:
        actor = Principal.staff(f"{role}-99", role).acting(*let_in)
        return str(decide(cause(at, actor=actor)).stage)
    except (Forbidden, Refused) as refused:
        return refused.code


def by_outcome(outcome_of: Callable[[Role], str]) -> Outcomes:
    """All roles in their order, by what becomes of the decision."""
    found: dict[str, list[Role]] = {}
    for role in Role:
        found.setdefault(outcome_of(role), []).append(role)
    return {outcome: tuple(roles) for outcome, roles in found.items()}
