"""What asking costs among many: how long each kind of question took, as a table, and a mongod for a bench."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median, quantiles
from sys import stdout
from tempfile import TemporaryDirectory
from typing import Any

from pymongo import MongoClient
from rich.console import Console
from rich.table import Table

from kefu_local.servers import ServerPorts, servers

out = Console(width=None if stdout.isatty() else 120)


def show(among: str, times: Mapping[str, Sequence[float]]) -> None:
    """Print the median and the 95th percentile of the milliseconds that each kind of question took."""
    table = Table("question", "asked", "median ms", "p95 ms", title=f"among {among}")
    for kind, taken in times.items():
        table.add_row(kind, str(len(taken)), f"{median(taken):.1f}", f"{quantiles(taken, n=20)[-1]:.1f}")
    out.print(table)


@contextmanager
def mongod() -> Iterator[str]:
    """The URL of a mongod of one's own, which is gone after the block."""
    with TemporaryDirectory() as folder, servers(Path(folder), ServerPorts.free(), disposable=True) as started:
        yield started.mongo_url


def give_room(url: str, cache: str) -> None:
    """How much MongoDB keeps in memory, of the documents and indexes of all databases."""
    with MongoClient[dict[str, Any]](url) as client:
        client.admin.command("setParameter", 1, wiredTigerEngineRuntimeConfig=f"cache_size={cache}")
