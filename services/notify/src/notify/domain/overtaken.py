"""What has overtaken the messages about one order, complaint, voucher, visit or quote."""

from uuid import UUID, uuid5

from pydantic import Field

from notify.domain.parts.ids import NUMBERS
from notify.domain.parts.piece import Piece
from notify.domain.policy.purpose import Purpose
from shared.aggregate import Aggregate
from shared.contracts.event import Instant


class Overtaken(Aggregate):
    """When each fact that ends messages about a number last happened, however late it was heard.

    It is kept by the fact's key and the path to the number, and where it ends messages only in some cases with the
    purpose that it has ended, with blanks between them.
    """

    facts: dict[str, Instant] = Field(default={})

    def ends(self, piece: Piece, purpose: Purpose) -> bool:
        """Whether one of the facts that were heard has made untrue what is told for this purpose."""
        entries = ((fact, later) for fact, laters in purpose.ends.items() for later in laters)
        names = ((fact, later, purpose.ended_as(fact, later)) for fact, later in entries)
        return any(later.ends(fact, self.facts[name], piece) for fact, later, name in names if name in self.facts)


def overtaken_of(number: str) -> UUID:
    """What has overtaken the messages about this number."""
    return uuid5(NUMBERS, number)


def none_heard(number: str) -> Overtaken:
    """Nothing was heard yet that ends messages about this number."""
    return Overtaken(id=overtaken_of(number))
