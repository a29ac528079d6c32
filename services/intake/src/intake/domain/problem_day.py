"""The problems of one day, as the heads read them."""

from datetime import date
from uuid import UUID

from shared.aggregate import Aggregate
from shared.contracts.event import Instant


class ProblemDay(Aggregate):
    """Which problems were raised, fed back and solved on that day, and which are open at its end (003 三3)."""

    day: date
    made_at: Instant
    raised: tuple[UUID, ...]
    fed_back: tuple[UUID, ...]
    solved: tuple[UUID, ...]
    still_open: tuple[UUID, ...]
