"""A client that sends a little now and then, as a slow line or an attacker does."""

import asyncio
from contextlib import suppress


async def trickle(writer: asyncio.StreamWriter, head: bytes, piece: bytes, every: float) -> None:
    """Send a beginning and then a piece each `every` seconds, until the connection is gone."""
    with suppress(ConnectionError):
        writer.write(head)
        while True:
            await writer.drain()
            await asyncio.sleep(every)
            writer.write(piece)
