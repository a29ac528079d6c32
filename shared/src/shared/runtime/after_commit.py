"""What is done once decisions are durable: a service's own hook, and what those outside are told."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, Protocol

from shared.aggregate import Aggregate
from shared.subscriptions import AnswerToSender


class AfterCommit(Protocol):
    """What a service does with aggregates once the messages that made them are durable."""

    async def room(self) -> None:
        """Returns when more facts may be heard; it must not wait for facts that are in hand already."""

    def go_on(self, made: Sequence[Aggregate]) -> None:
        """One fact's aggregates are durable. Must neither wait nor raise."""


class NothingAfter:
    """Nothing more is to be done."""

    async def room(self) -> None:
        """Always."""

    def go_on(self, made: Sequence[Aggregate]) -> None:
        """Nothing follows."""


class TellingOutside:
    """After what another hook does, tells what follows from an aggregate to those outside whom it concerns."""

    def __init__(
        self,
        other: AfterCommit,
        follows: Callable[[Aggregate], AnswerToSender | None],
        tell: Callable[[AnswerToSender], Coroutine[Any, Any, None]],
    ) -> None:
        self._other = other
        self._follows = follows
        self._tell = tell
        self._telling: set[asyncio.Task[None]] = set()

    async def room(self) -> None:
        """When the other hook has room."""
        await self._other.room()

    def go_on(self, made: Sequence[Aggregate]) -> None:
        """One fact's aggregates are durable. An answer that does not get through is logged."""
        self._other.go_on(made)
        for answer in filter(None, map(self._follows, made)):
            task = asyncio.create_task(self._tell(answer))
            self._telling.add(task)
            task.add_done_callback(self._telling.discard)
