"""What schemathesis has to know beside a schema: the years that times are in, and refusals that no schema foretells."""

import os
from collections import Counter
from datetime import UTC, datetime
from typing import Any

import schemathesis
from hypothesis import strategies
from schemathesis.generation.meta import TestPhase
from schemathesis.specs.openapi.checks import positive_data_acceptance

MOMENTS = strategies.datetimes(datetime(1901, 1, 1), datetime(2198, 12, 31)).map(  # noqa: DTZ001
    lambda moment: moment.replace(tzinfo=UTC).isoformat().replace("+00:00", "Z")
)
IN_WORDS = "Value error, "
"""How a problem begins to say that a rule of ours is broken, such as that a shift ends after it begins."""
OF_FACTS = {"time_past", "time_ahead", "foreign_key", "attributes"}
"""What depends on the day, on who tells it, and on headers that binary mode alone demands."""
EDGES = int(os.environ.get("EDGES", "20"))
"""How many cases at the edges of an operation's schema are all asked; of those beyond, every third one is."""
_edges: Counter[str] = Counter()

schemathesis.openapi.format("date-time", MOMENTS)


@schemathesis.hook
def filter_case(context: schemathesis.HookContext, case: schemathesis.Case) -> bool:
    """Whether the case is asked: large bodies have hundreds of edges that differ in little."""
    if case.meta is None or case.meta.phase.name != TestPhase.COVERAGE:
        return True
    _edges[case.operation.label] += 1
    return _edges[case.operation.label] <= EDGES or _edges[case.operation.label] % 3 == 0


@schemathesis.check
def valid_requests_are_accepted(ctx: Any, response: Any, case: Any) -> None:
    """A request that the schema allows is accepted, unless the answer names a rule that a schema cannot state."""
    if response.status_code == 422 and _names_a_rule(response.json()):
        return
    positive_data_acceptance(ctx, response, case)


def _names_a_rule(problem: dict[str, Any]) -> bool:
    return problem["code"] in OF_FACTS or any(each["what"].startswith(IN_WORDS) for each in problem["errors"])
