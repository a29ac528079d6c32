"""A bus that is away fills nothing without bound: writers hear 503, and what was accepted arrives."""

import asyncio
from dataclasses import replace
from typing import Any
from uuid import uuid4

from ledger import Credited, Deposited, account_id, opened
from waiting import until

from shared.aggregate import Unavailable
from shared.testing import cause
from shared.wire.envelope import Envelope

LIMIT = 30


async def credit(ledger: Any, name: str) -> None:
    await ledger.accounts.apply(account_id(name), lambda account: account.credit(1), cause(), start=opened(name))


async def test_writers_are_told_to_wait_and_nothing_that_was_accepted_is_lost(bench: Any, real_servers: Any) -> None:
    ledger = await bench.replica(outbox_limit=LIMIT)
    kept = await (await bench.channel()).declare_queue("kept", durable=True)
    await kept.bind("events", Credited.key)
    await asyncio.to_thread(real_servers.rabbit.settle)
    await asyncio.to_thread(real_servers.rabbit.kill)

    accepted = await _until_refused(ledger)
    assert accepted >= LIMIT
    assert (await ledger.service.health.checks())["outbox"] != "ok"

    await asyncio.to_thread(real_servers.rabbit.start)
    await until(ledger.settled, seconds=60)
    await until(lambda: _open(ledger))
    await credit(ledger, "after")
    await until(ledger.settled)

    channel = await bench.channel()
    underlay = await channel.get_underlay_channel()
    depth = (await underlay.queue_declare("kept", passive=True)).message_count
    assert depth >= accepted + 1


async def _until_refused(ledger: Any) -> int:
    accepted = 0
    async with asyncio.timeout(30):
        while True:
            try:
                await credit(ledger, f"n{accepted}")
            except Unavailable:
                return accepted
            accepted += 1
            await asyncio.sleep(0.02)


async def _open(ledger: Any) -> bool:
    return not ledger.service.plumbing.relay.full


async def test_a_slow_consumer_holds_no_more_than_it_asked_for(bench: Any) -> None:
    ledger = await bench.replica(batch=10)
    await bench.publish(*(Deposited(account=f"n{turn % 5}", amount=1) for turn in range(500)))
    most = 0

    async def done() -> bool:
        nonlocal most
        most = max(most, ledger.service.connections.buses[0].consumer.in_hand)
        return sum(account.credits for account in (await ledger.all()).values()) == 500

    await until(done, seconds=60)
    assert most <= 20


SIZE, SOME, HELD = 100_000, 60, 4
READ_AT_ONCE = 256 * 1024


async def test_large_messages_stay_with_the_broker_beyond_the_bytes_in_hand_and_all_have_their_effect(
    bench: Any, real_servers: Any
) -> None:
    """The ordinary way counts messages and not bytes."""
    ledger = await bench.replica(bytes_in_hand=HELD * SIZE)
    consumer = ledger.service.connections.buses[0].consumer
    await asyncio.to_thread(real_servers.mongo.kill)
    envelopes = [Envelope.of(Deposited(account="a", amount=1), uuid4(), uuid4(), 1, cause()) for _ in range(SOME)]
    await bench.wire.publish([replace(each, body=each.body.ljust(SIZE)) for each in envelopes])
    fast = bench.settings.fast_delivery

    async def holds_what_it_may() -> bool:
        return consumer.in_hand >= (HELD if fast else SOME)

    await until(holds_what_it_may)
    assert consumer.in_hand <= (HELD + 1 + READ_AT_ONCE // SIZE if fast else SOME)

    await asyncio.to_thread(real_servers.mongo.start)

    async def all_are_credited() -> bool:
        return [account.credits for account in (await ledger.all()).values()] == [SOME]

    await until(all_are_credited)
    assert ledger.service.connections.work
