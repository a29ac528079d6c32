"""`python -m bench.imports [--rows 100000] [--bad 0.01]`: how long a table of customers takes, and how much memory.

`kefu customers import` is run as people run it, on an XLSX, against intake as a process of its own with a mongod and a
RabbitMQ of its own: first as a look, then taken, then once more. Printed are seconds, rows a second, and the most
memory and the processor's seconds that either process had.
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
from time import perf_counter, sleep

import psutil
from rich.console import Console
from xlsxwriter import Workbook

from bench.find.__main__ import drawn
from kefu_local.servers import ServerPorts, servers
from shared.contracts.roles import Role
from shared.identity import issue_token

sys.path.insert(0, str(Path(__file__).parents[2] / "tests" / "support"))

from flood import flooded

HEADERS = ("客户编号", "客户名称", "行业", "联系人", "手机", "地址")
KEFU = str(Path(sys.executable).with_name("kefu"))
out = Console()


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


def imported(file: Path, env: dict[str, str], intake: int, *options: str) -> tuple[float, str, str]:
    """Seconds, what the command and intake needed of memory and processor, and the counts that the command says."""
    began, most, busy = perf_counter(), [0.0, 0.0], [0.0, 0.0]
    command = Popen([KEFU, "customers", "import", str(file), *options], env=env, stdout=PIPE, stderr=PIPE, text=True)
    watched = [psutil.Process(command.pid), psutil.Process(intake)]
    before = [_busy(each) for each in watched]
    while command.poll() is None:
        busy = [max(high, _busy(each) - since) for high, each, since in zip(busy, watched, before, strict=True)]
        most = [max(high, _memory(each)) for high, each in zip(most, watched, strict=True)]
        sleep(0.1)
    said, _ = command.communicate()
    counted = next((line for line in said.splitlines() if re.match(r"\d+ .*new", line)), said)
    names = ("command", "intake")
    needed = [f"{name} {high:.0f} MB and {cpu:.0f} s" for name, high, cpu in zip(names, most, busy, strict=True)]
    return perf_counter() - began, ", ".join(needed), counted


def _busy(process: psutil.Process) -> float:
    """Seconds of the processor so far; none of a process that has ended."""
    try:
        times = process.cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    return float(times.user + times.system)


def _memory(process: psutil.Process) -> float:
    try:
        return float(process.memory_info().rss / 1e6)
    except psutil.NoSuchProcess:
        return 0.0


async def bench(count: int, bad: float) -> None:
    """Look, take, take again."""
    with (
        TemporaryDirectory(prefix="kefu-imports-") as folder,
        servers(Path(folder), ServerPorts.free(), disposable=True) as running,
    ):
        file = Path(folder) / "customers.xlsx"
        table(file, count, bad)
        async with flooded("intake", running, Path(folder) / "intake") as intake:
            key = (Path(folder) / "intake" / "private.pem").read_text(encoding="utf-8")
            token = issue_token(key, "cs-01", Role.CS_SUPERVISOR)
            env = {**os.environ, "INTAKE_URL": intake.url, "KEFU_TOKEN": token}
            for name, options in (("look", ["--dry-run"]), ("take", []), ("take again", [])):
                took = await asyncio.to_thread(imported, file, env, intake.pid, *options)
                seconds, needed, counted = took
                out.print(f"{name}: {seconds:.0f} s, {count / seconds:.0f} rows/s, {needed}; {counted}")


def main() -> None:
    """Read the arguments and run on servers of its own."""
    given = ArgumentParser(description="What it costs to take over a table of customers.")
    given.add_argument("--rows", type=int, default=100_000)
    given.add_argument("--bad", type=float, default=0.01)
    arguments = given.parse_args()
    asyncio.run(bench(arguments.rows, arguments.bad))


if __name__ == "__main__":
    main()
