"""What schemathesis has to know beside a schema: times, what is kept, and refusals that no schema foretells."""

import atexit
import json
import os
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import schemathesis
from hypothesis import strategies
from schemathesis.core.parameters import ParameterLocation
from schemathesis.generation.meta import TestPhase
from schemathesis.specs.openapi.checks import positive_data_acceptance

AT_HAND: dict[str, list[dict[str, Any]]] = json.loads(Path(os.environ["AT_HAND"]).read_text())
"""What the service keeps, by the first part of its address: as it is shown, or as it is stored."""
NOW = datetime.fromisoformat(os.environ["NOW"]).replace(tzinfo=None)
"""The service's time, UTC."""
_YEARS = strategies.datetimes(datetime(1901, 1, 1), datetime(2198, 12, 31))  # noqa: DTZ001
_DAYS = strategies.datetimes(NOW - timedelta(days=2), NOW + timedelta(days=9))
MOMENTS = strategies.one_of(_DAYS, _YEARS) if AT_HAND else _YEARS
"""Times that people might mean where something is kept, and any others."""
MADE_UP = 5
"""Of so many requests one names what schemathesis has made up, the others what is kept."""
IN_WORDS = "Value error, "
"""How a problem begins to say that a rule of ours is broken, such as that a shift ends after it begins."""
OF_FACTS = {"time_past", "time_ahead", "foreign_key", "another_person", "attributes"}
"""What depends on the day, on who tells it, and on headers that binary mode alone demands."""
OF_LISTS = {"bad_cursor", "other_list"}
"""What depends on which list has returned a cursor, and on how it was asked."""
EDGES = int(os.environ.get("EDGES", "20"))
"""How many cases at the edges of an operation's schema are all asked; of those beyond, every third one is."""
_edges: Counter[str] = Counter()

_reached: dict[str, Counter[int]] = {}
_turns = count()

schemathesis.openapi.format("date-time", MOMENTS.map(lambda moment: f"{moment.isoformat()}Z"))
if AT_HAND:
    schemathesis.openapi.format("date", MOMENTS.map(lambda moment: moment.date().isoformat()))


@schemathesis.hook
def filter_case(context: schemathesis.HookContext, case: schemathesis.Case) -> bool:
    """Whether the case is asked: large bodies have hundreds of edges that differ in little."""
    if case.meta is None or case.meta.phase.name != TestPhase.COVERAGE:
        return True
    _edges[case.operation.label] += 1
    return _edges[case.operation.label] <= EDGES or _edges[case.operation.label] % 3 == 0


@schemathesis.hook
def before_call(context: schemathesis.HookContext, case: schemathesis.Case, kwargs: dict[str, Any]) -> None:
    """What is asked for is kept, in a stage that allows the decision; and what the request names belongs to it."""
    turn = next(_turns)
    if not AT_HAND or case.meta is None or turn % MADE_UP == 0:
        return
    headers, place, body = (
        {} if case.meta.is_negative_at(where) else given
        for where, given in (
            (ParameterLocation.HEADER, case.headers),
            (ParameterLocation.PATH, case.path_parameters),
            (ParameterLocation.BODY, case.body),
        )
    )
    if "idempotency-key" in (headers or {}):
        headers["idempotency-key"] = str(uuid4())
    thing = _thing(case.operation.path, turn)
    for name, value in (place or {}).items():
        if (named := _named(thing, name, value)) is not None:
            place[name] = named
    for name, value in (body if isinstance(body, dict) else {}).items():
        if _is_id(value) and (ids := list(_ids(thing, name)) or list(_ids(thing, None))):
            body[name] = ids[turn % len(ids)]
        elif type(value) is int and (numbers := [*_numbers(thing, name)]):
            body[name] = numbers[turn % len(numbers)]


def _thing(path: str, turn: int) -> dict[str, Any]:
    """What is meant by a request to this path, in turns; one on which its decision is possible, where there is one."""
    kept = AT_HAND.get(path.split("/")[1], [])
    decision = path.rpartition("/")[2].replace("-", "_")
    possible = [each for each in kept if decision in {may["decision"] for may in each.get("possible", ())}]
    among = possible or kept
    return among[turn % len(among)] if among else {}


def _named(thing: dict[str, Any], name: str, made_up: object) -> object:
    return thing.get("id") if _is_id(made_up) else thing.get(name)


def _ids(value: object, name: str | None, inside: str = "") -> Iterator[str]:
    """The ids in what is shown that a field of this name may mean; all of them without a name."""
    if isinstance(value, dict):
        for key, each in value.items():
            yield from _ids(each, name, inside if key == "id" else key)
    elif isinstance(value, list):
        for each in value:
            yield from _ids(each, name, inside)
    elif _is_id(value) and (name is None or inside.rstrip("s") in (name, f"{name}_id", name.removesuffix("_id"))):
        yield str(value)


def _numbers(value: object, name: str) -> Iterator[int]:
    """The whole numbers that are shown under this name, such as the revision that a decision is about."""
    if isinstance(value, dict):
        if type(value.get(name)) is int and value[name] > 0:
            yield value[name]
        for each in value.values():
            yield from _numbers(each, name)
    elif isinstance(value, list):
        for each in value:
            yield from _numbers(each, name)


def _is_id(value: object) -> bool:
    try:
        return isinstance(value, str) and str(UUID(value)) == value
    except ValueError:
        return False


@schemathesis.hook
def after_call(context: schemathesis.HookContext, case: schemathesis.Case, response: Any) -> None:
    """Count what each operation has answered."""
    _reached.setdefault(case.operation.label, Counter())[response.status_code] += 1


@atexit.register
def _tell() -> None:
    if _reached:
        Path(os.environ["REACHED"]).write_text(json.dumps(_reached))


@schemathesis.check
def valid_requests_are_accepted(ctx: Any, response: Any, case: Any) -> None:
    """A request that the schema allows is accepted, unless the answer names a rule that a schema cannot state."""
    if response.status_code == 422 and _names_a_rule(response.json()):
        return
    positive_data_acceptance(ctx, response, case)


def _names_a_rule(problem: dict[str, Any]) -> bool:
    return problem["code"] in OF_FACTS | OF_LISTS or any(
        each["what"].startswith(IN_WORDS) for each in problem["errors"]
    )
