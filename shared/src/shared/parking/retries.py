"""How parked messages and deadlines are tried again, and how operators bring the dead ones back."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from time import monotonic
from uuid import UUID, uuid4

import structlog

from shared.aggregate import Cause, NotFound, Refused, Unavailable
from shared.contracts.event import Event
from shared.kernel.group_commit import GroupCommit
from shared.parking.answers import Answers
from shared.parking.decisions import drop, fail, replay, settle
from shared.parking.parked import PARKING, Overdue, Parked, RetryPolicy, code, forget_frames, reason
from shared.parking.store import Parking
from shared.store import OneOf
from shared.subscriptions import Listener
from shared.telemetry import Metrics
from shared.wire.message import Message

log = structlog.get_logger()

LOOK_EVERY = 1.0
"""Seconds between two looks for what may be tried again."""
COUNT_PARKED_EVERY = 5.0
"""Seconds between two counts for the metrics."""

Handle = Callable[[Message], Awaitable[Exception | None]]
"""Lets a message have its effect once more; returns what went wrong."""
Fire = Callable[[Overdue], Awaitable[Exception | None]]
"""Makes the decision of a deadline once more; returns what went wrong."""


class Retries:
    """Tries parked things again when their wait is over. What succeeds is forgotten, what fails waits longer."""

    def __init__(
        self,
        parking: Parking,
        listeners: Mapping[str, Listener],
        *,
        handle: Handle,
        fire: Fire,
        group_commit: GroupCommit,
        policy: RetryPolicy,
        metrics: Metrics,
        answers: Answers | None = None,
    ) -> None:
        self._parking = parking
        self._listeners = listeners
        self._handle = handle
        self._fire = fire
        self._group_commit = group_commit
        self._policy = policy
        self._metrics = metrics
        self._answers = answers

    async def run(self) -> None:
        """Try again until cancelled. Waits are real time, whatever the services' time is."""
        counted = 0.0
        while True:
            try:
                while await self.retry_due():
                    pass
                if monotonic() - counted > COUNT_PARKED_EVERY:
                    counted = monotonic()
                    await self._count()
            except Unavailable as error:
                log.warning("retries_wait", reason=error)
            await asyncio.sleep(LOOK_EVERY)

    async def retry_due(self) -> int:
        """Try everything whose wait is over, once; how many that was."""
        due = await self._parking.documents.due(datetime.now(UTC), 50)
        for document in due:
            await self._retry(self._parking.revive(document.state))
        return len(due)

    async def _retry(self, parked: Parked) -> None:
        self._metrics.queue(parked.queue).retried.inc()
        error = await self._attempt(parked)
        now = datetime.now(UTC)
        cause = Cause(id=uuid4(), correlation=parked.id, actor=PARKING, at=now)
        if error is None:
            log.info("parked_settled", queue=parked.queue, attempts=parked.attempts + 1)
            await self._answer(parked, None)
            await self._forget(parked, cause)
            return
        touch = self._parking.touch(parked.id, lambda parked: fail(parked, error, self._policy, now))
        try:
            parked = await self._group_commit.commit_or_wait(cause, touch)
        except NotFound:
            return  # another replica has handled it meanwhile
        finally:
            forget_frames(error)
        if parked.state == "dead":
            self._metrics.queue(parked.queue).dead.inc()
        why = {"code": parked.code, "reason": error, "parked": parked.id}
        log.warning("retry_failed", queue=parked.queue, state=parked.state, **why)
        await self._answer(parked, parked)

    async def drop(self, id: UUID, why: str, cause: Cause) -> Parked:
        """An operator gives it up for good; whose fact it was is told."""
        dropped = await self._parking.apply(id, lambda parked: drop(parked, why, cause), cause)
        await self._answer(dropped, dropped)
        return dropped

    async def _answer(self, parked: Parked, trouble: Parked | None) -> None:
        """Tell the department whose fact it is."""
        if self._answers is not None and parked.letter is not None:
            message = _message(parked)
            await self._answers.tell((message,), {message.id: trouble} if trouble else {})

    async def _forget(self, parked: Parked, cause: Cause) -> None:
        """What has had its effect is gone, unless people have looked after it: then it stays, with what they did."""
        if parked.history:
            await self._group_commit.commit_or_wait(
                cause, self._parking.touch(parked.id, lambda parked: settle(parked, cause.at))
            )
        else:
            await self._parking.remove((parked.id,))

    async def _attempt(self, parked: Parked) -> Exception | None:
        if parked.overdue is not None:
            return await self._fire(parked.overdue)
        if parked.queue not in self._listeners:
            return LookupError(f"this service does not listen to {parked.queue} any more")
        return await self._handle(_message(parked))

    @staticmethod
    def now() -> datetime:
        """The time that waits are measured in."""
        return datetime.now(UTC)

    async def rehearse(self, id: UUID) -> list[Event]:
        """What replaying this would announce, without doing it. Raises what it would raise."""
        parked = await self._parking.get(id)
        listener = self._listeners.get(parked.queue)
        if listener is None or parked.letter is None:
            raise Refused(f"this service does not listen to {parked.queue}; it can only be dropped", "no_listener")
        cause, touches = await listener.hear(_message(parked))
        return await self._group_commit.rehearse(cause, touches)

    async def rehearse_all(self, where: Mapping[str, object], limit: int) -> Counter[tuple[str, str] | None]:
        """Rehearse each dead thing that matches, up to a limit and each by itself: how many would meet what.

        What would be met is told by its code and reason; those that would have their effect are counted under None.
        """
        met: Counter[tuple[str, str] | None] = Counter()
        async for parked in self._parking.each({"state": "dead", **where}, sort="first_at"):
            if met.total() == limit:
                break
            met[await self._meets(parked.id)] += 1
        return met

    async def _meets(self, id: UUID) -> tuple[str, str] | None:
        try:
            await self.rehearse(id)
        except Unavailable:
            raise
        except Exception as error:  # noqa: BLE001
            return code(error), reason(error)
        return None

    async def replay(self, where: Mapping[str, object], cause: Cause, per_second: float) -> int:
        """Try again every dead thing that matches, the oldest first, at a limited rate; how many there are."""
        count = 0
        now = datetime.now(UTC)
        async for parked in self._parking.each({"state": "dead", **where}, sort="first_at"):
            when = now + timedelta(seconds=count / per_second)
            each = Cause(id=cause.derive(str(parked.id)), correlation=cause.id, actor=cause.actor, at=cause.at)
            await self._parking.apply(parked.id, lambda parked, when=when, each=each: replay(parked, when, each), each)  # type: ignore[misc]
            count += 1
        return count

    async def _count(self) -> None:
        waiting = await self._parking.count({"state": OneOf("parked", "suspect")}, limit=100_000)
        self._metrics.parked.set(waiting)
        oldest = (await self._parking.find({"state": "dead"}, sort="first_at", limit=1)).items
        age = (datetime.now(UTC) - oldest[0].first_at).total_seconds() if oldest else 0.0
        self._metrics.dead_age.set(age)


def _message(parked: Parked) -> Message:
    if parked.letter is None:
        raise Refused("a deadline has no message", "not_a_message")
    return parked.letter.message(parked.queue)
