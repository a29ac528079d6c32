"""What asking costs among many: a mongod for a bench, a filled database, and how long each kind of question took."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime
from pathlib import Path
from statistics import median, quantiles
from sys import stdout
from tempfile import TemporaryDirectory
from time import perf_counter
from types import SimpleNamespace
from typing import Any, TypeVar
from uuid import uuid4

import httpx
from fastapi import APIRouter, Depends, FastAPI
from pymongo import MongoClient
from rich.console import Console
from rich.table import Table

from kefu_local.servers import ServerPorts, servers
from shared.contracts.roles import Role
from shared.garbage import collect_rarely
from shared.http import authenticated
from shared.identity import Principal
from shared.kernel.group_commit import GroupCommit
from shared.kernel.mongodb import Database
from shared.testing import SEALS, Outbox
from shared.time_source import FixedTime

Declared = TypeVar("Declared")
Known = TypeVar("Known")

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


@asynccontextmanager
async def filled(
    url: str, what: str, declare: Callable[[Database], Declared], fill: Callable[[str, str], Known]
) -> AsyncIterator[tuple[Declared, Known]]:
    """The stores of a database of one's own that is filled and then indexed, and what the filling has returned.

    `fill` gets the server's URL and the database's name, and writes past the stores.
    """
    name = f"bench-{what}-{uuid4().hex[:8]}"
    database = Database(url, name, GroupCommit(Outbox()), SEALS, timeout=1800.0)
    stores = declare(database)
    began = perf_counter()
    known = await asyncio.to_thread(fill, url, name)
    out.print(f"filled in {perf_counter() - began:.0f} s; building the indexes")
    began = perf_counter()
    await database.prepare()
    collect_rarely()
    out.print(f"built in {perf_counter() - began:.0f} s")
    try:
        yield stores, known
    finally:
        database.close()


def asked_in_memory(routers: Iterable[APIRouter], now: datetime) -> httpx.AsyncClient:
    """These routes, asked in memory by a manager of customer service."""
    app = FastAPI()

    async def recognise(*_: str | None) -> Principal:
        return Principal.staff("cs-001", Role.CS_MANAGER)

    app.state.authenticator = SimpleNamespace(recognise=recognise)
    app.state.time = FixedTime(now)
    for router in routers:
        app.include_router(router, dependencies=[Depends(authenticated)])
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://service", timeout=60)
