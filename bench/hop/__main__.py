"""`make bench`: one run, one table. Usage: python -m bench.hop [--rounds 5] [--columns raw,kefu,…]."""

import asyncio
import statistics
from argparse import ArgumentParser
from collections import defaultdict

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from bench.hop.columns import COLUMNS
from bench.hop.machine import Usage, spent
from bench.hop.postgres import installed
from bench.hop.stage import stage

HEADINGS = (
    "way",
    "hops/s",
    "min…max",
    "÷ transaction",
    "÷ raw",
    "µs CPU client/rabbit/database",
    "MB",
    "foreign cores",
)


async def run(rounds: int, names: list[str], console: Console) -> dict[str, list[Usage]]:
    """Every column once per round, interleaved, so that the machine's moods hit all alike."""
    columns = [column for column in COLUMNS if column.name in names]
    if not installed():
        console.print("no PostgreSQL here (apt-get install postgresql): the ways that need it are left out")
        columns = [column for column in columns if column.database != "postgres"]
    results: dict[str, list[Usage]] = defaultdict(list)
    async with stage(with_postgres=any(column.database == "postgres" for column in columns)) as ready:
        with Progress(console=console) as progress:
            task = progress.add_task("hop", total=rounds * len(columns))
            for _ in range(rounds):
                for column in columns:
                    progress.update(task, description=column.name)
                    usage = await ready.measure(column, column.work)
                    results[column.name].append(usage)
                    console.print(f"{column.name}: {1 / usage.seconds:,.0f} hops/s, others {usage.foreign:.2f} cores")
                    progress.advance(task)
    return results


def table(results: dict[str, list[Usage]]) -> Table:
    """Medians, and ratios to the transaction column and to the ceiling."""
    shown = Table(title="the durable hop")
    for heading in HEADINGS:
        shown.add_column(heading, justify="left" if heading == "way" else "right")
    rates = {name: statistics.median(1 / usage.seconds for usage in usages) for name, usages in results.items()}
    for column in COLUMNS:
        if column.name not in results:
            continue
        usages = results[column.name]
        each = sorted(1 / usage.seconds for usage in usages)
        rate = rates[column.name]
        shown.add_row(
            column.what,
            f"{rate:,.0f}",
            f"{each[0]:,.0f}…{each[-1]:,.0f}",
            f"{rate / rates['transaction']:.1f}" if "transaction" in rates else "",
            f"{rate / rates['raw']:.2f}" if "raw" in rates else "",
            spent(usages),
            f"{statistics.median(usage.memory for usage in usages) / 1e6:.0f}",
            f"{statistics.median(usage.foreign for usage in usages):.2f}",
        )
    return shown


def main() -> None:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--columns", default=",".join(column.name for column in COLUMNS))
    asked = parser.parse_args()
    console = Console(width=150)
    results = asyncio.run(run(asked.rounds, asked.columns.split(","), console))
    console.print(table(results))


if __name__ == "__main__":
    main()
