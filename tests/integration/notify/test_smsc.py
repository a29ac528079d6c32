"""SMS over SMPP against a real SMSC's protocol implementation."""

import asyncio
import json
import shutil
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from waiting import until

from kefu_local.ports import LOOPBACK, accepts, free_ports
from kefu_local.process import Process
from notify.domain.messages.template import Words
from notify.domain.parts.receipt import SeenReceipt
from notify.domain.parts.seen_reply import SeenReply
from notify.gateways.gateway import Outgoing
from notify.gateways.smpp import Smpp, SmppAccount

SMSC = Path(__file__).parent / "smsc"


@pytest.fixture
async def smsc(tmp_path: Path) -> AsyncIterator[tuple[int, Path]]:
    node = shutil.which("node")
    if node is None or not (SMSC / "node_modules").exists():
        pytest.fail(f"the SMSC is missing: apt-get install nodejs npm, then npm ci --prefix {SMSC}")
    port, log = next(free_ports()), tmp_path / "smsc.log"
    process = Process("smsc", [node, str(SMSC / "smsc.js"), str(port)], env={"PATH": "/usr/bin:/bin"}, log=log)
    process.start()
    process.wait_until(lambda: accepts(port), seconds=60)
    yield port, log
    process.stop()


def message(to: str = "13800138000", text: str = "尊敬的客户，您好！") -> Outgoing:
    return Outgoing(uuid4(), to, Words(template="x", version=1, text=text), datetime.now(UTC))


async def test_a_message_is_submitted_once_and_its_receipt_comes_back(smsc: tuple[int, Path]) -> None:
    port, log = smsc
    receipts: list[SeenReceipt] = []

    async def take(seen) -> None:
        receipts.extend(seen)

    gateway = Smpp(SmppAccount(LOOPBACK, port, "kefu", "secret", "10690000"))
    gateway.listen(take, take)

    answers = await asyncio.gather(*(gateway.send(message(text=f"第{number}条" * 40)) for number in range(5)))

    assert [answer.outcome for answer in answers] == ["accepted"] * 5

    async def all_there() -> bool:
        return len(receipts) == 5

    await until(all_there)
    await gateway.close()
    assert {receipt.reference for receipt in receipts} == {answer.reference for answer in answers}
    assert {receipt.status for receipt in receipts} == {"delivered"}
    submitted = [json.loads(line) for line in log.read_text().splitlines()]
    assert sorted(each["text"] for each in submitted) == sorted(f"第{number}条" * 40 for number in range(5))


@pytest.mark.parametrize(
    ("to", "outcome", "code"),
    [
        ("13800138444", "retry_later", "ESME_RTHROTTLED"),
        ("13800138445", "permanent", "ESME_RINVDSTADR"),
        ("13800138446", "stop", "ESME_RINVSRCADR"),
    ],
)
async def test_every_answer_is_understood(smsc: tuple[int, Path], to: str, outcome: str, code: str) -> None:
    gateway = Smpp(SmppAccount(LOOPBACK, smsc[0], "kefu", "secret", "10690000"))

    answer = await gateway.send(message(to=to))

    await gateway.close()
    assert (answer.outcome, answer.code) == (outcome, code)


async def test_a_message_that_the_smsc_hung_up_on_is_never_said_to_be_unsent(smsc: tuple[int, Path]) -> None:
    gateway = Smpp(SmppAccount(LOOPBACK, smsc[0], "kefu", "secret", "10690000"))

    try:
        async with asyncio.timeout(3.0):
            said = (await gateway.send(message(to="13800138447"))).outcome
    except TimeoutError:
        said = "unknown"

    await gateway.close()
    assert said == "unknown"


async def test_an_answer_of_the_customer_comes_over_the_same_session(smsc: tuple[int, Path]) -> None:
    replies: list[SeenReply] = []

    async def take_replies(seen) -> None:
        replies.extend(seen)

    async def take_receipts(seen) -> None:
        return

    gateway = Smpp(SmppAccount(LOOPBACK, smsc[0], "kefu", "secret", "10690000"))
    gateway.listen(take_receipts, take_replies)

    await gateway.send(message(text="同意请回复1"))

    async def there() -> bool:
        return bool(replies)

    await until(there)
    await gateway.close()
    assert [(each.address, each.text) for each in replies] == [("13800138000", "1")]


async def test_without_a_session_it_is_surely_not_sent_and_never_sent_later(tmp_path: Path) -> None:
    gateway = Smpp(SmppAccount(LOOPBACK, next(free_ports()), "kefu", "secret", "10690000"), patience=0.5)

    answer = await gateway.send(message())

    await gateway.close()
    assert (answer.outcome, answer.code) == ("retry_later", "not_bound")
