"""A receipt that came before, or without, the message that it is about."""

from uuid import UUID

from notify.domain.parts.receipt import SeenReceipt
from shared.aggregate import Aggregate
from shared.contracts.event import Instant


class EarlyReceipt(Aggregate):
    """A receipt whose message is not known yet. It is matched again with growing waits, then kept as it is.

    `check_at` is real time, whatever the business clock shows; it is empty when no try is left, or none is needed.
    """

    seen: SeenReceipt
    tries: int = 0
    check_at: Instant | None
    matched: UUID | None = None
