"""The hop as things grow. Usage: python -m bench.growth [--rounds 5] [--large 1000000] [--processes 1,2,4]."""

import asyncio
import statistics
from argparse import ArgumentParser
from collections import defaultdict
from typing import Any
from uuid import UUID, uuid5

from pymongo import MongoClient
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from bench.hop.columns import COLUMNS
from bench.hop.stage import Stage, stage

KEFU = next(column for column in COLUMNS if column.name == "kefu")
BANK = UUID("c0ffee00-0000-4000-8000-000000000001")
SMALL, WORK = 1_000, 4_000


def populate(url: str, database: str, size: int) -> None:
    """A collection of this many accounts, all settled."""
    with MongoClient[Any](url, uuidRepresentation="standard") as client:
        accounts = client[database].accounts
        for start in range(0, size, 5_000):
            accounts.insert_many([_row(number) for number in range(start, min(size, start + 5_000))], ordered=False)


def _row(number: int) -> dict[str, Any]:
    id = uuid5(BANK, f"n{number}")
    state = {"id": str(id), "deadlines": [], "name": f"n{number}", "balance": 1, "credits": 1, "status": "open"}
    return {"_id": id, "version": 1, "state": state, "causes": [], "outbox": []}


async def run(rounds: int, large: int, processes: list[int], console: Console) -> dict[str, list[float]]:
    cases: dict[str, dict[str, int]] = {
        f"backlog {SMALL:,}": {"count": SMALL},
        f"backlog {large:,}": {"count": large, "upto": WORK},
        f"collection {SMALL:,}": {"count": WORK, "size": SMALL},
        f"collection {large:,}": {"count": WORK, "size": large},
        **{f"{number} process(es)": {"count": WORK, "processes": number} for number in processes},
    }
    results: dict[str, list[float]] = defaultdict(list)
    async with stage() as ready:
        with Progress(console=console) as progress:
            task = progress.add_task("growth", total=rounds * len(cases))
            for _ in range(rounds):
                for name, case in cases.items():
                    progress.update(task, description=name)
                    results[name].append(await _measure(ready, **case))
                    progress.advance(task)
    return results


async def _measure(ready: Stage, count: int, upto: int = 0, size: int = 0, processes: int = 1) -> float:
    def prepare(database: str) -> None:
        if size:
            populate(ready.mongo_url, database, size)

    usage = await ready.measure(KEFU, count, processes, upto=upto or count, prepare=prepare)
    return 1 / usage.seconds


def table(results: dict[str, list[float]]) -> Table:
    shown = Table(title="the hop as things grow (kefu)")
    for heading in ("case", "hops/s", "min…max"):
        shown.add_column(heading, justify="left" if heading == "case" else "right")
    for name, rates in results.items():
        shown.add_row(name, f"{statistics.median(rates):,.0f}", f"{min(rates):,.0f}…{max(rates):,.0f}")
    return shown


def main() -> None:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--large", type=int, default=1_000_000)
    parser.add_argument("--processes", default="1,2,4")
    asked = parser.parse_args()
    console = Console(width=130)
    processes = [int(number) for number in asked.processes.split(",")]
    console.print(table(asyncio.run(run(asked.rounds, asked.large, processes, console))))


if __name__ == "__main__":
    main()
