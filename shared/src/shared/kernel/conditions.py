"""What is asked of stored states: conditions that are more than a value."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Where = Mapping[str, Any]
"""Fields of the state and what each must equal, lie Between, be OneOf or hold AllOf."""


@dataclass(frozen=True, slots=True)
class Between:
    """From `low` up to but without `high`; None leaves that side open.

    `by_now` where they follow from the time of asking: a cursor goes on with the same list a moment later.
    """

    low: Any = None
    high: Any = None
    by_now: bool = False


@dataclass(frozen=True, slots=True)
class Beginning:
    """A text that begins so. The database sorts the rows it finds in memory: ask only for what few rows have."""

    text: str


@dataclass(frozen=True, slots=True)
class OneOf:
    """Any of these values, of which each may also be a Beginning, or a OneOf that stands for its own values."""

    values: tuple[Any, ...]

    def __init__(self, *values: Any) -> None:
        flat = tuple(each for value in values for each in (value.values if isinstance(value, OneOf) else (value,)))
        object.__setattr__(self, "values", flat)


@dataclass(frozen=True, slots=True)
class AllOf:
    """A list that holds all of these values, of which each may also be a Beginning or a OneOf.

    An index walks along the first one: put the rarest there.
    """

    values: tuple[Any, ...]

    def __init__(self, *values: Any) -> None:
        object.__setattr__(self, "values", values)
