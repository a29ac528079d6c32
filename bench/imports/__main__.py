"""`python -m bench.imports [--rows 100000] [--bad 0.01] [--cache 2G]`: what a table of customers takes.

`kefu customers import` is run as people run it, on an XLSX, against intake as a process of its own with a mongod and a
RabbitMQ of its own: first as a look, then taken, then once more. Printed are seconds, rows a second, the most memory
that command and intake had, the processor's seconds of each part, and how many cores others used meanwhile.
"""

import asyncio
import os
import random
import re
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from subprocess import PIPE, Popen
from tempfile import TemporaryDirectory
from time import sleep

import psutil
from xlsxwriter import Workbook

from bench.find.__main__ import drawn
from bench.hop.machine import Meter, processor
from bench.questions import give_room, out
from kefu_local.servers import ServerPorts, servers
from shared.contracts.roles import Role
from shared.identity import issue_token

sys.path.insert(0, str(Path(__file__).parents[2] / "tests" / "support"))

from flood import flooded

HEADERS = ("客户编号", "客户名称", "行业", "联系人", "手机", "地址")
KEFU = str(Path(sys.executable).with_name("kefu"))


def table(file: Path, count: int, bad: float) -> None:
    """A workbook of customers; of some the telephone was rounded by the spreadsheet."""
    with Workbook(str(file), {"constant_memory": True}) as book:
        page = book.add_worksheet()
        page.write_row(0, 0, HEADERS)
        for line, row in enumerate(_rows(count, bad), start=1):
            page.write_row(line, 0, row)


def _rows(count: int, bad: float) -> Iterator[tuple[str, ...]]:
    for number in range(count):
        said, _ = drawn(number)
        mobile = "1.39E+10" if random.random() < bad else said.contacts[0].mobile or ""
        yield (said.customer_no or "", said.name, "直接客户", said.contacts[0].name, mobile, said.address or "")


def imported(file: Path, env: dict[str, str], intake: int, *options: str) -> tuple[str, float, float, float]:
    """The counts that the command says, the most memory of command and intake, and the command's processor seconds."""
    most, busy = [0.0, 0.0], 0.0
    command = Popen([KEFU, "customers", "import", str(file), *options], env=env, stdout=PIPE, stderr=PIPE, text=True)
    watched = [psutil.Process(command.pid), psutil.Process(intake)]
    while command.poll() is None:
        most = [max(high, _memory(each)) for high, each in zip(most, watched, strict=True)]
        busy = max(busy, processor(command.pid))
        sleep(0.1)
    said, _ = command.communicate()
    counted = next((line for line in said.splitlines() if re.match(r"\d+ .*new", line)), said)
    return counted, *most, busy


def _memory(process: psutil.Process) -> float:
    try:
        return float(process.memory_info().rss / 1e6)
    except psutil.NoSuchProcess:
        return 0.0


async def bench(count: int, bad: float, cache: str) -> None:
    """Look, take, take again."""
    with (
        TemporaryDirectory(prefix="kefu-imports-") as folder,
        servers(Path(folder), ServerPorts.free(), disposable=True) as running,
    ):
        assert running.mongo
        assert running.rabbit
        nodes = {"MongoDB": [running.mongo.process.pid], "RabbitMQ": [running.rabbit.process.pid]}
        give_room(running.mongo_url, cache)
        file = Path(folder) / "customers.xlsx"
        table(file, count, bad)
        async with flooded("intake", running, Path(folder) / "intake") as intake:
            key = (Path(folder) / "intake" / "private.pem").read_text(encoding="utf-8")
            token = issue_token(key, "cs-01", Role.CS_SUPERVISOR)
            env = {**os.environ, "INTAKE_URL": intake.url, "KEFU_TOKEN": token}
            for name, options in (("look", ["--dry-run"]), ("take", []), ("take again", [])):
                meter = Meter(intake=[intake.pid], **nodes)
                counted, command_mb, intake_mb, busy = await asyncio.to_thread(
                    imported, file, env, intake.pid, *options
                )
                used = meter.read()
                parts = ", ".join(f"{part} {spent:.0f}" for part, spent in {"command": busy, **used.cpu}.items())
                out.print(f"{name}: {used.seconds:.0f} s, {count / used.seconds:.0f} rows/s; {counted}")
                out.print(f"  memory: command {command_mb:.0f} MB, intake {intake_mb:.0f} MB")
                out.print(f"  processor, s: {parts}; others used {used.foreign - busy / used.seconds:.2f} cores")


def main() -> None:
    """Read the arguments and run on servers of its own."""
    given = ArgumentParser(description="What it costs to take over a table of customers.")
    given.add_argument("--rows", type=int, default=100_000)
    given.add_argument("--bad", type=float, default=0.01)
    given.add_argument("--cache", default="2G", help="how much MongoDB keeps in memory")
    asked = given.parse_args()
    asyncio.run(bench(asked.rows, asked.bad, asked.cache))


if __name__ == "__main__":
    main()
