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
from notify.domain.inbound import SeenReceipt
from notify.domain.template import Words
from notify.gateways.gateway import Outgoing
from notify.gateways.smpp import Account, Smpp

SMSC = Path(__file__).parent / "smsc"


@pytest.fixture
async def smsc(tmp_path: Path) -> AsyncIterator[tuple[int, Path]]:
    node = shutil.which("node")
    if node is None or not (SMSC / "node_modules").exists():
        pytest.fail(f"the SMSC is missing: apt-get install nodejs npm, then npm ci --prefix {SMSC}")
    port, log = next(free_ports()), tmp_path / "smsc.log"
    process = Process("smsc", [node, str(SMSC / "smsc.js"), str(port)], env={"PATH": "/usr/bin:/bin"}, log=log)
    process.start()
    process.wait_until(lambda: accepts(port), seconds=20)
    yield port, log
    process.stop()


def message(to: str = "13800138000", text: str = "尊敬的客户，您好！") -> Outgoing:
    return Outgoing(uuid4(), to, Words(template="x", version=1, text=text), datetime.now(UTC))


async def test_a_message_is_submitted_once_and_its_receipt_comes_back(smsc: tuple[int, Path]) -> None:
    port, log = smsc
    receipts: list[SeenReceipt] = []

    async def take(seen) -> None:
        receipts.extend(seen)

    gateway = Smpp(Account(LOOPBACK, port, "kefu", "secret", "10690000"))
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


async def test_a_throttled_number_is_put_off(smsc: tuple[int, Path]) -> None:
    gateway = Smpp(Account(LOOPBACK, smsc[0], "kefu", "secret", "10690000"))

    answer = await gateway.send(message(to="13800138444"))

    await gateway.close()
    assert (answer.outcome, answer.code) == ("retry_later", "ESME_RTHROTTLED")


async def test_without_a_session_it_is_surely_not_sent_and_never_sent_later(tmp_path: Path) -> None:
    gateway = Smpp(Account(LOOPBACK, next(free_ports()), "kefu", "secret", "10690000"), patience=0.5)

    answer = await gateway.send(message())

    await gateway.close()
    assert (answer.outcome, answer.code) == ("retry_later", "not_bound")
