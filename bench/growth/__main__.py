"""The hop as things grow, and after a crash. Usage: python -m bench.growth [--rounds 5] [--cases backlog,processes]."""

import asyncio
import statistics
import sys
from argparse import ArgumentParser
from collections import defaultdict
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid5

import aio_pika
from pymongo import MongoClient
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from bench.hop.columns import COLUMNS
from bench.hop.machine import Usage, spent
from bench.hop.stage import HERE, Stage, stage
from shared.kernel.group_commit import GroupCommit
from shared.kernel.mongodb import Database
from shared.testing import Outbox

sys.path.insert(0, str(HERE / "tests" / "support"))

from ledger import Accounts

from shared.testing import SEALS

KEFU = next(column for column in COLUMNS if column.name == "kefu")
BANK = UUID("c0ffee00-0000-4000-8000-000000000001")
WORK, RETURNED = 4_000, 800


@dataclass(frozen=True)
class Case:
    """How the hop is made larger. `compared` names the case that this one is divided by.

    In a collection each message finds another account, and all of them from one end of it to the other.
    What takes minutes to lay out is done `at_most` so many times.
    """

    name: str
    count: int = WORK
    upto: int = 0
    collection: int = 0
    processes: int = 1
    returned: bool = False
    compared: str = ""
    at_most: int = 100

    async def prepare(self, ready: Stage, database: str) -> None:
        if self.collection:
            await populate(ready.mongo_url, database, self.collection)
        if self.returned:
            await leave_in_hand(ready, self.count)

    async def measure(self, ready: Stage) -> Usage:
        prepare = lambda database: self.prepare(ready, database)  # noqa: E731
        upto, spread = self.upto or self.count, max(1, self.collection // self.count)
        return await ready.measure(KEFU, self.count, self.processes, upto=upto, spread=spread, prepare=prepare)


def cases(large: int) -> tuple[Case, ...]:
    """Everything that is asked, by the word before the first space."""
    backlog, collection, crash = f"backlog {WORK:,}", f"collection {WORK:,}", f"crash none, {RETURNED} messages"
    return (
        Case(backlog),
        Case(f"backlog {large:,}", count=large, upto=WORK, compared=backlog, at_most=2),
        Case(collection, collection=WORK),
        Case(f"collection {large:,}", collection=large, compared=collection, at_most=3),
        Case(crash, count=RETURNED),
        Case(f"crash with {RETURNED} messages in hand", count=RETURNED, returned=True, compared=crash),
        *(Case(f"processes {n}", processes=n, compared="processes 1" if n > 1 else "") for n in (1, 2, 4)),
    )


async def populate(url: str, name: str, size: int) -> None:
    """A collection of this many accounts, indexed and on disk, as a service finds it that has been up for long."""
    database = Database(url, name, GroupCommit(Outbox()), SEALS)
    Accounts(database)
    await asyncio.to_thread(_filled, url, name, size)
    await database.prepare()
    database.close()
    with MongoClient[Any](url) as client:
        await asyncio.to_thread(client.admin.command, "fsync")


def _filled(url: str, database: str, size: int) -> None:
    with MongoClient[Any](url, uuidRepresentation="standard") as client:
        accounts = client[database].accounts
        for start in range(0, size, 5_000):
            accounts.insert_many([_row(number) for number in range(start, min(size, start + 5_000))], ordered=False)


def _row(number: int) -> dict[str, Any]:
    id = uuid5(BANK, f"n{number}")
    state = {"id": str(id), "deadlines": [], "name": f"n{number}", "balance": 1, "credits": 1, "status": "open"}
    return {"_id": id, "version": 1, "state": state, "causes": [], "outbox": []}


async def leave_in_hand(ready: Stage, count: int) -> None:
    """Take everything and die with it, so that the broker delivers it once more."""
    taken = asyncio.Semaphore(0)

    async def take(_: Any) -> None:
        taken.release()

    async with await aio_pika.connect(ready.running.rabbit_url) as connection:
        queue = await (await connection.channel()).get_queue(KEFU.queue)
        await queue.consume(take)
        for _ in range(count):
            await taken.acquire()


async def run(rounds: int, asked: list[Case], console: Console) -> dict[str, list[Usage]]:
    results: dict[str, list[Usage]] = defaultdict(list)
    async with stage() as ready:
        with Progress(console=console) as progress:
            turns = [case for turn in range(rounds) for case in asked if turn < case.at_most]
            task = progress.add_task("growth", total=len(turns))
            for case in turns:
                progress.update(task, description=case.name)
                results[case.name].append(await case.measure(ready))
                console.print(f"{case.name}: {1 / results[case.name][-1].seconds:,.0f} hops/s")
                progress.advance(task)
    return results


def table(asked: list[Case], results: dict[str, list[Usage]]) -> Table:
    """Medians, and how much a hop costs compared with the small case."""
    shown = Table(title="the hop as things grow (kefu)")
    for heading in ("case", "hops/s", "min…max", "cost ÷ small", "µs CPU client/rabbit/mongod"):
        shown.add_column(heading, justify="left" if heading == "case" else "right")
    each = {name: [1 / usage.seconds for usage in usages] for name, usages in results.items()}
    medians = {name: statistics.median(rates) for name, rates in each.items()}
    for case in asked:
        rates = each[case.name]
        ratio = f"{medians[case.compared] / medians[case.name]:.2f}" if case.compared in medians else ""
        range_, cpu = f"{min(rates):,.0f}…{max(rates):,.0f}", spent(results[case.name])
        shown.add_row(case.name, f"{medians[case.name]:,.0f}", range_, ratio, cpu)
    return shown


def main() -> None:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--large", type=int, default=1_000_000)
    parser.add_argument("--cases", default="backlog,collection,crash,processes")
    said = parser.parse_args()
    console = Console(width=130)
    wanted = said.cases.split(",")
    asked = [case for case in cases(said.large) if case.name.split(" ")[0] in wanted]
    console.print(table(asked, asyncio.run(run(said.rounds, asked, console))))


if __name__ == "__main__":
    main()
