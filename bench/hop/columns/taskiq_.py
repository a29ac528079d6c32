"""taskiq over aio-pika, quorum queues; the next event is the next task."""

import asyncio
from typing import Any

from taskiq import TaskiqEvents
from taskiq_aio_pika import AioPikaBroker, Exchange, Queue

from bench.hop.columns.task import RABBIT
from bench.hop.columns.task_queues import Accounts


def queued(name: str) -> AioPikaBroker:
    return AioPikaBroker(RABBIT, qos=20, exchange=Exchange(name=name), task_queues=[Queue(name=name)])


broker, following = queued("taskiq.in"), queued("taskiq.out")
accounts = Accounts("taskiq")


@following.task(task_name="credited")
async def credited(body: str) -> None:
    """The consumer of the next event."""


@broker.on_event(TaskiqEvents.WORKER_STARTUP)
async def start(_: Any = None) -> None:
    await following.startup()


@broker.task(task_name="credit")
async def credit(id: str, deposit: dict[str, Any]) -> None:
    for entry in await asyncio.to_thread(accounts.credit, id, deposit):
        await credited.kicker().with_task_id(entry["id"]).kiq(entry["body"])
    await asyncio.to_thread(accounts.clear, id, deposit)


def fill(deposits: list[tuple[str, dict[str, Any]]]) -> None:
    """Queue the work."""

    async def put() -> None:
        await broker.startup()
        for id, deposit in deposits:
            await credit.kicker().with_task_id(id).kiq(id, deposit)
        await broker.shutdown()

    asyncio.run(put())
