"""How a customer is reached: the fields of answers that say it, and what those see who need not know."""

from collections.abc import Iterable
from typing import Any, TypeVar

from pydantic import BaseModel

from shared.contracts.roles import Role
from shared.identity.principals import Principal

M = TypeVar("M", bound=BaseModel)

REACH = frozenset({"mobile", "email", "address", "site_address"})
"""Fields that say how and where a customer is reached."""


def reads_whole(reader: Principal, whole: Iterable[Role]) -> bool:
    """Whether this principal reads how customers are reached: staff in one of these roles, no department's system."""
    return reader.kind == "staff" and not reader.roles.isdisjoint(whole)


def without_reach(said: Any) -> Any:
    """The same JSON with null in every field that says how a customer is reached."""
    if isinstance(said, dict):
        return {name: None if name in REACH else without_reach(value) for name, value in said.items()}
    return [without_reach(each) for each in said] if isinstance(said, list) else said


def as_read(aggregate: M, reader: Principal, whole: Iterable[Role]) -> M:
    """The aggregate as a page shows it to this reader: for those who do not read it whole, without these fields."""
    if reads_whole(reader, whole):
        return aggregate
    return type(aggregate).model_validate(without_reach(aggregate.model_dump(mode="json")))
