"""What messages are about: an order, a complaint, a voucher, a visit or a quote, by its number."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID, uuid5

from pydantic import Field

from notify.domain.parts.ids import MATTERS
from shared.aggregate import Aggregate
from shared.contracts.event import Instant


class Matter(Aggregate):
    """When each fact that ends messages about it last happened, by the fact's key, however late it was heard."""

    ended: dict[str, Instant] = Field(default={})

    def ended_since(self, at: datetime, facts: Iterable[str]) -> bool:
        """Whether one of these facts happened later than then."""
        return any(fact in self.ended and self.ended[fact] > at for fact in facts)


def matter_of(number: str) -> UUID:
    """The matter that this number names."""
    return uuid5(MATTERS, number)


def nothing_known(number: str) -> Matter:
    """A matter about which no ending was heard."""
    return Matter(id=matter_of(number))
