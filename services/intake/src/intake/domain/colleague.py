"""A colleague who owes reports, in one role from one day to another."""

import re
from datetime import date
from decimal import Decimal
from typing import Annotated
from uuid import NAMESPACE_URL, UUID, uuid5

from pydantic import BeforeValidator, Field

from shared.aggregate import Aggregate
from shared.contracts.intake import Trade
from shared.contracts.roles import Role
from shared.contracts.vocabulary import Line, StaffId

_WEIGHT = re.compile(r"10(\.0)?|[1-9](\.[0-9])?|0?\.[1-9]")


def _weight(value: object) -> Decimal:
    if not _WEIGHT.fullmatch(str(value)):
        raise ValueError("a weight is above 0 and at most 10, with one decimal at most")
    return Decimal(str(value))


Ability = Annotated[Decimal, Field(gt=0, le=10), BeforeValidator(_weight)]
"""The weight of a colleague's ability: who has 2 gets twice as many customers as who has 1 (002 一3a)."""

_COLLEAGUES = uuid5(NAMESPACE_URL, "urn:kefu:intake:colleague")


class Colleague(Aggregate):
    """A colleague. What is owed by role is owed by those who have the role on that day.

    `answers_for` are the classes of customers whose files are this colleague's to keep up to date (002 一2).
    """

    staff: StaffId
    name: Line
    role: Role
    since: date
    last_day: date | None = None
    ability: Ability = Decimal(1)
    answers_for: tuple[Trade, ...] = ()

    def works_on(self, day: date) -> bool:
        """Whether the colleague has the role on that day."""
        return self.since <= day and (self.last_day is None or day <= self.last_day)


def colleague_id_of(staff: str) -> UUID:
    """The id of the colleague who signs in under this name."""
    return uuid5(_COLLEAGUES, staff)
