"""Mail through a real OpenSMTPD, which takes, puts off, refuses, and brings back what the next server refused."""

import asyncio
import os
import shutil
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from uuid import uuid4

import pytest
from waiting import until

from kefu_local.ports import LOOPBACK, free_ports
from kefu_local.process import Process
from notify.domain.messages.template import Words
from notify.gateways.gateway import Callback, Outgoing
from notify.gateways.smtp import Mailbox, Smtp

SMTPD = Path(__file__).parent / "opensmtpd" / "usr" / "sbin" / "smtpd"
BACK = "127.0.0.2"
"""Where returned mails go: OpenSMTPD waits some seconds before it connects to the same address once more."""

RULES = """
table later {{ "later@hengda.example" }}
filter busy phase rcpt-to match rcpt-to <later> reject "450 4.2.1 try again later"
listen on {loopback} port {listen} filter busy
action "out" relay host smtp://{loopback}:{out}
action "back" relay host smtp://{back_at}:{back}
match from any for domain "kefu.example" action "back"
match from any for domain "hengda.example" action "out"
"""
HOUSE = """
set -e
mount -t tmpfs tmpfs /var/spool
mount -t tmpfs tmpfs /var/lib
mount -t tmpfs tmpfs /run
mkdir -p /var/spool/smtpd /var/lib/opensmtpd/empty
chmod 711 /var/spool/smtpd
for user in opensmtpd opensmtpq; do
    id=$((id + 59871))
    echo "$user:x:$id:$id::/nonexistent:/bin/false" >>"$1/passwd"
    echo "$user:x:$id:" >>"$1/group"
done
for file in passwd group; do
    cat "/etc/$file" >>"$1/$file"
    mount --bind "$1/$file" "/etc/$file"
done
exec "$2" -d -f "$1/smtpd.conf"
"""


@dataclass
class Postal:
    """A mail server, the mailbox of ours that it returns mails to, and what the world behind it takes."""

    gateway: Smtp
    returned: Path
    arrived: Path

    async def came(self, folder: Path) -> bytes:
        """The one mail in a folder, once it is complete."""

        return await until(partial(asyncio.to_thread, _kept, folder))


def _kept(folder: Path) -> bytes:
    kept = [file.read_bytes() for file in folder.iterdir() if file.name.startswith("mail.")]
    return kept[0] if kept and kept[0].rstrip().endswith(b"--") else b""


@pytest.fixture
async def stack() -> AsyncIterator[AsyncExitStack]:
    async with AsyncExitStack() as stack:
        yield stack


@pytest.fixture
def post(stack: AsyncExitStack, tmp_path: Path):
    """Starts an OpenSMTPD of its own, with the options of the sink that it hands mails on to."""
    if os.geteuid():
        pytest.skip("only a user who may mount can give OpenSMTPD folders of its own")
    sink = shutil.which("smtp-sink", path="/usr/sbin:/usr/bin:/sbin")
    if sink is None or not SMTPD.exists():
        pytest.fail("OpenSMTPD or smtp-sink is missing: deploy/local/test-servers brings both")

    def run(name: str, command: list[str], ready: Callable[[], bool]) -> None:
        process = Process(name, command, env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}, log=tmp_path / f"{name}.log")
        process.start()
        stack.callback(process.stop)
        process.wait_until(ready, seconds=60)

    def sink_at(host: str, port: int, folder: Path, *options: str) -> None:
        folder.mkdir()
        kept = ("-u", "root", "-R", str(folder), "-d", "mail.")
        run(folder.name, [sink, *kept, *options, f"{host}:{port}", "8"], lambda: answers(host, port))

    def start(*options: str) -> Postal:
        ports = free_ports()
        listen, out, back = (next(ports) for _ in range(3))
        sink_at(LOOPBACK, out, tmp_path / "arrived", *options)
        sink_at(BACK, back, tmp_path / "returned")
        house = tmp_path / "house"
        house.mkdir()
        (house / "smtpd.conf").write_text(
            RULES.format(loopback=LOOPBACK, listen=listen, out=out, back_at=BACK, back=back)
        )
        run(
            "opensmtpd",
            ["unshare", "--mount", "sh", "-c", HOUSE, "sh", str(house), str(SMTPD)],
            lambda: answers(LOOPBACK, listen),
        )
        gateway = Smtp(Mailbox(f"smtp://{LOOPBACK}:{listen}", "service@kefu.example", "客服部"), timeout=60.0)
        stack.push_async_callback(gateway.close)
        return Postal(gateway, tmp_path / "returned", tmp_path / "arrived")

    return start


def answers(host: str, port: int) -> bool:
    try:
        socket.create_connection((host, port), timeout=1).close()
    except OSError:
        return False
    return True


def mail(to: str = "wang@hengda.example") -> Outgoing:
    words = Words(template="x", version=1, subject="订单延期4天", text="尊敬的王总", html="<p>尊敬的王总</p>")
    return Outgoing(uuid4(), to, words, datetime.now(UTC))


async def test_what_it_takes_arrives_with_our_message_id(post) -> None:
    postal, message = post(), mail()

    answer = await postal.gateway.send(message)

    assert answer.outcome == "accepted"
    assert f"<{message.id}@kefu.example>".encode() in await postal.came(postal.arrived)


@pytest.mark.parametrize(
    ("to", "outcome", "code"),
    [("later@hengda.example", "retry_later", "450"), ("wang@elsewhere.example", "permanent", "550")],
)
async def test_what_it_says_at_once_is_understood(post, to: str, outcome: str, code: str) -> None:
    answer = await post().gateway.send(mail(to))

    assert (answer.outcome, answer.code) == (outcome, code)


async def test_a_mail_that_it_took_and_brings_back_was_not_delivered(post) -> None:
    postal, message = post("-f", "RCPT", "-B", "550 5.1.1 no such user"), mail()

    answer = await postal.gateway.send(message)
    report = Callback(body=await postal.came(postal.returned))

    (receipt,) = postal.gateway.receipts(report)
    assert answer.outcome == "accepted"
    assert (receipt.message, receipt.status, receipt.reason) == (message.id, "undelivered", "invalid_number")
    assert receipt.code == "5.1.1 550 5.1.1 no such user"
    assert postal.gateway.replies(report) == [], "a report is no reply of a person"
