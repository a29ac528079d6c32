"""What went out to one number or address lately: for caps, and so that the same words are not read twice there."""

from uuid import UUID, uuid5

from notify.domain.parts.entry import Entry
from notify.domain.parts.ids import ADDRESSES
from shared.aggregate import Aggregate
from shared.contracts.event import Instant


class Ledger(Aggregate):
    """The entries of one number or address, the latest eighty of a month, and whether care was refused from there."""

    entries: tuple[Entry, ...] = ()
    refused_care_at: Instant | None = None

    def has_let_out(self, notification: UUID) -> bool:
        """Whether this notification was let out already."""
        return any(known.notification == notification for known in self.entries)


def ledger_of(address: str) -> UUID:
    """The ledger of this number or address, whichever recipients are reached there."""
    return uuid5(ADDRESSES, address.casefold())


UNCOUNTED = Ledger(id=ledger_of(""))
"""The ledger of a message that counts nowhere."""
