"""Messages over a real bus: each has its effect once, or a place where it waits with its reason."""

import asyncio
from dataclasses import replace
from typing import Any
from uuid import uuid4

import aio_pika
import pytest
from ledger import Credited, Deposited, opened
from waiting import until

from shared.aggregate import Change
from shared.testing import cause
from shared.wire.broker import EVENTS, EventsRefused
from shared.wire.envelope import PREFIX, Envelope

QUEUE = "ledger.on.test.deposited.v1"


async def parked(ledger: Any) -> Any:
    return [each async for each in ledger.parking.each()]


async def test_an_event_has_its_effect_and_what_it_causes_is_published(bench: Any, ledger: Any) -> None:
    heard = await bench.listen(Credited.key)
    [deposit] = await bench.publish(Deposited(account="ann", amount=5))

    message = await until(lambda: heard.get(fail=False))

    assert Credited.model_validate_json(message.body) == Credited(account="ann", amount=5, balance=5)
    assert message.headers[PREFIX + "causation"] == str(deposit.id)
    assert message.headers[PREFIX + "correlation"] == str(deposit.correlation)
    assert message.delivery_mode == aio_pika.DeliveryMode.PERSISTENT
    await until(ledger.settled)


async def test_the_same_event_three_times_at_once_has_one_effect(bench: Any, ledger: Any) -> None:
    same = uuid4()
    await asyncio.gather(*(bench.publish(Deposited(account="ann", amount=5), ids=[same]) for _ in range(3)))
    await bench.publish(Deposited(account="last", amount=1))

    await until(lambda: _account(ledger, "last"))
    await until(ledger.settled)
    assert (await ledger.all())["ann"].credits == 1


async def test_a_thousand_events_over_a_hundred_aggregates_are_all_counted_once(bench: Any, ledger: Any) -> None:
    await bench.publish(*(Deposited(account=f"n{turn % 100}", amount=1) for turn in range(1000)))

    async def all_in() -> bool:
        accounts = await ledger.all()
        return sum(account.credits for account in accounts.values()) == 1000

    await until(all_in)
    await until(ledger.settled)
    assert {account.balance for account in (await ledger.all()).values()} == {10}


async def test_two_replicas_share_the_work_and_repeat_nothing(bench: Any) -> None:
    first, second = await bench.replica(), await bench.replica()
    await bench.publish(*(Deposited(account=f"n{turn % 7}", amount=1) for turn in range(700)))

    async def all_in() -> bool:
        return sum(account.credits for account in (await first.all()).values()) == 700

    await until(all_in)
    await until(first.settled)
    await until(second.settled)
    assert {account.credits for account in (await first.all()).values()} == {100}


@pytest.mark.parametrize(
    ("body", "headers", "reason"),
    [
        (b"\xff\xfe", {}, "the body is not UTF-8"),
        (b"not json", {}, "Invalid JSON"),
        (b'{"account": "ann"}', {}, "amount: Field required"),
        (b'{"account": "ann", "amount": {"$gt": 0}}', {}, "amount: Input should be a valid integer"),
        (b'{"account": "ann", "amount": 1}', {PREFIX + "id": "seven"}, "is not a UUID"),
        (b'{"account": "ann", "amount": 1}', {PREFIX + "time": "yesterday"}, "is not an ISO 8601 time"),
        (b'{"account": "ann", "amount": 1}', {PREFIX + "type": "test.other.v1"}, "expects test.deposited.v1"),
    ],
)
async def test_a_message_that_breaks_its_contract_is_dead_at_once_with_the_reason(
    bench: Any, ledger: Any, body: bytes, headers: dict[str, str], reason: str
) -> None:
    [good] = await bench.publish(Deposited(account="good", amount=1))
    exchange = await (await bench.channel()).get_exchange(EVENTS.name)
    await exchange.publish(
        aio_pika.Message(body, headers={**good.headers(), PREFIX + "id": str(uuid4()), **headers}), Deposited.key
    )

    [dead] = await until(lambda: parked(ledger))

    assert (dead.state, dead.code, dead.queue) == ("dead", "invalid", QUEUE)
    assert reason in dead.reason
    await until(lambda: _account(ledger, "good"))


async def test_a_refusal_is_dead_at_once_and_its_neighbours_are_not_disturbed(bench: Any, ledger: Any) -> None:
    await ledger.accounts.create(*_closed("shut"))
    await bench.publish(*(Deposited(account=name, amount=1) for name in ("a", "shut", "b")))

    [dead] = await until(lambda: parked(ledger))

    assert (dead.state, dead.code) == ("dead", "account_closed")
    await until(lambda: _account(ledger, "b"))
    await until(ledger.settled)
    assert {name: account.credits for name, account in (await ledger.all()).items()} == {"a": 1, "b": 1, "shut": 0}


async def test_a_broken_handler_is_tried_again_with_growing_waits_and_then_dead(bench: Any) -> None:
    ledger = await bench.replica(parking_max_attempts=3, parking_first_wait=0.1)
    await bench.publish(*(Deposited(account="ann", amount=amount) for amount in (1, 666, 2)))

    async def dead() -> Any:
        return [each for each in await parked(ledger) if each.state == "dead"]

    [message] = await until(dead)
    await until(ledger.settled)

    assert (message.attempts, message.code, message.reason) == (3, "RuntimeError", "the devil's number")
    assert "ledger.py" in message.stack
    assert (await ledger.all())["ann"].balance == 3


async def test_messages_survive_a_broker_that_is_killed_and_started_again(
    bench: Any, ledger: Any, real_servers: Any
) -> None:
    await bench.publish(*(Deposited(account=f"n{turn % 50}", amount=1) for turn in range(500)))
    await asyncio.to_thread(real_servers.rabbit.settle)
    await asyncio.to_thread(real_servers.rabbit.kill)
    await asyncio.to_thread(real_servers.rabbit.start)

    async def all_in() -> bool:
        return sum(account.credits for account in (await ledger.all()).values()) == 500

    await until(all_in, seconds=60)
    await until(ledger.settled, seconds=30)
    await until(ledger.connected, seconds=30)


async def test_messages_survive_a_database_that_is_killed_and_started_again(
    bench: Any, ledger: Any, real_servers: Any
) -> None:
    await asyncio.to_thread(real_servers.mongo.kill)
    await bench.publish(*(Deposited(account=f"n{turn % 50}", amount=1) for turn in range(500)))
    await asyncio.to_thread(real_servers.mongo.start)

    async def all_in() -> bool:
        return sum(account.credits for account in (await ledger.all()).values()) == 500

    await until(all_in, seconds=60)
    assert {account.balance for account in (await ledger.all()).values()} == {10}


async def _account(ledger: Any, name: str) -> Any:
    return (await ledger.all()).get(name)


def _closed(name: str) -> Any:
    return Change(opened(name).but(status="closed")), cause()


@pytest.mark.parametrize("trace", [{"n": {"n": "x"}}, 7, "yesterday", "00-" + "g" * 32 + "-" + "1" * 16 + "-01"])
async def test_what_a_message_says_its_trace_is_goes_on_only_in_the_form_of_one(
    bench: Any, ledger: Any, trace: object
) -> None:
    heard = await bench.listen(Credited.key)
    envelope = Envelope.of(Deposited(account="ann", amount=5), uuid4(), uuid4(), 1, cause())
    headers = envelope.headers() | {PREFIX + "traceparent": trace}
    exchange = await (await bench.channel()).get_exchange(EVENTS.name, ensure=False)
    await exchange.publish(aio_pika.Message(envelope.body.encode(), headers=headers), envelope.key)

    message = await until(lambda: heard.get(fail=False))

    assert PREFIX + "traceparent" not in message.headers
    assert ledger.service.failed is None


async def test_an_event_that_cannot_be_written_is_refused_alone_and_the_others_go_out(bench: Any, ledger: Any) -> None:
    heard = await bench.listen(Credited.key)
    good, bad = (
        Envelope.of(Credited(account="ann", amount=1, balance=1), uuid4(), uuid4(), 1, cause()) for _ in range(2)
    )

    with pytest.raises(EventsRefused) as refused:
        await bench.wire.publish([replace(bad, traceparent={"n": "x"}), good])

    assert [envelope.id for envelope, _ in refused.value.refused] == [bad.id]
    message = await until(lambda: heard.get(fail=False))
    assert message.message_id == str(good.id)
