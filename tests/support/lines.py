"""For each line of the tables a fact that it is meant for, made of the frozen sample of its event."""

import json
from pathlib import Path
from typing import Any
from uuid import uuid4

from kefu.example import example
from notify.domain.messages.rule import Condition, Rule
from shared.contracts.catalogue import contracts
from shared.contracts.event import Event

SAMPLES = Path(__file__).parents[1] / "contract" / "samples"
GOES_WITH = {
    ("customer_may_choose", "true"): {
        "offered": [{"kind": "replace", "amount": {"amount": "300.00"}, "description": "免费更换三樘玻璃"}]
    }
}
"""What a fact that says this says as well, which its frozen sample is too old to say."""
SINCE_ADDED = {
    "notify.customer_unreached.v1": {"due_at": "2026-11-22T06:10:00.000000Z"},
    "orders.payment_overdue.v1": {"kind": "balance"},
}
"""Fields that were added to events after their samples were frozen, and that their lines need."""
OTHERWISE = {"verdict": "late", "reminder": 1, "outcome": "resolved", "customer_id": str(uuid4()), "before": "making"}
OTHERWISE |= {"reason_code": "supply", "ends": "2026-11-27T03:00:00.000000Z", "kind": "sales_stats"}
OTHERWISE |= {"left": {"amount": "0.00"}, "partial": False, "technician": "tech-05"}
OTHERWISE |= {"moved_from": "2026-11-27T01:00:00.000000Z"}
OTHERWISE |= {"answer_by": "2026-11-28T10:00:00.000000Z", "invited_until": "2026-11-27T03:00:00.000000Z"}


def sample(key: str) -> Event:
    """The frozen sample; of a contract that no code announces yet an example."""
    file, event = SAMPLES / f"{key}.json", contracts()[key]
    return event.model_validate(json.loads(file.read_text())["body"]) if event.announced else example(event)


def fact_for(rule: Rule, **fields: Any) -> Event:
    """A fact that makes this line's message, with these fields as they are given."""
    fact = sample(rule.event)
    body = {**fact.model_dump(mode="json"), **({"assignees": ["cs-07"]} if rule.people == ("assignees",) else {})}
    body = fitting(body, rule)
    if rule.milestone:
        body[rule.milestone] = "production"
    body |= SINCE_ADDED.get(rule.event, {})
    return contracts()[rule.event].model_validate(body | fields)


def fitting(body: dict[str, Any], condition: Condition) -> dict[str, Any]:
    """The body of a fact that this condition means."""
    for path, words in condition.when.items():
        _put(body, path, None if words[0] == "absent" else words[0])
        body |= GOES_WITH.get((path, words[0]), {})
    for path, words in condition.unless.items():
        found = body.get(path)
        if (found is None and "absent" in words) or str(found).lower() in words:
            _put(body, path, OTHERWISE[path])
    for path, least in condition.at_least.items():
        _sized(body, path, least)
    for path, most in condition.below.items():
        _sized(body, path, most - (0.01 if path.endswith("amount") else 1))
    return body


def _sized(body: dict[str, Any], path: str, size: float) -> None:
    """With a number of this size at the path, or an amount as facts write it."""
    *within, name = path.split(".")
    for each in within:
        body = body[each]
    body[name] = f"{size:.2f}" if name == "amount" else size


def _put(body: dict[str, Any], path: str, value: Any) -> None:
    typed = {"true": True, "false": False, "0": 0}
    body[path] = typed.get(value, value) if isinstance(value, str) else value
