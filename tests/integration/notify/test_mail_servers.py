"""Mail through Postfix's own sink: taken, put off, refused, slow, and a connection that went away meanwhile."""

import asyncio
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from uuid import uuid4

import pytest
from waiting import until

from kefu_local.ports import LOOPBACK, accepts, free_ports
from kefu_local.process import Process
from notify.domain.messages.template import Words
from notify.domain.parts.answer import Answer
from notify.gateways.gateway import Outgoing
from notify.gateways.smtp import Mailbox, Smtp

Start = Callable[..., Process]


@pytest.fixture
def sink(tmp_path: Path) -> Iterator[Callable[..., tuple[Smtp, Process]]]:
    """Starts a smtp-sink with options and gives a gateway to it."""
    binary = shutil.which("smtp-sink", path="/usr/sbin:/usr/bin:/sbin")
    if binary is None:
        pytest.fail("smtp-sink is missing: apt-get install --no-install-recommends postfix")
    with ExitStack() as stack:

        def start(*options: str, port: int | None = None) -> tuple[Smtp, Process]:
            port = port or next(free_ports())
            command = [binary, "-u", "root", *options, f"{LOOPBACK}:{port}", "64"]
            process = Process("smtp-sink", command, env={"PATH": "/usr/bin:/bin"}, log=tmp_path / "sink.log")
            process.start()
            stack.callback(process.stop)
            process.wait_until(lambda: accepts(port), seconds=60)
            return Smtp(Mailbox(f"smtp://{LOOPBACK}:{port}", "service@kefu.example", "客服部"), timeout=60.0), process

        yield start


def mail(to: str = "wang@hengda.example") -> Outgoing:
    words = Words(template="x", version=1, subject="订单延期4天", text="尊敬的王总", html="<p>尊敬的王总</p>")
    return Outgoing(uuid4(), to, words, datetime.now(UTC))


async def answer(gateway: Smtp, message: Outgoing | None = None) -> Answer:
    try:
        return await gateway.send(message or mail())
    finally:
        await gateway.close()


def _kept(folder: Path) -> str:
    """The one mail that the sink has written down."""
    kept = [file for file in folder.iterdir() if "sink" not in file.name]
    return "".join(file.read_text() for file in kept)


async def test_a_mail_is_taken_with_our_message_id_in_it(sink, tmp_path: Path) -> None:
    gateway, _ = sink("-R", str(tmp_path), "-d", "%M.")
    message = mail()

    taken = await answer(gateway, message)

    assert taken.outcome == "accepted"
    assert f"<{message.id}@kefu.example>" in await until(partial(asyncio.to_thread, _kept, tmp_path))


@pytest.mark.parametrize(
    ("options", "outcome", "code"),
    [
        (("-r", "RCPT", "-b", "450 4.2.0 greylisted"), "retry_later", "450"),
        (("-f", "RCPT", "-B", "550 5.1.1 no such user"), "permanent", "550"),
        (("-f", "MAIL", "-B", "553 5.1.8 sender refused"), "stop", "553"),
        (("-f", ".", "-B", "554 5.7.1 content refused"), "permanent", "554"),
    ],
    ids=["greylisted", "no such user", "sender refused", "content refused"],
)
async def test_what_a_server_says_is_understood(sink, options: tuple[str, ...], outcome: str, code: str) -> None:
    gateway, _ = sink(*options)

    said = await answer(gateway)

    assert (said.outcome, said.code) == (outcome, code)


async def test_a_server_that_hangs_up_after_the_last_dot_leaves_it_unknown(sink) -> None:
    gateway, _ = sink("-q", ".")

    assert (await answer(gateway)).outcome == "unknown"


async def test_nobody_at_home_is_surely_not_sent() -> None:
    nobody = Smtp(Mailbox(f"smtp://{LOOPBACK}:{next(free_ports())}", "service@kefu.example", "客服部"))

    assert (await answer(nobody)).outcome == "retry_later"


async def test_a_kept_connection_that_the_server_closed_is_replaced_unnoticed(sink) -> None:
    port = next(free_ports())
    gateway, process = sink(port=port)
    assert (await gateway.send(mail())).outcome == "accepted"
    process.stop()
    sink(port=port)

    assert (await answer(gateway)).outcome == "accepted"
