"""The servers that the tests and `make run` stand on."""

import asyncio
from dataclasses import replace

import aio_pika
import pytest
from motor.motor_asyncio import AsyncIOMotorClient
from waiting import until

from kefu.trouble import Trouble
from kefu_local.run import look_at
from kefu_local.servers import Servers, vhost_of
from shared.settings import ServiceSettings


async def test_a_journaled_write_survives_a_crash_of_mongodb(real_servers: Servers, mongo_database: str) -> None:
    assert real_servers.mongo
    client: AsyncIOMotorClient[dict[str, object]] = AsyncIOMotorClient(real_servers.mongo_url, journal=True)
    await client[mongo_database]["kept"].insert_one({"_id": 1})

    await asyncio.to_thread(real_servers.mongo.kill)
    await asyncio.to_thread(real_servers.mongo.start)

    assert await client[mongo_database]["kept"].find_one() == {"_id": 1}
    client.close()


async def test_a_confirmed_message_survives_a_crash_of_rabbitmq(real_servers: Servers, rabbit_vhost: str) -> None:
    assert real_servers.rabbit
    message = aio_pika.Message(b"kept", delivery_mode=aio_pika.DeliveryMode.PERSISTENT)
    async with await aio_pika.connect(rabbit_vhost) as connection:
        channel = await connection.channel()
        await channel.declare_queue("kept", durable=True, arguments={"x-queue-type": "quorum"})
        await channel.default_exchange.publish(message, "kept")

    await asyncio.to_thread(real_servers.rabbit.settle)
    await asyncio.to_thread(real_servers.rabbit.kill)
    await asyncio.to_thread(real_servers.rabbit.start)

    async with await aio_pika.connect(rabbit_vhost) as connection:
        channel = await connection.channel()
        queue = await channel.get_queue("kept")
        received = await until(lambda: queue.get(fail=False))
        assert received.body == b"kept"


async def test_each_test_has_a_virtual_host_of_its_own(
    real_servers: Servers, service_settings: ServiceSettings
) -> None:
    url = service_settings.rabbit_url.get_secret_value()
    async with await aio_pika.connect(url) as connection:
        channel = await connection.channel()
        await channel.declare_queue("mine")
    assert [queue["name"] for queue in real_servers.management.get(f"/queues/{vhost_of(url)}")] == ["mine"]


def test_make_run_ends_with_a_word_when_somebody_elses_server_is_away(real_servers: Servers) -> None:
    look_at(real_servers)
    with pytest.raises(Trouble, match=r"mongodb: .*is it up at MONGO_URL\?"):
        look_at(replace(real_servers, mongo_url="mongodb://127.0.0.1:9/"))
    with pytest.raises(Trouble, match=r"rabbitmq: .*is it up at RABBIT_URL\?"):
        look_at(replace(real_servers, rabbit_url="amqp://guest:guest@127.0.0.1:9/"))
