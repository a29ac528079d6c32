"""Facts from the outside held against their contracts: what is wrong, and what would be right."""

import difflib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from kefu.example import example
from kefu.trouble import Trouble
from shared.contracts.catalogue import published
from shared.contracts.event import Event


def contract(key: str) -> type[Event]:
    """The class of an event. Trouble when there is no such key, with those that come close."""
    known = published()
    if key not in known:
        close = difflib.get_close_matches(key, known, n=3, cutoff=0.5)
        hint = f"did you mean {' or '.join(close)}?" if close else "`kefu events list` shows them all."
        raise Trouble(f"there is no event {key}; {hint}")
    return known[key]


def summary(event: type[Event]) -> str:
    """The fact in one line."""
    return " ".join((event.__doc__ or "").split("\n\n")[0].split())


def fact(key: str, text: str) -> Event:
    """The event that a JSON text states. Trouble naming every field that is wrong; unknown fields are."""
    event = contract(key)
    try:
        json.loads(text)
    except ValueError as error:
        raise Trouble(f"this is not JSON: {error}") from None
    try:
        return event.model_validate_json(text, extra="forbid")
    except ValidationError as error:
        right = example(event).model_dump(mode="json")
        wrong = "\n".join(f"  {_complaint(each['loc'], each['type'], each['msg'], right)}" for each in error.errors())
        raise Trouble(f"this is no {key}:\n{wrong}\n`kefu events show {key} --example` shows a right one.") from None


def _complaint(where: Sequence[int | str], kind: str, message: str, right: Mapping[str, Any]) -> str:
    place = ".".join(map(str, where)) or "the whole"
    if kind == "extra_forbidden":
        siblings = _at(right, where[:-1])
        close = difflib.get_close_matches(str(where[-1]), siblings if isinstance(siblings, dict) else [], n=1)
        return f"{place}: there is no such field{f'; did you mean {close[0]}?' if close else ''}"
    shown = _at(right, where)
    return f"{place}: {message}" + (f"; for example {json.dumps(shown, ensure_ascii=False)}" if shown else "")


def _at(value: Any, where: Sequence[int | str]) -> Any:
    for step in where:
        if isinstance(value, dict):
            value = value.get(str(step))
        elif isinstance(value, list) and value:
            value = value[0]
        else:
            return None
    return value
