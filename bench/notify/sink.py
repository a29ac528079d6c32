"""`python -m bench.notify.sink PORT LATENCY`: an SMS gateway that answers late and tells when it took what."""

import asyncio
import json
import sys
from time import time
from typing import Any
from urllib.parse import urlsplit

HEAD = b"HTTP/1.1 %d OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"


class Taken:
    """When each message was taken."""

    def __init__(self, latency: float) -> None:
        self.latency = latency
        self.at: dict[str, float] = {}

    def take(self, body: bytes) -> None:
        self.at.setdefault(json.loads(body)["id"], time())

    def tell(self, path: str) -> bytes:
        told = {"/taken": self.at, "/count": len(self.at)}
        return json.dumps(told.get(path, [])).encode()


class Connection(asyncio.Protocol):
    """One kept connection; requests follow one another."""

    def __init__(self, taken: Taken) -> None:
        self._taken = taken
        self._received = b""
        self._transport: Any = None

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, found, rest = self._received.partition(b"\r\n\r\n")
        if not found:
            return
        lines = head.decode("latin-1").split("\r\n")
        length = next((int(line[15:]) for line in lines if line.lower().startswith("content-length:")), 0)
        if len(rest) < length:
            return
        self._received = rest[length:]
        if lines[0].startswith("GET"):
            self._answer(200, self._taken.tell(urlsplit(lines[0].split()[1]).path))
            return
        self._taken.take(rest[:length])
        asyncio.get_running_loop().call_later(self._taken.latency, self._answer, 202, b'{"status": "accepted"}')

    def _answer(self, status: int, body: bytes) -> None:
        if not self._transport.is_closing():
            self._transport.write(HEAD % (status, len(body)) + body)


async def main(port: int, latency: float) -> None:
    taken = Taken(latency)
    server = await asyncio.get_running_loop().create_server(lambda: Connection(taken), "127.0.0.1", port)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), float(sys.argv[2])))
