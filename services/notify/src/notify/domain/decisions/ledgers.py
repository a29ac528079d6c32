"""What an address remembers of what went out to it."""

from datetime import timedelta

from notify.domain.ledger import Ledger
from notify.domain.parts.entry import Entry
from shared.aggregate import Cause, Change

MEMORY = timedelta(days=31)
"""How long an address remembers what went out to it: longer than any purpose keeps the same words apart."""
REMEMBERED = 80
"""Entries that one address keeps at most, so that its document stays small."""


def refuse_care(ledger: Ledger, cause: Cause) -> Change[Ledger]:
    """The recipient behind this address wants no more care messages there, whichever file has it."""
    return Change(ledger.but(refused_care_at=ledger.refused_care_at or cause.at))


def accept_care(ledger: Ledger, cause: Cause) -> Change[Ledger]:
    """Care messages may go to this address again."""
    return Change(ledger.but(refused_care_at=None))


def let_out(ledger: Ledger, entry: Entry, cause: Cause) -> Change[Ledger]:
    """Remember what goes out; the same notification counts once."""
    if ledger.has_let_out(entry.notification):
        return Change(ledger)
    recent = tuple(known for known in ledger.entries if known.at > entry.at - MEMORY)
    return Change(ledger.but(entries=(*recent, entry)[-REMEMBERED:]))
