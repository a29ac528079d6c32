"""The ceiling: the same batches, written by hand over aiormq and the driver, without any framework or checking."""

import asyncio
import json
from collections import deque
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid5

import aiormq
from aiormq.abc import Basic, ChannelFrame
from motor.motor_asyncio import AsyncIOMotorClient
from pamqp.header import ContentHeader
from pymongo import InsertOne, UpdateOne, WriteConcern

from bench.hop.columns.task import CREDITED, DATABASE, KEPT, MONGO, OUT, RABBIT, credited

BATCH = 200
NAMES = UUID("c0ffee00-0000-4000-8000-000000000001")


async def main() -> None:
    client: Any = AsyncIOMotorClient(MONGO, uuidRepresentation="standard", w="majority", journal=True)
    accounts = client[DATABASE].raw
    careless = accounts.with_options(write_concern=WriteConcern(w=1, j=False))
    connection = await aiormq.connect(RABBIT)
    taking, giving = await connection.channel(), await connection.channel(publisher_confirms=True)
    await taking.basic_qos(prefetch_count=2 * BATCH)
    inbox: deque[Any] = deque()
    arrived = asyncio.Event()

    async def collect(message: Any) -> None:
        inbox.append(message)
        arrived.set()

    await taking.basic_consume("raw.in", collect)
    while True:
        await arrived.wait()
        arrived.clear()
        while inbox:
            batch = [inbox.popleft() for _ in range(min(BATCH, len(inbox)))]
            events = await decide(accounts, batch)
            await publish(giving, events)
            ids = list({id for id, _, _ in events})
            await careless.update_many({"_id": {"$in": ids}}, {"$set": {"outbox": []}})
            await taking.basic_ack(batch[-1].delivery_tag, multiple=True, wait=False)


async def decide(accounts: Any, batch: list[Any]) -> list[tuple[UUID, str, str]]:
    deposits = [(UUID(message.header.properties.message_id), json.loads(message.body)) for message in batch]
    ids = [uuid5(NAMES, deposit["account"]) for _, deposit in deposits]
    found = {row["_id"]: row for row in await accounts.find({"_id": {"$in": list(set(ids))}}).to_list(None)}
    changed: dict[UUID, list[Any]] = {}
    out = []
    for (event, deposit), id in zip(deposits, ids, strict=True):
        row = found.setdefault(id, {"_id": id, "version": 0, "balance": 0, "causes": []})
        if event in row["causes"]:
            continue
        row["balance"] += deposit["amount"]
        row["causes"].append(event)
        next_id, body = credited(event, deposit, row["balance"])
        changed.setdefault(id, []).append((event, {"id": next_id, "body": body}))
        out.append((id, next_id, body))
    writes: list[Any] = []
    for id, pairs in changed.items():
        row = found[id]
        causes, outbox = [cause for cause, _ in pairs], [entry for _, entry in pairs]
        if row["version"] == 0:
            writes.append(
                InsertOne({"_id": id, "version": 1, "balance": row["balance"], "causes": causes, "outbox": outbox})
            )
        else:
            push = {"outbox": {"$each": outbox}, "causes": {"$each": causes, "$slice": -KEPT}}
            change = {"$set": {"balance": row["balance"], "version": row["version"] + 1}, "$push": push}
            writes.append(UpdateOne({"_id": id, "version": row["version"]}, change))
    if writes:
        await accounts.bulk_write(writes, ordered=False)
    return out


def headers(id: str, subject: str) -> dict[str, Any]:
    """The same CloudEvents envelope as everybody on this bus uses."""
    return {
        "cloudEvents:specversion": "1.0",
        "cloudEvents:id": id,
        "cloudEvents:type": CREDITED,
        "cloudEvents:source": "raw",
        "cloudEvents:subject": subject,
        "cloudEvents:time": datetime.now(UTC).isoformat(),
        "cloudEvents:sequence": 1,
        "cloudEvents:correlation": id,
        "cloudEvents:causation": id,
        "cloudEvents:actorkind": "service",
        "cloudEvents:actorid": "raw",
    }


async def publish(channel: Any, events: list[tuple[UUID, str, str]]) -> None:
    confirmations, frames = [], []
    async with channel.lock:
        for account, id, body in events:
            data = body.encode()
            header = ContentHeader(
                properties=Basic.Properties(
                    delivery_mode=2, message_id=id, content_type="application/json", headers=headers(id, str(account))
                ),
                body_size=len(data),
            )
            frames += [Basic.Publish(exchange=OUT, routing_key=CREDITED), header, *channel._split_body(data)]
            channel.delivery_tag += 1
            confirmations.append(channel.create_future())
            channel.confirmations[channel.delivery_tag] = confirmations[-1]
        await channel.write_queue.put(ChannelFrame.marshall(frames=frames, channel_number=channel.number))
    await asyncio.gather(*confirmations)


if __name__ == "__main__":
    asyncio.run(main())
