"""`python -m bench.notify.naive`: what one writes on the first day: consume, insert, post, mark; AT_ONCE of them."""

import asyncio
import os

import aiohttp
from faststream import AckPolicy, FastStream
from faststream.rabbit import Channel, ExchangeType, RabbitBroker, RabbitExchange, RabbitQueue
from motor.motor_asyncio import AsyncIOMotorClient

from shared.contracts.orders import OrderReleased

at_once = Channel(prefetch_count=int(os.environ["AT_ONCE"]))
broker = RabbitBroker(os.environ["RABBIT_URL"], log_level=40, default_channel=at_once)
deliveries = AsyncIOMotorClient(os.environ["MONGO_URL"], uuidRepresentation="standard", w="majority", journal=True)[
    os.environ["MONGO_DATABASE"]
]["deliveries"]
session: list[aiohttp.ClientSession] = []
EVENTS = RabbitExchange("events", type=ExchangeType.TOPIC, durable=True, declare=False)


@broker.subscriber(
    RabbitQueue("naive", durable=True, routing_key=OrderReleased.key), EVENTS, ack_policy=AckPolicy.NACK_ON_ERROR
)
async def notify(event: OrderReleased) -> None:
    """Told once, unless something happens in between."""
    await deliveries.insert_one({"_id": event.order_no, "state": "sending"})
    text = f"尊敬的客户，您好！我们正在为您下单（订单{event.order_no}），请您耐心等候。"
    message = {"id": event.order_no, "to": event.customer.mobile, "text": text}
    async with session[0].post(f"{os.environ['SMS_GATEWAY_URL']}/messages", json=message) as response:
        taken = response.status == 202
    await deliveries.update_one({"_id": event.order_no}, {"$set": {"state": "accepted" if taken else "failed"}})


app = FastStream(broker)


@app.on_startup
async def connect() -> None:
    """One session for all."""
    session.append(aiohttp.ClientSession())


if __name__ == "__main__":
    asyncio.run(app.run())
