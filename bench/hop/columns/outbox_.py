"""FastStream over RabbitMQ with faststream-outbox: inbox, state and outbox row in one transaction of PostgreSQL.

As its documentation shows: `publish` on the session of the caller's transaction, a relay subscriber under a publisher
of the bus, and for throughput larger fetches, batched deletes and the recommended autovacuum settings.
"""

import asyncio
from typing import Any
from uuid import UUID

from faststream import AckPolicy, FastStream
from faststream.rabbit import Channel, RabbitBroker, RabbitExchange, RabbitQueue, RabbitResponse
from faststream.rabbit.annotations import RabbitMessage
from faststream_outbox import OutboxBroker, make_outbox_table
from faststream_outbox.annotations import OutboxMessage
from faststream_outbox.autovacuum import outbox_autovacuum_ddl
from sqlalchemy import BigInteger, Column, MetaData, String, Table, Uuid, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine

from bench.hop.columns.task import CREDITED, OUT, POSTGRES, RABBIT, credited

IN_FLIGHT, WORKERS, BATCH = 60, 8, 100

metadata = MetaData()
outbox_table = make_outbox_table(metadata, table_name="outbox")
inbox = Table("inbox", metadata, Column("event", Uuid, primary_key=True))
accounts = Table("accounts", metadata, Column("id", String, primary_key=True), Column("balance", BigInteger))
engine = create_async_engine(
    POSTGRES.replace("postgresql:", "postgresql+asyncpg:"), pool_size=IN_FLIGHT + WORKERS + 2, max_overflow=10
)
sessions = async_sessionmaker(engine, expire_on_commit=False)
bus = RabbitBroker(RABBIT, logger=None, default_channel=Channel(on_return_raises=True))
outbox = OutboxBroker(engine, outbox_table=outbox_table, logger=None)
out = RabbitExchange(OUT, declare=False)


@bus.subscriber(
    RabbitQueue("outbox.in", declare=False),
    channel=Channel(prefetch_count=IN_FLIGHT),
    ack_policy=AckPolicy.NACK_ON_ERROR,
    no_reply=True,
)
async def credit(deposit: dict[str, Any], message: RabbitMessage) -> None:
    event = UUID(message.message_id)
    async with sessions() as session, session.begin():
        absorbed = insert(inbox).values(event=event).on_conflict_do_nothing().returning(inbox.c.event)
        if await session.scalar(absorbed) is None:
            return
        born = insert(accounts).values(id=deposit["account"], balance=deposit["amount"])
        more = {"balance": accounts.c.balance + deposit["amount"]}
        balance = await session.scalar(
            born.on_conflict_do_update(index_elements=["id"], set_=more).returning(accounts.c.balance)
        )
        id, body = credited(event, deposit, balance)
        await outbox.publish(body, queue="credited", session=session, headers={"id": id})


@bus.publisher(exchange=out, routing_key=CREDITED, persist=True)
@outbox.subscriber(
    "credited",
    max_workers=WORKERS,
    fetch_batch_size=BATCH,
    terminal_flush_batch_size=BATCH,
    min_fetch_interval=0.01,
)
async def relay(body: str, message: OutboxMessage) -> RabbitResponse:
    return RabbitResponse(body, message_id=message.headers["id"], persist=True)


async def main() -> None:
    async with engine.begin() as connection:
        await connection.run_sync(metadata.create_all)
        await connection.execute(text(outbox_autovacuum_ddl("outbox")))
    await FastStream(outbox, on_startup=[bus.start], logger=None).run()


if __name__ == "__main__":
    asyncio.run(main())
