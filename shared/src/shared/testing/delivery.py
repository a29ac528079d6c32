"""Delivery without a bus: an event reaches its subscription, deadlines fire, and what comes of it is returned."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, TypeVar
from uuid import UUID, uuid4

from shared.aggregate import Aggregate, Cause
from shared.contracts.event import Actor, Event
from shared.contracts.roles import Role
from shared.runtime.after_commit import AfterCommit, NothingAfter
from shared.store import Store, Touch
from shared.subscriptions import Subscription, Subscriptions
from shared.testing.memory import Outbox, opened
from shared.timers import Timers
from shared.wire.envelope import Envelope
from shared.wire.message import Message

A = TypeVar("A", bound=Aggregate)

STAFF = Actor(kind="staff", id="tester", role=Role.OPERATOR)


def cause(
    at: datetime | None = None,
    *,
    id: UUID | None = None,
    actor: Actor = STAFF,
    correlation: UUID | None = None,
    fingerprint: UUID | None = None,
) -> Cause:
    """A request's cause for tests; everything that is not said is made up."""
    id = id or uuid4()
    return Cause(id=id, correlation=correlation or id, actor=actor, at=at or datetime.now(UTC), fingerprint=fingerprint)


def standing_in(aggregate: A, stage: str) -> A:
    """The same aggregate in a stage to which no decision has led it."""
    return aggregate.model_copy(update={"stage": stage})


async def deliver(
    subscriptions: Subscriptions | Iterable[Subscription],
    event: Event,
    *,
    at: datetime | None = None,
    actor: Actor = STAFF,
    id: UUID | None = None,
    correlation: UUID | None = None,
    subject: UUID | None = None,
    sequence: int = 1,
    after_commit: AfterCommit | None = None,
) -> tuple[Event, ...]:
    """Deliver one event to its subscriptions; returns what that announces, raises what it raises.

    The same `id` again is the same event again. LookupError when there is no subscription.
    """
    id = id or uuid4()
    envelope = Envelope.of(
        event,
        id,
        subject or uuid4(),
        sequence,
        Cause(id=uuid4(), correlation=correlation or id, actor=actor, at=at or datetime.now(UTC)),
    )
    announced: list[Event] = []
    listeners = [each for each in subscriptions if each.event.key == event.key]
    if not listeners:
        raise LookupError(f"there is no subscription to {event.key}")
    for subscription in listeners:
        message = Message(subscription.queue, envelope.key, envelope.headers(), envelope.body.encode())
        announced += await _hear(subscription, message, after_commit or NothingAfter())
    return tuple(announced)


async def _hear(subscription: Subscription, message: Message, after_commit: AfterCommit) -> list[Event]:
    cause, touches = await subscription.hear(message)
    announced: list[Event] = []
    made: list[Aggregate] = []
    for touch in touches:
        aggregate, events = await _made(cause, touch)
        made.append(aggregate)
        announced += events
    after_commit.go_on(made)
    return announced


async def _made(cause: Cause, touch: Touch[Any]) -> tuple[Aggregate, list[Event]]:
    store = touch.collection
    assert isinstance(store, Store)
    outbox = store.group_commit.outlet
    assert isinstance(outbox, Outbox)
    before = len(outbox.envelopes)
    aggregate = await store.group_commit.commit(cause, touch)
    return aggregate, [opened(envelope) for envelope in outbox.envelopes[before:]]


async def fire(timers: Timers, *, until: datetime) -> tuple[Event, ...]:
    """Fire every deadline up to a moment, in order, also those set meanwhile; returns what that announces."""
    announced: list[Event] = []
    while True:
        found = [(await store.documents.due(until, 1), store) for store in timers.stores]
        due = [
            (min(store.revive(rows[0].state).deadlines, key=lambda each: each.at), rows[0].id, rows[0].version, store)
            for rows, store in found
            if rows
        ]
        if not due:
            return tuple(announced)
        deadline, id, version, store = min(due, key=lambda each: each[0].at)
        cause, touch = timers.of(store.collection, deadline.kind).fire(id, deadline.at, version)
        announced += (await _made(cause, touch))[1]
