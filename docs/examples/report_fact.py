"""A department's system in one page: report a fact over AMQP, and read what was refused.

`report_fact.py KEY FILE [ID]` with the department's INGRESS_URL in the environment.
"""

import asyncio
import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit
from uuid import uuid4

import aio_pika


async def report(url: str, key: str, body: bytes, id: str) -> None:
    """Returns when RabbitMQ has the fact for good. Telling the same again, under the same id, is harmless."""
    department = unquote(urlsplit(url).username or "")
    async with await aio_pika.connect(url) as connection:
        channel = await connection.channel(publisher_confirms=True, on_return_raises=True)
        inbox = await channel.get_exchange(f"in.{department}", ensure=False)
        message = aio_pika.Message(
            body,
            content_type="application/json",
            delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
            user_id=department,
            headers={
                "cloudEvents:specversion": "1.0",
                "cloudEvents:id": id,
                "cloudEvents:type": key,
                "cloudEvents:source": department,
                "cloudEvents:time": datetime.now(UTC).isoformat(),
            },
        )
        await inbox.publish(message, routing_key=key)
        print(f"reported {key} as {id}")

        refused = await channel.get_queue(f"refused.{department}", ensure=False)
        while refusal := await refused.get(fail=False):
            print(f"refused earlier: {refusal.body.decode()}")
            await refusal.ack()


if __name__ == "__main__":
    key, file, *rest = sys.argv[1:]
    asyncio.run(report(os.environ["INGRESS_URL"], key, Path(file).read_bytes(), *rest or [str(uuid4())]))
