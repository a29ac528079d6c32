"""What a user would write: FastStream, one transaction per message over a state, an outbox and an inbox collection."""

import asyncio
from typing import Any
from uuid import UUID, uuid5

from faststream import AckPolicy, FastStream
from faststream.rabbit import Channel, RabbitBroker, RabbitExchange, RabbitQueue
from faststream.rabbit.annotations import RabbitMessage
from motor.motor_asyncio import AsyncIOMotorClient
from pymongo.errors import DuplicateKeyError

from bench.hop.columns.task import CREDITED, DATABASE, MONGO, OUT, RABBIT, credited

client: Any = AsyncIOMotorClient(MONGO, uuidRepresentation="standard", w="majority", journal=True)
db = client[DATABASE]
broker = RabbitBroker(RABBIT, logger=None, default_channel=Channel(on_return_raises=True))
app = FastStream(broker, logger=None)
out = RabbitExchange(OUT, declare=False)


@broker.subscriber(
    RabbitQueue("transaction.in", declare=False),
    channel=Channel(prefetch_count=20),
    ack_policy=AckPolicy.NACK_ON_ERROR,
    no_reply=True,
)
async def credit(deposit: dict[str, Any], message: RabbitMessage) -> None:
    event = UUID(message.message_id)

    async def effect(session: Any) -> tuple[str, str]:
        await db.inbox.insert_one({"_id": event}, session=session)
        row = await db.accounts.find_one_and_update(
            {"_id": deposit["account"]},
            {"$inc": {"balance": deposit["amount"]}},
            upsert=True,
            return_document=True,
            session=session,
        )
        id, body = credited(event, deposit, row["balance"])
        await db.outbox.insert_one({"_id": id, "body": body}, session=session)
        return id, body

    try:
        async with await client.start_session() as session:
            id, body = await session.with_transaction(effect)
    except DuplicateKeyError:
        id = str(uuid5(event, "credited"))
        row = await db.outbox.find_one({"_id": id})
        if row is None:
            return
        body = row["body"]
    await broker.publish(body, exchange=out, routing_key=CREDITED, message_id=id, persist=True)
    await db.outbox.delete_one({"_id": id})


if __name__ == "__main__":
    asyncio.run(app.run())
