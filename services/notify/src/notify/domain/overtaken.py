"""What has overtaken the messages about one order, complaint, voucher, visit or quote."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID, uuid5

from pydantic import Field

from notify.domain.parts.ids import NUMBERS
from shared.aggregate import Aggregate
from shared.contracts.event import Instant


class Overtaken(Aggregate):
    """When each fact that ends messages about a number last happened, by the fact's key, however late it was heard.

    A fact that ends messages only in some cases is kept with the purpose that it has ended, behind a blank.
    """

    facts: dict[str, Instant] = Field(default={})

    def since(self, at: datetime, facts: Iterable[str]) -> bool:
        """Whether one of these facts happened later than then."""
        return any(fact in self.facts and self.facts[fact] > at for fact in facts)


def overtaken_of(number: str) -> UUID:
    """What has overtaken the messages about this number."""
    return uuid5(NUMBERS, number)


def none_heard(number: str) -> Overtaken:
    """Nothing was heard yet that ends messages about this number."""
    return Overtaken(id=overtaken_of(number))
