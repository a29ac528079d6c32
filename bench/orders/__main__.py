"""`python -m bench.orders [SMALL] [LARGE] [--cache 4G]`: an order costs the same among few and among many.

Two databases on one server, one with SMALL orders (1,000) and one with LARGE (1,000,000), both of three years of
business. In turns, so that the machine's mood falls on both alike, the same is done in each: orders are placed, read
and advanced, what is due is found, lists are shown and a week is counted. Printed are the median microseconds, the
ratio, and what MongoDB says it looked at in the large one.
"""

import asyncio
from argparse import ArgumentParser
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from statistics import median
from sys import stdout
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

from pymongo import MongoClient
from pymongo.collection import Collection
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from bench.hop.machine import Meter
from bench.orders.many import Row, fill
from bench.orders.work import WORK, Side, page_times
from bench.questions import give_room
from kefu_local.servers import ServerPorts, Servers, servers
from orders.store import Orders
from shared.garbage import collect_rarely
from shared.kernel.group_commit import GroupCommit
from shared.kernel.mongodb import Database
from shared.testing import SEALS, Outbox

TURNS = 9
PAGES = 1000
PATIENCE = 1800.0
"""Seconds for building the indexes of a million orders."""
out = Console(width=None if stdout.isatty() else 150)
Client = MongoClient[Row]


@asynccontextmanager
async def opened(url: str, name: str, size: int) -> AsyncIterator[Side]:
    """A database of its own with so many orders in it, indexed; all on disk, and the indexes in memory as well."""
    rounds = GroupCommit(Outbox(), 200)
    database = Database(url, f"bench-{name}", rounds, SEALS, timeout=PATIENCE)
    side = Side(name, Orders(database), size)
    began = perf_counter()
    with Client(url, uuidRepresentation="standard") as client:
        await asyncio.to_thread(_filled, client, side)
        await database.prepare()
        await asyncio.to_thread(client.admin.command, "fsync")
        await asyncio.to_thread(_warmed, client[f"bench-{name}"]["orders"])
        size_of = client[f"bench-{name}"].command("collstats", "orders", scale=1_000_000)
    out.print(
        f"{size:,} orders in {perf_counter() - began:.0f} s: {size_of['size']:,.0f} MB of documents, "
        f"{size_of['storageSize']:,.0f} MB on disk, {size_of['totalIndexSize']:,.0f} MB of indexes"
    )
    collect_rarely()
    work = asyncio.create_task(rounds.run())
    try:
        yield side
    finally:
        work.cancel()
        database.close()


def _filled(client: Client, side: Side) -> None:
    shown = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    with Progress(*shown, console=out) as progress:
        task = progress.add_task(f"orders of the {side.name} database", total=side.size)
        fill(client[f"bench-{side.name}"]["orders"], side.size, lambda more: progress.advance(task, more))


def _warmed(orders: Collection[Row]) -> None:
    """Walk through every index once, as a server that has been up for a while has done."""
    for name, index in orders.index_information().items():
        orders.count_documents(index.get("partialFilterExpression", {}), hint=name)


async def measure(small: Side, large: Side) -> dict[str, tuple[float, float]]:
    """The median microseconds of each piece of work over several turns; the first only warms up."""
    spent: dict[str, dict[str, list[float]]] = {name: {small.name: [], large.name: []} for name in WORK}
    for turn in range(TURNS + 1):
        for name, work in WORK.items():
            for side in (small, large) if turn % 2 else (large, small):
                began = perf_counter()
                done = await work(side, turn)
                if turn:
                    spent[name][side.name].append((perf_counter() - began) / done * 1e6)
    return {name: (median(each[small.name]), median(each[large.name])) for name, each in spent.items()}


async def looked_at(url: str, side: Side) -> Table:
    """What MongoDB looked at for each piece of work, by its own profiler: index entries, documents, sorting."""
    table = Table("work", "found", "index entries", "documents", "sorted in memory", "by")
    with Client(url, uuidRepresentation="standard") as client:
        database = client[f"bench-{side.name}"]
        for name, work in WORK.items():
            database.command("profile", 2)
            await work(side, TURNS + 1)
            database.command("profile", 0)
            steps = list(database["system.profile"].find({"ns": f"bench-{side.name}.orders", "op": "query"}))
            database["system.profile"].drop()
            if steps:
                table.add_row(name, *_sums(steps))
    return table


def _sums(steps: list[Row]) -> tuple[str, ...]:
    found, keys, documents = (
        sum(step.get(name, 0) for step in steps) for name in ("nreturned", "keysExamined", "docsExamined")
    )
    sorts = "yes" if any(step.get("hasSortStage") for step in steps) else "no"
    return f"{found:,}", f"{keys:,}", f"{documents:,}", sorts, ", ".join(sorted({_short(step) for step in steps}))


def _short(step: Row) -> str:
    return str(step.get("planSummary", "")).replace("state.", "").replace(": 1", "")


async def compare(running: Servers, few: int, many: int, cache: str) -> None:
    url = running.mongo_url
    give_room(url, cache)
    async with opened(url, "small", few) as small, opened(url, "large", many) as large:
        meter = Meter(**({"mongod": [running.mongo.process.pid]} if running.mongo else {}))
        figures = await measure(small, large)
        foreign = meter.read().foreign
        table = Table("work", f"µs among {few:,}", f"µs among {many:,}", "ratio")
        for name, (one, other) in figures.items():
            table.add_row(name, f"{one:,.0f}", f"{other:,.0f}", f"{other / one:.2f}")
        out.print(table)
        spent = sorted(await page_times(large, PAGES))
        middle, late = (spent[round(PAGES * part) - 1] * 1000 for part in (0.5, 0.95))
        out.print(f"{PAGES} pages of 50 rows of a stage among {many:,}: median {middle:.1f} ms, p95 {late:.1f} ms")
        out.print(f"MongoDB's cache {cache}; others used {foreign:.2f} cores meanwhile")
        out.print(await looked_at(url, large))


async def main(few: int, many: int, cache: str) -> None:
    with TemporaryDirectory(prefix="kefu-bench-") as folder, servers(Path(folder), ServerPorts.free()) as running:
        await compare(running, few, many, cache)


if __name__ == "__main__":
    parser = ArgumentParser(prog="python -m bench.orders", description=__doc__)
    parser.add_argument("small", nargs="?", type=int, default=1_000)
    parser.add_argument("large", nargs="?", type=int, default=1_000_000)
    parser.add_argument("--cache", default="4G", help="how much MongoDB keeps in memory")
    asked: Any = parser.parse_args()
    asyncio.run(main(asked.small, asked.large, asked.cache))
