"""Publish to received, over two hops of the bus. Usage: python -m bench.latency [--seconds 10] [--rounds 5].

`one at a time` is the same service told to settle one message per round: what batching must not cost a lone message.
"""

import asyncio
import statistics
import subprocess
from argparse import ArgumentParser
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from uuid import uuid4

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from bench.hop.stage import Stage, end, stage
from bench.latency.probe import KEFU, Probe, write_alone

WAYS: dict[str, dict[str, str]] = {"batches": {}, "one at a time": {"BATCH": "1"}}
ALONE: dict[str, Callable[[Stage, float, int], Awaitable[list[float]]]] = {
    "one hop of the bus, no service": lambda ready, rate, count: Probe(ready, straight=True).paced(rate, count),
    "one journaled write, no service": write_alone,
}
"""What the servers alone take: a service cannot be faster than two of the first and one of the second."""

Latencies = dict[tuple[str, str], list[list[float]]]
"""Per way and pace: one list of seconds for each round."""


@asynccontextmanager
async def worker(ready: Stage, way: str) -> AsyncIterator[None]:
    """One service, warmed up."""
    environment = {**ready.environment(f"bench-{uuid4().hex[:8]}"), **WAYS[way]}
    process = subprocess.Popen(  # noqa: ASYNC220
        KEFU.command, env=environment, stdout=subprocess.DEVNULL, start_new_session=True
    )
    try:
        await Probe(ready).one_by_one(20)
        yield
    finally:
        end(process)


async def run(rounds: int, seconds: float, console: Console) -> Latencies:
    """Every pace in both ways, the one first in one round and the other in the next; then the pace that leaves a queue.

    Capacity is what comes through with this probe beside it.
    """
    results: Latencies = defaultdict(list)
    async with stage() as ready:
        async with worker(ready, "batches"):
            capacity = statistics.median([await Probe(ready).flooded(KEFU.work) for _ in range(3)])
        turns = (tuple(WAYS), tuple(reversed(WAYS)))
        cases: list[tuple[str, float, str]] = []
        for number in range(rounds):
            cases += [("one in flight", 0.0, way) for way in turns[number % 2]]
            cases += [("50/s", 50.0, way) for way in (*turns[number % 2], *ALONE)]
        cases += [(f"{0.7 * capacity:,.0f}/s, 70 % of capacity", 0.7 * capacity, "batches")] * rounds
        with Progress(console=console) as progress:
            task = progress.add_task("latency", total=len(cases))
            for pace, rate, way in cases:
                progress.update(task, description=f"{way}, {pace}")
                waits = await _waits(ready, way, rate, int(rate * seconds))
                results[way, pace].append(waits)
                console.print(f"{way}, {pace}: p50 {statistics.median(waits) * 1e3:.1f} ms")
                progress.advance(task)
    return results


async def _waits(ready: Stage, way: str, rate: float, count: int) -> list[float]:
    if way in ALONE:
        return await ALONE[way](ready, rate, count)
    async with worker(ready, way):
        probe = Probe(ready)
        return await (probe.paced(rate, count) if rate else probe.one_by_one(200))


def table(results: Latencies) -> Table:
    """Medians over the rounds, and the ratio of batches to one at a time."""
    shown = Table(title="latency, publish to received, two hops")
    for heading in ("way", "pace", "p50 ms", "p99 ms", "p50 ÷ one at a time", "p99 ÷ one at a time"):
        shown.add_column(heading, justify="left" if heading in {"way", "pace"} else "right")
    found = {key: (_median(rounds, 50), _median(rounds, 99)) for key, rounds in results.items()}
    for (way, pace), (p50, p99) in found.items():
        alone = found.get(("one at a time", pace))
        ratios = (f"{p50 / alone[0]:.2f}", f"{p99 / alone[1]:.2f}") if alone and way == "batches" else ("", "")
        shown.add_row(way, pace, f"{p50 * 1e3:.1f}", f"{p99 * 1e3:.1f}", *ratios)
    return shown


def _median(rounds: list[list[float]], percentile: int) -> float:
    return statistics.median(statistics.quantiles(each, n=100)[percentile - 1] for each in rounds)


def main() -> None:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=10)
    asked = parser.parse_args()
    console = Console(width=130)
    console.print(table(asyncio.run(run(asked.rounds, asked.seconds, console))))


if __name__ == "__main__":
    main()
