"""Places for messages that are on their way: how many at a time, and how many of them bulk may take."""

from collections.abc import Iterator
from uuid import UUID

from notify.domain.notification import Lane

LANES: tuple[Lane, ...] = ("live", "bulk")
"""In the order in which free places are filled."""


class Places:
    """`total` messages may be on their way at a time. Bulk begins only while fewer than three quarters are taken."""

    def __init__(self, total: int) -> None:
        self._total = total
        self._limits: dict[Lane, int] = {"live": total, "bulk": total * 3 // 4}
        self._taken: dict[UUID, Lane] = {}

    def __len__(self) -> int:
        """How many are taken."""
        return len(self._taken)

    def __iter__(self) -> Iterator[UUID]:
        """The messages that have one."""
        return iter(self._taken)

    def of(self, lane: Lane) -> int:
        """How many messages of this lane have one."""
        return sum(taken == lane for taken in self._taken.values())

    def free(self, lane: Lane) -> bool:
        """Whether another message of this lane may begin."""
        return len(self._taken) < self._limits[lane]

    def take(self, id: UUID, lane: Lane) -> bool:
        """A place for this message, if one is free and it has none yet. False says that it got none."""
        if id in self._taken or not self.free(lane):
            return False
        self._taken[id] = lane
        return True

    def leave(self, id: UUID) -> None:
        """The message's place is free again; KeyError if it had none."""
        del self._taken[id]

    @property
    def crowded(self) -> bool:
        """Whether live messages have taken more than a quarter."""
        return self.of("live") > self._total // 4
