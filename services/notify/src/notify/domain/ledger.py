"""What went out to one number or address lately: for caps, and so that the same words are not read twice there."""

from datetime import datetime, timedelta
from uuid import UUID, uuid5

from notify.domain.parts.entry import Entry
from notify.domain.parts.ids import ADDRESSES
from shared.aggregate import Aggregate
from shared.contracts.event import Instant

DAY = timedelta(days=1)


class Ledger(Aggregate):
    """The entries of one number or address, the latest eighty of a month, and whether care was refused from there."""

    entries: tuple[Entry, ...] = ()
    refused_care_at: Instant | None = None

    def has_let_out(self, notification: UUID) -> bool:
        """Whether this notification was let out already."""
        return any(known.notification == notification for known in self.entries)

    def has_said(self, words: str, since: datetime) -> bool:
        """Whether something with this hash of its words went out there later than then."""
        return any(entry.words == words and entry.at > since for entry in self.entries)

    def full_until(self, purpose: str, cap: int, now: datetime) -> datetime | None:
        """When another message for this purpose fits, if `cap` of them went out there within a day; else nothing."""
        today = sorted(entry.at for entry in self.entries if entry.purpose == purpose and entry.at > now - DAY)
        return today[-cap] + DAY if len(today) >= cap else None


def ledger_of(address: str) -> UUID:
    """The ledger of this number or address, whichever recipients are reached there."""
    return uuid5(ADDRESSES, address.casefold())


UNCOUNTED = Ledger(id=ledger_of(""))
"""The ledger of a message that counts nowhere."""
