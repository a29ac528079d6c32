"""One document per message, without batches: FastStream, state, outbox and causes in one update."""

import asyncio
from typing import Any
from uuid import UUID

from faststream import AckPolicy, FastStream
from faststream.rabbit import Channel, RabbitBroker, RabbitExchange, RabbitQueue
from faststream.rabbit.annotations import RabbitMessage
from motor.motor_asyncio import AsyncIOMotorClient
from pymongo.errors import DuplicateKeyError

from bench.hop.columns.task import CREDITED, DATABASE, KEPT, MONGO, OUT, RABBIT, credited

client: Any = AsyncIOMotorClient(MONGO, uuidRepresentation="standard", w="majority", journal=True)
accounts = client[DATABASE].documents
broker = RabbitBroker(RABBIT, logger=None, default_channel=Channel(on_return_raises=True))
app = FastStream(broker, logger=None)
out = RabbitExchange(OUT, declare=False)


@broker.subscriber(
    RabbitQueue("document.in", declare=False),
    channel=Channel(prefetch_count=20),
    ack_policy=AckPolicy.NACK_ON_ERROR,
    no_reply=True,
)
async def credit(deposit: dict[str, Any], message: RabbitMessage) -> None:
    event = UUID(message.message_id)
    while (pending := await absorbed(event, deposit)) is None:
        continue
    for entry in pending:
        await broker.publish(entry["body"], exchange=out, routing_key=CREDITED, message_id=entry["id"], persist=True)
    await accounts.update_one({"_id": deposit["account"]}, {"$pull": {"outbox": {"cause": event}}})


async def absorbed(event: UUID, deposit: dict[str, Any]) -> list[dict[str, Any]] | None:
    """Read, decide, write with the version; what is left to publish of this event. None: overtaken, decide again."""
    row = await accounts.find_one({"_id": deposit["account"]})
    version, balance = (row["version"], row["balance"]) if row else (0, 0)
    if row and event in row["causes"]:
        return [entry for entry in row["outbox"] if entry["cause"] == event]
    id, body = credited(event, deposit, balance + deposit["amount"])
    entry = {"id": id, "body": body, "cause": event}
    if row is None:
        fresh = {"_id": deposit["account"], "version": 1, "balance": deposit["amount"]}
        try:
            await accounts.insert_one({**fresh, "causes": [event], "outbox": [entry]})
        except DuplicateKeyError:
            return None
        return [entry]
    done = await accounts.update_one(
        {"_id": deposit["account"], "version": version},
        {
            "$set": {"balance": balance + deposit["amount"], "version": version + 1},
            "$push": {"outbox": entry, "causes": {"$each": [event], "$slice": -KEPT}},
        },
    )
    return [entry] if done.matched_count else None


if __name__ == "__main__":
    asyncio.run(app.run())
