"""Publish only and consume only, beside aio-pika. Usage: python -m bench.bus [--rounds 5] [--messages 5000]."""

import asyncio
import statistics
import sys
from argparse import ArgumentParser
from collections import defaultdict
from collections.abc import Awaitable, Callable
from time import perf_counter, process_time
from uuid import uuid4

import aio_pika
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from bench.hop.columns import COLUMNS, deposit
from bench.hop.stage import HERE, Stage, envelope, stage
from shared.plumbing import Plumbing
from shared.service import Service
from shared.settings import ServiceSettings
from shared.subscriptions import Subscriptions
from shared.wire.broker import EVENTS, EventPublisher, properties, safe_broker
from shared.wire.envelope import Envelope

sys.path.insert(0, str(HERE / "tests" / "support"))

from ledger import Deposited

from shared.testing import SEAL_KEYS

KEFU = next(column for column in COLUMNS if column.name == "kefu")
IN_FLIGHT, BATCH, PREFETCH = 100, 200, 400
Way = Callable[[Stage, list[Envelope]], Awaitable[tuple[float, float]]]


async def publish_in_batches(ready: Stage, envelopes: list[Envelope]) -> tuple[float, float]:
    async with safe_broker(ready.running.rabbit_url, "bench") as broker:
        wire = EventPublisher(broker)
        begun = perf_counter(), process_time()
        for start in range(0, len(envelopes), BATCH):
            await wire.publish(envelopes[start : start + BATCH])
        return perf_counter() - begun[0], process_time() - begun[1]


async def publish_one_by_one(ready: Stage, envelopes: list[Envelope]) -> tuple[float, float]:
    """As aio-pika is used, with so many in flight."""
    async with await aio_pika.connect(ready.running.rabbit_url) as connection:
        channel = await connection.channel(on_return_raises=True)
        exchange = await channel.get_exchange(EVENTS.name)
        free = asyncio.Semaphore(IN_FLIGHT)

        async def publish(each: Envelope) -> None:
            async with free:
                said = properties(each)
                message = aio_pika.Message(
                    each.body.encode(),
                    headers=said.headers,
                    content_type=said.content_type,
                    delivery_mode=said.delivery_mode,
                    message_id=said.message_id,
                    correlation_id=said.correlation_id,
                )
                await exchange.publish(message, each.key)

        begun = perf_counter(), process_time()
        await asyncio.gather(*(publish(each) for each in envelopes))
        return perf_counter() - begun[0], process_time() - begun[1]


async def consume_in_batches(ready: Stage, envelopes: list[Envelope]) -> tuple[float, float]:
    """A service whose only reaction wants nothing: parsed, validated, acknowledged."""
    await _laid_out(ready, envelopes)
    settings = ServiceSettings(
        mongo_url=ready.mongo_url,  # type: ignore[arg-type]
        rabbit_url=ready.running.rabbit_url,  # type: ignore[arg-type]
        seal_keys=SEAL_KEYS,  # type: ignore[arg-type]
        mongo_database=f"bench-{uuid4().hex[:8]}",
    )
    on = Subscriptions("ledger")
    taken = asyncio.Semaphore(0)

    @on(Deposited)
    def hear(event: Deposited, _: object) -> None:
        taken.release()

    service = Service(Plumbing("ledger", settings), subscriptions=on)
    async with service.running():
        await taken.acquire()
        begun = perf_counter(), process_time()
        for _ in envelopes[1:]:
            await taken.acquire()
        while not service.health.idle:  # noqa: ASYNC110
            await asyncio.sleep(0)
        return perf_counter() - begun[0], process_time() - begun[1]


async def consume_one_by_one(ready: Stage, envelopes: list[Envelope]) -> tuple[float, float]:
    """As aio-pika is used: a callback for each message, which parses, validates and acknowledges."""
    await _laid_out(ready, envelopes)
    taken = asyncio.Semaphore(0)

    async def hear(message: aio_pika.abc.AbstractIncomingMessage) -> None:
        Deposited.model_validate_json(Envelope.parse(message.headers, message.body).body)
        await message.ack()
        taken.release()

    async with await aio_pika.connect(ready.running.rabbit_url) as connection:
        channel = await connection.channel()
        await channel.set_qos(PREFETCH)
        await (await channel.get_queue(KEFU.queue)).consume(hear)
        await taken.acquire()
        begun = perf_counter(), process_time()
        for _ in envelopes[1:]:
            await taken.acquire()
        return perf_counter() - begun[0], process_time() - begun[1]


async def _laid_out(ready: Stage, envelopes: list[Envelope]) -> None:
    async with safe_broker(ready.running.rabbit_url, "bench") as broker:
        for start in range(0, len(envelopes), BATCH):
            await EventPublisher(broker).publish(envelopes[start : start + BATCH])


WAYS: dict[str, Way] = {
    "publish: kefu, batches of 200": publish_in_batches,
    "publish: aio-pika, 100 in flight": publish_one_by_one,
    "consume: kefu": consume_in_batches,
    "consume: aio-pika, each acknowledged": consume_one_by_one,
}


async def run(rounds: int, messages: int, console: Console) -> dict[str, list[tuple[float, float]]]:
    results: dict[str, list[tuple[float, float]]] = defaultdict(list)
    async with stage() as ready:
        connection, channel = await ready.channel()
        with Progress(console=console) as progress:
            task = progress.add_task("bus", total=rounds * len(WAYS))
            for _ in range(rounds):
                for name, way in WAYS.items():
                    progress.update(task, description=name)
                    await ready.empty(channel)
                    seconds, cpu = await way(ready, _envelopes(messages))
                    results[name].append((seconds, cpu))
                    console.print(f"{name}: {messages / seconds:,.0f}/s")
                    progress.advance(task)
        await connection.close()
    return results


def _envelopes(count: int) -> list[Envelope]:
    return [envelope(str(uuid4()), deposit(number), KEFU) for number in range(count)]


def table(messages: int, results: dict[str, list[tuple[float, float]]]) -> Table:
    """Medians: messages per second, and what each costs the client."""
    shown = Table(title="the bus alone")
    for heading in ("way", "messages/s", "min…max", "µs CPU client"):
        shown.add_column(heading, justify="left" if heading == "way" else "right")
    for name, spent in results.items():
        rates = sorted(messages / seconds for seconds, _ in spent)
        cpu = statistics.median(cpu for _, cpu in spent) / messages * 1e6
        shown.add_row(name, f"{statistics.median(rates):,.0f}", f"{rates[0]:,.0f}…{rates[-1]:,.0f}", f"{cpu:.0f}")
    return shown


def main() -> None:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--messages", type=int, default=5_000)
    said = parser.parse_args()
    console = Console(width=130)
    console.print(table(said.messages, asyncio.run(run(said.rounds, said.messages, console))))


if __name__ == "__main__":
    main()
