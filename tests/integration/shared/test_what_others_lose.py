"""Facts about our framework and our broker, pinned: the default loses, ours does not.

When one of the first halves fails, a dependency has mended its default and our precaution can go.
"""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import aio_pika
import ledger as ledger_module
import pytest
from faststream.rabbit import Channel, RabbitBroker, RabbitQueue
from ledger import Deposited
from waiting import until

from shared.aggregate import Unavailable
from shared.store import Between
from shared.testing import cause
from shared.wire.broker import EVENTS, durable_queue, safe_broker
from shared.wire.envelope import Envelope

QUEUE = "ledger.on.test.deposited.v1"


@asynccontextmanager
async def default_broker(url: str, **kwargs: Any) -> AsyncIterator[RabbitBroker]:
    broker = RabbitBroker(url, logger=None, **kwargs)
    await broker.connect()
    yield broker
    async with asyncio.timeout(60):
        await broker.stop()


async def depth(bench: Any, queue: str) -> int:
    channel = await bench.channel()
    underlay = await channel.get_underlay_channel()
    return int((await underlay.queue_declare(queue, passive=True)).message_count)


async def test_a_confirmed_message_survives_a_crash_of_the_broker(bench: Any, real_servers: Any) -> None:
    """F1."""
    url = bench.settings.rabbit_url.get_secret_value()
    async with default_broker(url) as default:
        await default.declare_queue(RabbitQueue("careless", durable=True))
        for _ in range(20):
            await default.publish("fact", queue="careless")
    safe = safe_broker(url, "test")
    await safe.connect()
    await safe.declare_queue(durable_queue("careful"))
    for _ in range(20):
        await safe.publish("fact", queue="careful", persist=True)
    await safe.stop()

    await asyncio.to_thread(real_servers.rabbit.settle)
    await asyncio.to_thread(real_servers.rabbit.kill)
    await asyncio.to_thread(real_servers.rabbit.start)

    assert await depth(bench, "careless") == 0
    await until(lambda: _depth_is(bench, "careful", 20))


async def _depth_is(bench: Any, queue: str, expected: int) -> bool:
    return await depth(bench, queue) == expected


async def test_publishing_to_nowhere_is_an_error(bench: Any) -> None:
    """F2."""
    async with default_broker(bench.settings.rabbit_url.get_secret_value()) as default:
        await default.publish("fact", queue="nowhere")

    with pytest.raises(aio_pika.exceptions.PublishError):
        await bench.broker.publish("fact", queue="nowhere", persist=True)


async def test_an_event_that_nobody_hears_is_kept_and_counted(bench: Any, ledger: Any) -> None:
    """F2, on our exchange: the alternate exchange keeps it."""
    lonely = Envelope.of(ledger_module.Lapsed(account="ann", at=cause().at), uuid4(), uuid4(), 1, cause())

    await bench.wire.publish([lonely])

    await until(lambda: _depth_is(bench, "unheard", 1))


async def test_an_exchange_that_is_missing_is_not_taken_for_success(bench: Any) -> None:
    """F2, for a bus on which nothing was declared."""
    with pytest.raises(Unavailable):
        await bench.publish(Deposited(account="ann", amount=1))


async def test_a_handler_that_raises_does_not_delete_the_message(bench: Any, ledger: Any) -> None:
    """F3."""
    async with default_broker(bench.settings.rabbit_url.get_secret_value()) as default:
        called = asyncio.Event()

        @default.subscriber(RabbitQueue("fragile", durable=True))
        async def fail(body: str) -> None:
            called.set()
            raise RuntimeError("broken")

        await default.start()
        await default.publish("fact", queue="fragile")
        await called.wait()
    assert await depth(bench, "fragile") == 0

    await bench.publish(Deposited(account="ann", amount=666))
    await until(ledger.parking.count)


async def test_a_message_cannot_make_us_answer_where_it_wants(bench: Any, ledger: Any) -> None:
    """F4."""
    channel = await bench.channel()
    trap = await channel.declare_queue("trap", durable=True)
    async with default_broker(bench.settings.rabbit_url.get_secret_value()) as default:

        @default.subscriber(RabbitQueue("deputy", durable=True))
        async def answer(body: str) -> str:
            return "customer data"

        await default.start()
        await channel.default_exchange.publish(aio_pika.Message(b"give", reply_to="trap"), "deputy")
        stolen = await until(lambda: trap.get(fail=False))
        assert stolen.body == b"customer data"

    [good] = await bench.publish(Deposited(account="first", amount=1))
    exchange = await channel.get_exchange(EVENTS.name)
    headers = good.headers() | {"cloudEvents:id": str(uuid4())}
    for reply_to in ("trap", "key|no-such-exchange"):
        await exchange.publish(aio_pika.Message(good.body.encode(), headers=headers, reply_to=reply_to), Deposited.key)
    await bench.publish(Deposited(account="last", amount=1))

    await until(lambda: _has(ledger, "last"))
    await until(ledger.settled)
    assert (await ledger.all())["first"].credits == 2
    assert await trap.get(fail=False) is None


async def _has(ledger: Any, name: str) -> bool:
    return name in await ledger.all()


async def test_stopping_under_load_sends_no_message_back(bench: Any) -> None:
    """F11: whatever has come in is settled. What the broker was about to send it may call redelivered all the same."""
    async with AsyncExitStack() as stack:
        stopping = ledger_module.service(bench.settings.model_copy(update={"batch": 20}))
        await stack.enter_async_context(stopping.running())
        await until(lambda: _connected(stopping))
        await bench.publish(*(Deposited(account=f"n{turn % 9}", amount=1) for turn in range(600)))
        await until(lambda: ledger_module.accounts(stopping.plumbing).count({"credits": Between(1)}, limit=1))
    done = sum([account.credits async for account in _each(bench)])
    queue = await (await bench.channel()).get_queue(QUEUE)
    left = [await until(lambda: queue.get(fail=False)) for _ in range(600 - done)]

    assert (stopping.health.taken, await queue.get(fail=False)) == (done, None)
    assert len({message.message_id for message in left}) == len(left)


async def _connected(service: Any) -> bool:
    return bool((await service.health.checks())["rabbit"] == "ok")


async def _each(bench: Any) -> Any:
    accounts = ledger_module.accounts(ledger_module.service(bench.settings).plumbing)
    async for account in _through_database(accounts):
        yield account


async def _through_database(accounts: Any) -> Any:
    async for account in accounts.each():
        yield account


@pytest.mark.timeout(300)
async def test_a_message_that_kills_the_process_takes_no_innocents_with_it(bench: Any, tmp_path: Path) -> None:
    """F12: the poison ends dead after three times alone, and everybody else has had their effect once."""
    environment = {
        **os.environ,
        "MONGO_URL": bench.settings.mongo_url.get_secret_value(),
        "MONGO_DATABASE": bench.settings.mongo_database,
        "SEAL_KEYS": bench.settings.seal_keys.get_secret_value(),
        "RABBIT_URL": bench.settings.rabbit_url.get_secret_value(),
        "HTTP_PORT": "0",
    }
    watcher = ledger_module.service(bench.settings)
    accounts = ledger_module.accounts(watcher.plumbing)
    command = [sys.executable, ledger_module.__file__]
    await _declared(bench)
    await bench.publish(*(Deposited(account=f"n{turn}", amount=13 if turn == 20 else 1) for turn in range(40)))

    async def poison() -> Any:
        return (await watcher.plumbing.parking.find({"state": "dead"})).items

    deaths = 0
    process = await _started(command, environment)
    try:
        async with asyncio.timeout(180):
            while not await poison():
                if process.returncode is not None:
                    deaths += 1
                    process = await _started(command, environment)
                await asyncio.sleep(0.1)
        await until(lambda: _count_is(accounts, 39))
    finally:
        process.kill()
        await process.wait()

    [dead] = await poison()
    assert (dead.code, dead.crashes) == ("crashes", 4)
    assert {account.credits async for account in accounts.each()} == {1}
    assert deaths == 4


async def _started(command: list[str], environment: dict[str, str]) -> asyncio.subprocess.Process:
    silent = asyncio.subprocess.DEVNULL
    return await asyncio.create_subprocess_exec(*command, env=environment, stderr=silent, stdout=silent)


async def _count_is(accounts: Any, expected: int) -> bool:
    return bool(await accounts.count() == expected)


async def _declared(bench: Any) -> None:
    """Let a service declare its queue, so that what is published now waits there."""
    running = ledger_module.service(bench.settings)
    async with running.running():
        await until(lambda: _connected(running))


async def test_a_long_wait_does_not_hold_up_a_short_one(bench: Any) -> None:
    """F13."""
    channel = await bench.channel()
    back = await channel.declare_queue(f"back-{uuid4().hex}", durable=True)
    waiting = {"x-dead-letter-exchange": "", "x-dead-letter-routing-key": back.name}
    wait = await channel.declare_queue(f"wait-{uuid4().hex}", durable=True, arguments=waiting)
    for seconds in (30, 0.2):
        await channel.default_exchange.publish(aio_pika.Message(b"", expiration=seconds), wait.name)
    with pytest.raises(TimeoutError):
        await until(lambda: back.get(fail=False), seconds=1)

    ledger = await bench.replica(parking_first_wait=0.3, parking_factor=200.0)
    await bench.publish(Deposited(account="slow", amount=666))
    await until(lambda: _attempts(ledger, 2))
    await bench.publish(Deposited(account="quick", amount=666))
    await until(lambda: _attempts_of(ledger, "quick", 2), seconds=30)
    assert await _attempts_of(ledger, "slow", 2)


async def _attempts(ledger: Any, count: int) -> bool:
    return any([each.attempts >= count async for each in ledger.parking.each()])


async def _attempts_of(ledger: Any, name: str, count: int) -> bool:
    return any([each.attempts == count and name in each.letter.body async for each in ledger.parking.each()])


async def test_no_more_messages_are_taken_in_hand_than_were_asked_for(bench: Any) -> None:
    """F14."""
    at_once = most = 0
    async with default_broker(bench.settings.rabbit_url.get_secret_value()) as default:
        done = asyncio.Event()

        @default.subscriber(RabbitQueue("greedy", durable=True))
        async def handle(body: str) -> None:
            nonlocal at_once, most
            at_once += 1
            most = max(most, at_once)
            if most >= 150:
                done.set()
            await done.wait()
            at_once -= 1

        await default.start()
        for _ in range(150):
            await default.publish("fact", queue="greedy")
        await asyncio.wait_for(done.wait(), 60)
    assert most == 150

    await _declared(bench)
    await bench.publish(*(Deposited(account="one", amount=1) for _ in range(300)))
    ledger = await bench.replica(batch=10)
    consumer = ledger.service.connections.buses[0].consumer
    seen = []
    while not await ledger.accounts.count({"credits": 300}):
        seen.append(consumer.in_hand)
    assert max(seen) <= 20


def test_unlimited_is_still_the_frameworks_default() -> None:
    """F14: the reason for our own channel."""
    assert Channel().prefetch_count is None
