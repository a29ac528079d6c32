"""Which pictures stand in a thing, for the page that shows it."""

import re
from collections.abc import Iterator
from typing import Any

from shared.aggregate import Aggregate

_REF = re.compile(r"[a-z]+/pictures/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def pictures_in(aggregate: Aggregate) -> tuple[str, ...]:
    """The references to pictures in its fields, at any depth, each once and in order."""
    return tuple(dict.fromkeys(_refs(aggregate.model_dump(mode="json"))))


def _refs(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        if _REF.fullmatch(value):
            yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from _refs(each)
    elif isinstance(value, list):
        for each in value:
            yield from _refs(each)
