"""SMS through a real Kannel with its fake SMSC: sent, receipted, answered."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from aiohttp import web
from waiting import until

from kefu_local.ports import LOOPBACK, accepts, free_ports
from kefu_local.process import Process
from notify.domain.messages.template import Words
from notify.domain.parts.receipt import SeenReceipt
from notify.domain.parts.seen_reply import SeenReply
from notify.gateways.gateway import Callback, Outgoing
from notify.gateways.kannel import Kannel

FAKE_SMSC = "/usr/lib/kannel/test/fakesmsc"
BOXES = """
group = core
admin-port = {admin}
smsbox-port = {box}
admin-password = test
box-allow-ip = "127.0.0.1"
dlr-storage = internal

group = smsc
smsc = fake
smsc-id = fake
port = {smsc}
connect-allow-ip = 127.0.0.1

group = smsbox
bearerbox-host = 127.0.0.1
sendsms-port = {send}
global-sender = 10690000

group = sendsms-user
username = kefu
password = secret
max-messages = 5
concatenation = true

group = sms-service
keyword = default
get-url = "{callback}/replies?from=%p&text=%a&id=%I"
max-messages = 0
"""


class Pushed:
    """What Kannel pushed, as the callback routes would read it."""

    def __init__(self) -> None:
        self.receipts: list[SeenReceipt] = []
        self.replies: list[SeenReply] = []
        self.gateway: Kannel | None = None

    async def handle(self, request: web.Request) -> web.Response:
        callback = Callback(query=dict(request.query))
        if request.path.endswith("/receipts"):
            self.receipts += self.gateway.receipts(callback)
        else:
            self.replies += self.gateway.replies(callback)
        return web.Response(text="")


@pytest.fixture
async def pushed() -> AsyncIterator[tuple[Pushed, str]]:
    known = Pushed()
    app = web.Application()
    app.router.add_route("GET", "/{what}", known.handle)
    runner = web.AppRunner(app)
    await runner.setup()
    port = next(free_ports())
    await web.TCPSite(runner, LOOPBACK, port).start()
    yield known, f"http://{LOOPBACK}:{port}"
    await runner.cleanup()


@pytest.fixture
def kannel(pushed: tuple[Pushed, str], tmp_path: Path) -> Iterator[Kannel]:
    if not all(Path(each).exists() for each in ("/usr/sbin/bearerbox", "/usr/sbin/smsbox", FAKE_SMSC)):
        pytest.fail("Kannel is missing: apt-get install --no-install-recommends kannel kannel-extras")
    known, callback = pushed
    ports = free_ports()
    admin, box, smsc, send = (next(ports) for _ in range(4))
    settings = tmp_path / "kannel.conf"
    settings.write_text(BOXES.format(admin=admin, box=box, smsc=smsc, send=send, callback=callback))
    with ExitStack() as stack:

        def start(name: str, *command: str, listens_on: int | None = None) -> None:
            process = Process(name, command, env={"PATH": "/usr/bin:/bin:/usr/sbin"}, log=tmp_path / f"{name}.log")
            process.start()
            stack.callback(process.stop)
            if listens_on:
                process.wait_until(lambda: accepts(listens_on), seconds=60)

        start("bearerbox", shutil.which("bearerbox", path="/usr/sbin") or "bearerbox", str(settings), listens_on=box)
        start("smsbox", shutil.which("smsbox", path="/usr/sbin") or "smsbox", str(settings), listens_on=send)
        answering = ("-i", "0.5", "-m", "1", "13800138000 10690000 text 2")
        start("fakesmsc", FAKE_SMSC, "-H", LOOPBACK, "-r", str(smsc), *answering)
        known.gateway = Kannel(f"http://{LOOPBACK}:{send}/cgi-bin/sendsms", "kefu", "secret", callback)
        yield known.gateway


def message(text: str = "尊敬的客户，您好！") -> Outgoing:
    return Outgoing(uuid4(), "13800138000", Words(template="x", version=1, text=text), datetime.now(UTC))


async def test_a_message_is_taken_receipted_with_our_id_and_answered(
    kannel: Kannel, pushed: tuple[Pushed, str], tmp_path: Path
) -> None:
    known, _ = pushed
    sent = message()

    async def bound() -> bool:
        return (await kannel.send(sent)).outcome == "accepted"

    await until(bound, seconds=60)

    async def came_back() -> bool:
        return bool(known.receipts and known.replies)

    await until(came_back, seconds=60)
    await kannel.close()
    assert {(receipt.message, receipt.status) for receipt in known.receipts} == {(sent.id, "delivered")}
    assert (known.replies[0].address, known.replies[0].text) == ("13800138000", "2")


async def test_a_message_to_nobody_is_refused_for_good(kannel: Kannel) -> None:
    answer = await kannel.send(Outgoing(uuid4(), "", message().words, datetime.now(UTC)))

    await kannel.close()
    assert (answer.outcome, answer.code) == ("permanent", "http_400")


async def test_a_wrong_password_stops_the_gateway(kannel: Kannel) -> None:
    stranger = Kannel(kannel._url, "kefu", "wrong")

    answer = await stranger.send(message())

    await stranger.close()
    assert (answer.outcome, answer.code) == ("stop", "http_403")


async def test_a_gateway_that_is_not_there_is_surely_not_sent() -> None:
    nobody = Kannel(f"http://{LOOPBACK}:{next(free_ports())}/cgi-bin/sendsms", "kefu", "secret")

    answer = await nobody.send(message())

    await nobody.close()
    assert answer.outcome == "retry_later"


async def test_a_gateway_that_takes_the_request_and_says_nothing_leaves_it_unknown() -> None:
    port = next(free_ports())
    silent = await asyncio.start_server(lambda reader, writer: writer.close(), LOOPBACK, port)
    deaf = Kannel(f"http://{LOOPBACK}:{port}/cgi-bin/sendsms", "kefu", "secret")

    answer = await deaf.send(message())

    await deaf.close()
    silent.close()
    assert answer.outcome == "unknown"
