"""DBOS: a durable workflow for each message, whose id is the message's; the state in a recorded transaction.

As its documentation shows for Kafka, whose consumer it brings along: the message's id is the workflow's, so that a
message that comes again starts nothing. The state changes in a transaction of the datasource, which is recorded with
it; the next event is published by a step. A message is acknowledged when its workflow has ended.
"""

import asyncio
from json import loads
from typing import Any
from uuid import UUID

import aio_pika
from dbos import DBOS, AsyncSQLAlchemyDatasource, SetWorkflowID
from sqlalchemy import text

from bench.hop.columns.task import CREDITED, OUT, POSTGRES, RABBIT, credited

IN_FLIGHT = 20
URL = POSTGRES.replace("postgresql:", "postgresql+psycopg:")
TABLE = text("CREATE TABLE IF NOT EXISTS accounts (id text PRIMARY KEY, balance bigint NOT NULL)")
MORE = text(
    "INSERT INTO accounts (id, balance) VALUES (:id, :amount) "
    "ON CONFLICT (id) DO UPDATE SET balance = accounts.balance + :amount RETURNING balance"
)


async def main() -> None:
    config = {"name": "bench", "system_database_url": URL, "sys_db_pool_size": IN_FLIGHT, "log_level": "ERROR"}
    DBOS(config=config)  # type: ignore[arg-type]
    accounts = await AsyncSQLAlchemyDatasource.create(URL, {"pool_size": IN_FLIGHT})
    connection = await aio_pika.connect_robust(RABBIT)
    channel = await connection.channel(publisher_confirms=True, on_return_raises=True)
    await channel.set_qos(IN_FLIGHT)
    out = await channel.get_exchange(OUT, ensure=False)

    @accounts.transaction(isolation_level="READ COMMITTED")
    async def deposit_into(account: str, amount: int) -> int:
        found = await accounts.sql_session().execute(MORE, {"id": account, "amount": amount})
        return int(found.scalar_one())

    @DBOS.step()
    async def publish(id: str, body: str) -> None:
        message = aio_pika.Message(body.encode(), message_id=id, delivery_mode=aio_pika.DeliveryMode.PERSISTENT)
        await out.publish(message, CREDITED)

    @DBOS.workflow()
    async def credit(event: str, deposit: dict[str, Any]) -> None:
        balance = await deposit_into(deposit["account"], deposit["amount"])
        await publish(*credited(UUID(event), deposit, balance))

    async def hear(message: aio_pika.abc.AbstractIncomingMessage) -> None:
        async with message.process(requeue=True):
            with SetWorkflowID(str(message.message_id)):
                await credit(str(message.message_id), loads(message.body))

    DBOS.launch()
    async with accounts.engine.begin() as began:
        await began.execute(TABLE)
    await (await channel.get_queue("dbos.in", ensure=False)).consume(hear)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
