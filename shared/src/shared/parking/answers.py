"""What a service answers to the departments' facts that it hears: announced once for each answer that is new."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any
from uuid import UUID, uuid4, uuid5

import structlog

from shared.aggregate import Aggregate, Cause, Change, NotFound, Unavailable
from shared.contracts.answer import FactAnswered, Objection, Outcome
from shared.contracts.event import Actor, Event
from shared.parking.parked import CRASHES, Parked, ParkedState
from shared.plain import printable
from shared.store import DatabaseLike, Store, Touch
from shared.subscriptions import Listener, Subscription
from shared.time_source import TimeSource
from shared.wire.envelope import Envelope, Malformed
from shared.wire.message import Message

log = structlog.get_logger()

CODE_KEPT, REASON_KEPT = 100, 500
"""Characters of a code and of a reason that a department is told."""

_OUTCOMES: Mapping[ParkedState, Outcome] = {
    "parked": "waiting",
    "suspect": "waiting",
    "dropped": "dropped",
    "settled": "taken",
}
_OUR_ID = re.compile(r"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b")
_UNEXPECTED = "something broke here with it; it has been logged, and operators look into it"

ANSWER_AGAIN_SECONDS = 0.5
"""Seconds until a database that was away is asked again."""


Object = Callable[[Event, UUID], Awaitable[Objection | None]]
"""What the service has against a fact, by its content and the id of the event; nothing where it simply took it."""

Enter = Callable[[FactAnswered, Cause], Touch[Any]]
"""The touch that enters an answer where the service keeps it."""


class AnsweredFact(Aggregate):
    """A department's fact as this service answered it last."""

    told: FactAnswered | None = None


def answer(known: AnsweredFact, told: FactAnswered, announce: type[Event]) -> Change[AnsweredFact]:
    """Announce this answer, unless it is the last one again."""
    if known.told is not None and known.told.but(answered_at=told.answered_at) == told:
        return Change(known)
    return Change(known.but(told=told), (announce.of(told),))


class AnsweredFacts(Store[AnsweredFact]):
    """What a service answered to departments' facts, by the fact's id."""

    collection = "answered_facts"
    kind = AnsweredFact

    def __init__(self, database: DatabaseLike, service: str, announce: type[Event]) -> None:
        super().__init__(database)
        self._service = service
        self._announce = announce

    def enter(self, told: FactAnswered, cause: Cause) -> Touch[AnsweredFact]:
        """The answer, announced when it is new."""
        id = uuid5(told.fact_id, f"{self._service}.answer")
        return self.touch(id, lambda known: answer(known, told, self._announce), AnsweredFact(id=id))


class Answers:
    """Says of each department's fact what became of it here. Messages of any other kind cost a look at their queue."""

    def __init__(
        self,
        service: str,
        listeners: Iterable[Listener],
        enter: Enter,
        commit: Callable[[Cause, Touch[Any]], Awaitable[Any]],
        time: TimeSource,
        objecting: Object | None = None,
    ) -> None:
        self._actor = Actor(kind="service", id=service)
        heard = (each for each in listeners if isinstance(each, Subscription) and each.of_a_department)
        self.queues = {each.queue: each.event for each in heard}
        self._enter = enter
        self._commit = commit
        self._time = time
        self._objecting = objecting or _nothing

    async def tell(self, messages: Iterable[Message], troubled: Mapping[UUID, Parked]) -> None:
        """What became of these: they have had their effect, but for those that are parked, by the message's id."""
        ours = [message for message in messages if message.queue in self.queues]
        if ours:
            await asyncio.gather(*(self._tell(message, troubled.get(message.id)) for message in ours))

    async def _tell(self, message: Message, parked: Parked | None) -> None:
        """An answer that cannot be entered is logged, whatever stands in the message: that has been dealt with."""
        try:
            await self._enter_answer(message, parked)
        except NotFound:
            log.info("answer_to_unknown_fact", queue=message.queue)
        except Exception as error:  # noqa: BLE001
            log.warning("fact_not_answered", queue=message.queue, reason=error)

    async def _enter_answer(self, message: Message, parked: Parked | None) -> None:
        """A message that is no event of the queue's key is no fact that a department told, and has no answer."""
        event = self.queues[message.queue]
        try:
            envelope = Envelope.parse(message.headers, message.body)
        except Malformed:
            return
        if envelope.key != event.key:
            return
        if parked is None:
            outcome, code, reason = await self._taken(event.model_validate_json(envelope.body), envelope.id)
        else:
            outcome, (code, reason) = _outcome(parked), _told(parked)
        now = self._time.now()
        told = FactAnswered(
            fact_id=envelope.subject, fact=event.key, outcome=outcome, code=code, reason=reason, answered_at=now
        )
        cause = Cause(
            id=uuid4(),
            correlation=envelope.correlation,
            actor=self._actor,
            at=now,
            kind="event",
            what=event.key,
            traceparent=envelope.traceparent,
        )
        await self._commit(cause, self._enter(told, cause))

    async def _taken(self, fact: Event, id: UUID) -> tuple[Outcome, str | None, str | None]:
        """Taken, but for what the service has against it; a database that is away is waited for."""
        while True:
            try:
                objection = await self._objecting(fact, id)
            except Unavailable:
                await asyncio.sleep(ANSWER_AGAIN_SECONDS)
                continue
            if objection is None:
                return "taken", None, None
            return objection.outcome, printable(objection.code, CODE_KEPT), printable(objection.reason, REASON_KEPT)


async def _nothing(_: Event, __: UUID) -> None:
    return None


def _outcome(parked: Parked) -> Outcome:
    unexpected = parked.stack or parked.code == CRASHES
    return _OUTCOMES.get(parked.state) or ("given_up" if unexpected else "refused")


def _told(parked: Parked) -> tuple[str | None, str | None]:
    """The code and the reason that a department may read: without ours of an unexpected failure, without our ids."""
    if parked.state == "settled":
        return None, None
    if parked.code in (NotFound.code, NotFound.__name__):
        return NotFound.code, printable(_OUR_ID.sub("with this number", parked.reason), REASON_KEPT)
    if parked.stack:
        return "broken", _UNEXPECTED
    return printable(parked.code, CODE_KEPT), printable(parked.reason, REASON_KEPT)
