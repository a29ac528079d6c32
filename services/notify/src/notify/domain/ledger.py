"""What went out to one number or address lately: for caps, and so that nobody reads the same thing twice."""

from datetime import timedelta
from uuid import UUID, uuid5

from shared.aggregate import Aggregate, Change
from shared.contracts.event import Instant, Part

_ADDRESSES = UUID("0b7f0f0a-53a1-5c0e-8d0e-3c5a2f7c41d6")
REMEMBERED = 80
MEMORY = timedelta(days=31)


def ledger(address: str) -> UUID:
    """The ledger of this number or address, whoever else can be reached there."""
    return uuid5(_ADDRESSES, address)


class Entry(Part):
    """Something that was let out: for which purpose, in which words, when."""

    notification: UUID
    purpose: str
    words: str
    at: Instant


class Ledger(Aggregate):
    """The entries of one number or address, the latest eighty of a month."""

    entries: tuple[Entry, ...] = ()

    def let_out(self, entry: Entry) -> Change["Ledger"]:
        """Remember what goes out; the same notification counts once."""
        if self.has_let_out(entry.notification):
            return Change(self)
        recent = tuple(known for known in self.entries if known.at > entry.at - MEMORY)
        return Change(self.but(entries=(*recent, entry)[-REMEMBERED:]))

    def has_let_out(self, notification: UUID) -> bool:
        """Whether this notification was let out already."""
        return any(known.notification == notification for known in self.entries)


NOTHING = Ledger(id=ledger(""))
"""Where nothing has gone out yet, or where nobody counts."""
