"""Memory, and answers to `/health/live`, of each service under the largest messages and slow clients.

Usage: python -m bench.bounds [SERVICE …] [--messages 3000] [--rounds 3]. `by number alone` is the same service that
counts the messages in hand and not their bytes.
"""

import asyncio
import sys
from argparse import ArgumentParser
from collections import defaultdict
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.table import Table

from kefu_local.servers import ServerPorts, servers

sys.path.insert(0, str(Path(__file__).parents[2] / "tests" / "support"))

from flood import SLOW_CLIENTS, Reading, flooded

SERVICES = ("intake", "orders", "complaints", "aftersales", "notify")
WAYS: dict[str, dict[str, object]] = {"by bytes": {}, "by number alone": {"bytes_in_hand": 2**40}}

Readings = dict[tuple[str, str], list[Reading]]
"""Of each service and way, one for each round."""


async def run(services: list[str], messages: int, rounds: int, console: Console) -> Readings:
    """Every service in both ways, in servers of its own for each round: a gigabyte stays behind in them."""
    readings: Readings = defaultdict(list)
    for turn in range(rounds):
        for service in services:
            with (
                TemporaryDirectory(prefix="kefu-bounds-") as folder,
                servers(Path(folder), ServerPorts.free(), disposable=True) as running,
            ):
                for way, changes in WAYS.items():
                    async with flooded(service, running, Path(folder) / way, **changes) as besieged:
                        reading = await besieged.bear(messages)
                    readings[service, way].append(reading)
                    told = f"{reading.most:.0f} MB, 99 % of answers within {reading.slow * 1e3:.0f} ms"
                    console.print(f"round {turn + 1}, {service} {way}: {told}")
    return readings


def table(readings: Readings) -> Table:
    """Medians over the rounds."""
    shown = Table(title=f"the largest messages and {SLOW_CLIENTS} slow clients; medians")
    columns = ("service", "bounded", "messages/s", "MB at rest", "MB at most", "÷ number alone")
    for heading in (*columns, "live p50 ms", "live p99 ms", "live max ms"):
        shown.add_column(heading, justify="left" if heading in columns[:2] else "right")
    for (service, way), found in readings.items():
        most = median(each.most for each in found)
        alone = median(each.most for each in readings[service, "by number alone"])
        live = [median(each.median for each in found), median(each.slow for each in found)]
        live.append(median(max(each.answers) for each in found))
        shown.add_row(
            service,
            way,
            f"{median(each.messages / each.seconds for each in found):,.0f}",
            f"{median(each.at_rest for each in found):.0f}",
            f"{most:.0f}",
            f"{most / alone:.2f}",
            *(f"{each * 1e3:.0f}" for each in live),
        )
    return shown


def main() -> None:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("services", nargs="*", default=list(SERVICES), metavar="SERVICE")
    parser.add_argument("--messages", type=int, default=3000)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    console = Console(width=130)
    console.print(table(asyncio.run(run(asked.services, asked.messages, asked.rounds, console))))


if __name__ == "__main__":
    main()
