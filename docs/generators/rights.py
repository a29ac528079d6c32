"""The page that says who may ask what: every route of every service with the roles and departments that it lets in."""

import inspect
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from fastapi import FastAPI
from fastapi.routing import RouteContext, iter_route_contexts

from generators import ROOT
from generators.services import services
from shared.contracts.roles import Department, Role
from shared.http import Allowed, Readers, authenticated
from shared.identity.reach import REACH

PAGE = ROOT / "docs" / "rights.md"
EVERY_SERVICE = "Every service"
ANYBODY = "anybody"
EVERY_ROLE = "every role"
EVERY_DEPARTMENT = "every department"
NONE = "none"
_INTRO = f"""\
# Rights

Who may ask what. A route that reads answers to the readers that its router names, every other one to those whom it
allows. All others get 403 `forbidden`, and those who prove no identity 401; "{ANYBODY}" needs to prove none. Generated
from the routes themselves; `tests/contract/test_rights.py` asks each route as each role and as each department's
system, and compares the answers with this page.

A department's system reports facts, reads its own facts and refusals, and asks what its work needs: nothing else is
open to its key. What a decision asks beyond the role (an amount, whose duty it is, which stage) stands in
[lifecycles](lifecycles.md) and in the policies.

"{EVERY_ROLE}" means each of the roles in the list at the end. The documentation of a service (`/docs`,
`/openapi.json`) is open to anybody as well.
"""


@dataclass(frozen=True, slots=True)
class Right:
    """One route and who may ask it: None where no sign-in is needed; empty where no reader is named."""

    method: str
    path: str
    what: str
    askers: tuple[Role | Department, ...] | None


def page() -> dict[Path, str]:
    """The one page, by file. What is the same in every service stands there once."""
    found = {service.name: tuple(rights(service.app)) for service in services()}
    common = [right for right in next(iter(found.values())) if all(right in each for each in found.values())]
    own = {name: [right for right in each if right not in common] for name, each in found.items()}
    whole = {service.name: _whole(service.app) for service in services()}
    tables = {EVERY_SERVICE: common, **own}
    sections = [f"## {name}\n\n{_table(each)}{whole.get(name, '')}" for name, each in tables.items()]
    return {PAGE: "\n".join((_INTRO, *sections, _names()))}


def rights(app: FastAPI) -> Iterator[Right]:
    """Every route of a service but its documentation, by path."""
    found = [right for context in iter_route_contexts(app.routes) for right in _rights(context)]
    yield from sorted(found, key=lambda right: (right.path, right.method))


def _rights(context: RouteContext) -> Iterator[Right]:
    """One for each method of an API route; other routes, and the pages that document the API, are none of ours."""
    dependencies = getattr(context, "dependencies", None)
    if dependencies is None or (context.path or "").startswith("/docs"):
        return
    guards = [each.dependency for each in dependencies]
    what = (inspect.getdoc(context.endpoint) or "").partition("\n")[0]
    for method in sorted(context.methods or ()):
        askers = _askers(method, guards) if authenticated in guards else None
        yield Right(method, context.path or "", what, askers)


def _askers(method: str, guards: Sequence[object]) -> tuple[Role | Department, ...]:
    """Those whom every guard of this method lets in."""
    kinds = Allowed | Readers if method == "GET" else Allowed
    named = [guard.roles for guard in guards if isinstance(guard, kinds)]
    if not named:
        return ()
    return tuple(asker for asker in (*Role, *Department) if all(_admits(roles, asker) for roles in named))


def _admits(roles: Sequence[Role | Department], asker: Role | Department) -> bool:
    """A role and a department of the same name are different askers, although their texts are equal."""
    return any(type(role) is type(asker) and role == asker for role in roles)


def _table(found: Sequence[Right]) -> str:
    lines = ["| Route | What | Staff | Departments |", "|---|---|---|---|"]
    lines += [f"| `{each.method} {each.path}` | {each.what.replace('|', '¦')} | {_cells(each)} |" for each in found]
    return "\n".join(lines) + "\n"


def _cells(right: Right) -> str:
    if right.askers is None:
        return f"{ANYBODY} | {ANYBODY}"
    staff = [asker.chinese for asker in right.askers if isinstance(asker, Role)]
    systems = [asker.value for asker in right.askers if isinstance(asker, Department)]
    return " | ".join(
        (
            EVERY_ROLE if len(staff) == len(Role) else " · ".join(staff) or NONE,
            EVERY_DEPARTMENT if len(systems) == len(Department) else " · ".join(systems) or NONE,
        )
    )


def _whole(app: FastAPI) -> str:
    """Who alone reads how a customer is reached, where the service's routers name them."""
    guards = [
        each.dependency for context in iter_route_contexts(app.routes) for each in getattr(context, "dependencies", ())
    ]
    named = {role for guard in guards if isinstance(guard, Readers) for role in guard.whole or ()}
    roles = " · ".join(role.chinese for role in Role if role in named)
    fields = ", ".join(f"`{name}`" for name in sorted(REACH))
    return f"\nHow a customer is reached ({fields}) these alone read, to others it is null: {roles}.\n" if roles else ""


def _names() -> str:
    lines = ["## Roles", "", "| Role | In tokens |", "|---|---|"]
    return "\n".join(lines + [f"| {role.chinese} | `{role.value}` |" for role in Role]) + "\n"
