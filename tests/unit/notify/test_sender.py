"""Many messages at once: all go out, each once, and bulk leaves room for urgent ones."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import time, timedelta
from uuid import uuid4

import pytest
from customers import customer
from facts import agreed, delayed, greeting, of_order, ready, registered, released
from notify_in_memory import PLACES, InMemoryNotify
from prometheus_client import CollectorRegistry
from waiting import until

from notify.domain.notification import Notification
from notify.domain.parts.answer import Answer, accepted
from notify.gateways.gateway import Outgoing
from notify.sender import DeliveryLoop, SendingMetrics, Timeouts
from notify.sender.due import Due
from notify.subscribers import subscriptions
from shared.aggregate import Change
from shared.contracts.event import Event
from shared.contracts.intake import QuietHours
from shared.contracts.orders import OrderCancelled
from shared.testing import cause, deliver
from shared.wire.envelope import Envelope
from shared.wire.message import Message


@asynccontextmanager
async def sending(notify: InMemoryNotify):
    stop = asyncio.Event()
    running = asyncio.create_task(notify.loop.run(stop))
    yield
    stop.set()
    await running


class Counter:
    """A provider's counter that is closed until a test opens it; knows how many stand before it."""

    def __init__(self, notify: InMemoryNotify) -> None:
        self.open = asyncio.Event()
        self.waiting: list[Outgoing] = []
        self._send: Callable[[Outgoing], Awaitable[Answer]] = notify.sms.send
        notify.sms.send = self.serve

    async def serve(self, message: Outgoing) -> Answer:
        self.waiting.append(message)
        await self.open.wait()
        await self._send(message)
        return accepted(None)

    def templates(self) -> list[str]:
        return sorted(message.words.template for message in self.waiting)


def stand(counter: Counter, count: int):
    async def there() -> bool:
        return len(counter.waiting) == count

    return there


async def test_everything_due_goes_out_once(notify: InMemoryNotify) -> None:
    for number in range(50):
        await notify.hear(released(f"SO-{number}", customer(number)))
        await notify.hear(greeting("中秋", customer(100 + number)))

    async with sending(notify):
        await until(lambda: _all_accepted(notify, 100))

    assert len({message.id for message in notify.sms.sent}) == len(notify.sms.sent) == 100


async def test_bulk_leaves_room_for_live_messages(notify: InMemoryNotify) -> None:
    counter = Counter(notify)
    for number in range(20):
        await notify.hear(greeting("中秋", customer(number)))

    async with sending(notify):
        await until(stand(counter, PLACES * 3 // 4))
        for number in range(20):
            await notify.hear(released(f"SO-{number}", customer(100 + number)))
        await until(stand(counter, PLACES))
        assert counter.templates() == ["care_greeting"] * 6 + ["order_placed"] * 2
        counter.open.set()
        await until(lambda: _all_accepted(notify, 40))


async def test_what_is_under_way_comes_to_its_end_and_the_rest_stays_queued(notify: InMemoryNotify) -> None:
    counter = Counter(notify)
    for number in range(20):
        await notify.hear(ready(f"SO-{number}", customer(number)))

    async with sending(notify):
        await until(stand(counter, PLACES))
        asyncio.get_running_loop().call_later(0.05, counter.open.set)

    stages = [each.stage for each in await notify.all()]
    assert (stages.count("accepted"), stages.count("queued")) == (PLACES, 20 - PLACES)


async def test_a_message_that_goes_out_at_once_is_born_claimed(notify: InMemoryNotify) -> None:
    counter = Counter(notify)

    async with sending(notify):
        await until(lambda: _looked(notify))
        await notify.hear(released())
        claimed = await notify.one()
        await until(stand(counter, 1))
        counter.open.set()
        await until(lambda: _all_accepted(notify, 1))

    assert (claimed.stage, claimed.fence, [each.provider for each in claimed.attempts]) == (
        "sending",
        1,
        ["sms-gateway"],
    )
    assert await _writes(notify) == [2]


async def test_what_two_facts_made_untrue_before_it_was_heard_is_born_claimed_and_not_sent(
    notify: InMemoryNotify,
) -> None:
    for fact in (delayed("SO-1"), of_order(OrderCancelled, "SO-1", stage="production", reason="客户取消", by="cs-07")):
        await notify.tell(fact)
    told = len(notify.sms.sent)

    async with sending(notify):
        await until(lambda: _looked(notify))
        await notify.hear(agreed("ship", "SO-1"), at=notify.time.now() - timedelta(minutes=5))
        claimed = await notify.one(purpose="delivery_date")
        await until(lambda: _ended(notify, "delivery_date"))

    ended = await notify.one(purpose="delivery_date")
    assert (claimed.fence, ended.stage, ended.reason) == (1, "suppressed", "superseded")
    assert len(notify.sms.sent) == told


async def test_a_message_without_a_place_is_born_waiting(notify: InMemoryNotify) -> None:
    counter = Counter(notify)

    async with sending(notify):
        await until(lambda: _looked(notify))
        for number in range(PLACES + 4):
            await notify.hear(released(f"SO-{number}", customer(number)))
        assert [each.stage for each in await notify.all()] == ["sending"] * PLACES + ["queued"] * 4
        counter.open.set()
        await until(lambda: _all_accepted(notify, PLACES + 4))

    assert len({message.id for message in notify.sms.sent}) == len(notify.sms.sent) == PLACES + 4


@pytest.mark.parametrize(
    ("wish", "end"),
    [
        ({"preferred_channel": "email"}, ("accepted", None, ["email"])),
        ({"quiet_hours": QuietHours(begin=time(9), end=time(12))}, ("queued", "quiet_hours", [])),
        ({"opted_out": ("sms", "email")}, ("failed", "no channel that the recipient takes", [])),
    ],
    ids=["mail", "rest", "neither"],
)
async def test_what_a_recipient_wants_otherwise_is_given_back_and_judged_anew(
    notify: InMemoryNotify, wish: dict[str, object], end: tuple[str, str | None, list[str]]
) -> None:
    await notify.hear(registered(**wish))

    async with sending(notify):
        await until(lambda: _looked(notify))
        await notify.hear(released())
        assert (await notify.one()).stage == "sending"
        await until(lambda: _settled(notify))

    told = await notify.one()
    assert (told.stage, told.reason, [attempt.channel for attempt in told.attempts]) == end
    assert notify.sms.sent == []


async def test_what_was_born_claimed_goes_out_before_the_end(notify: InMemoryNotify) -> None:
    counter = Counter(notify)

    async with sending(notify):
        await until(lambda: _looked(notify))
        for number in range(PLACES):
            await notify.hear(released(f"SO-{number}", customer(number)))
        asyncio.get_running_loop().call_later(0.05, counter.open.set)

    assert [each.stage for each in await notify.all()] == ["accepted"] * PLACES


async def test_the_same_fact_again_is_no_second_message(notify: InMemoryNotify) -> None:
    counter, fact, id = Counter(notify), released(), uuid4()

    async with sending(notify):
        await until(lambda: _looked(notify))
        await notify.hear(fact, id=id)
        await notify.hear(fact, id=id)
        await until(stand(counter, 1))
        counter.open.set()
        await until(lambda: _all_accepted(notify, 1))
        await notify.hear(fact, id=id)
        await until(lambda: _rests(notify))

    assert len(notify.sms.sent) == 1


async def test_what_another_process_was_born_claimed_by_is_left_to_it(notify: InMemoryNotify) -> None:
    counter, fact, id = Counter(notify), released(), uuid4()
    other = DeliveryLoop(
        notify.sending.due,
        notify.sending.dispatcher,
        notify.sending.handover,
        SendingMetrics(CollectorRegistry()),
        PLACES,
        nap=0.01,
    )
    there = subscriptions(notify.stores, notify.composer, other)
    stop = asyncio.Event()
    running = asyncio.create_task(other.run(stop))

    async with sending(notify):
        await until(lambda: _looked(notify))
        await notify.hear(fact, id=id)
        await deliver(there, fact, at=notify.time.now(), id=id, after_commit=other)
        counter.open.set()
        await until(lambda: _all_accepted(notify, 1))
        stop.set()
        await asyncio.wait_for(running, timeout=5)

    assert len(notify.sms.sent) == 1


async def test_facts_wait_until_three_quarters_of_the_places_are_free(notify: InMemoryNotify) -> None:
    counter = Counter(notify)

    async with sending(notify):
        await asyncio.wait_for(notify.loop.room(), timeout=1)
        for number in range(PLACES // 2):
            await notify.hear(released(f"SO-{number}", customer(number)))
        waiting = asyncio.create_task(notify.loop.room())
        await until(stand(counter, PLACES // 2))
        assert not waiting.done()
        counter.open.set()
        await asyncio.wait_for(waiting, timeout=1)


async def test_facts_do_not_wait_for_ever(notify: InMemoryNotify) -> None:
    notify.loop.room_within = 0.02
    counter = Counter(notify)

    async with sending(notify):
        await notify.loop.room()
        for number in range(PLACES):
            await notify.hear(released(f"SO-{number}", customer(number)))
        await asyncio.wait_for(notify.loop.room(), timeout=1)
        assert counter.open.is_set() is False
        counter.open.set()


async def test_what_was_begun_and_never_born_holds_its_place_no_longer_than_an_attempt() -> None:
    notify = InMemoryNotify(timeouts=Timeouts(budget=1.0, looks=(0.0,)))

    async with sending(notify):
        await until(lambda: _looked(notify))
        for number in range(PLACES):
            draft = await _only_drafted(notify, released(f"SO-{number}", customer(number)))
            assert draft.stage == "sending"
        assert (await _only_drafted(notify, released("SO-9"))).stage == "queued"
        await until(lambda: _rests(notify))
        assert (await _only_drafted(notify, released("SO-9"))).stage == "sending"


async def test_of_what_one_fact_has_told_each_part_is_left_out_when_it_is_untrue(notify: InMemoryNotify) -> None:
    await notify.hear(released())
    told = await notify.one()
    (piece,) = told.pieces
    parts = (piece, piece.but(message="second"), piece.but(message="third", trigger=uuid4()))
    why = cause(notify.time.now())
    told = await notify.notifications.apply(told.id, lambda current: Change(current.but(pieces=parts)), why)
    recipient = await notify.recipients.of_customer(told.customer_id)

    for untrue in parts[:2]:
        now = await notify.one()
        await notify.sending.dispatcher.dispatch(Due(now, recipient, untrue=(untrue,)))

    assert (await notify.one()).pieces == parts[2:]


async def test_what_is_born_when_the_time_of_an_attempt_has_passed_goes_out_at_once() -> None:
    notify = InMemoryNotify(timeouts=Timeouts(budget=1.0, looks=(0.0,)))

    async with sending(notify):
        await until(lambda: _looked(notify))
        why, touch = await _heard(notify, released())
        await until(lambda: _rests(notify))
        born = await notify.notifications.group_commit.commit_or_wait(why, touch)
        notify.loop.go_on((born,))
        await until(lambda: _all_accepted(notify, 1))

    told = await notify.one()
    assert (born.stage, len(notify.sms.sent), told.attempts[-1].fence > born.fence) == ("sending", 1, True)


async def _looked(notify: InMemoryNotify) -> bool:
    return notify.loop.takes_births


async def _rests(notify: InMemoryNotify) -> bool:
    return len(notify.loop.places) == 0


async def _settled(notify: InMemoryNotify) -> bool:
    told = await notify.one()
    return told.stage not in ("queued", "sending") or told.reason is not None


async def _ended(notify: InMemoryNotify, purpose: str) -> bool:
    return (await notify.one(purpose=purpose)).stage in ("suppressed", "accepted")


async def _writes(notify: InMemoryNotify) -> list[int]:
    ids = [each.id for each in await notify.all()]
    return [document.version for document in (await notify.notifications.documents.read(ids)).values()]


async def _only_drafted(notify: InMemoryNotify, fact: Event) -> Notification:
    """What hearing a fact would write, without writing it, as when an operator looks at a parked message."""
    _, touch = await _heard(notify, fact)
    return touch.born.state


async def _heard(notify: InMemoryNotify, fact: Event):
    (subscription,) = [each for each in notify.on if each.event.key == fact.key]
    envelope = Envelope.of(fact, uuid4(), uuid4(), 1, cause(notify.time.now()))
    message = Message(subscription.queue, envelope.key, envelope.headers(), envelope.body.encode())
    why, (touch,) = await subscription.hear(message)
    return why, touch


async def _all_accepted(notify: InMemoryNotify, count: int) -> bool:
    return len(await notify.all(stage="accepted")) == count
