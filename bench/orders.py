"""`python -m bench.orders [SMALL] [LARGE]`: an order costs the same among few and among many.

Two databases on one server, one with SMALL orders (1,000) and one with LARGE (100,000). In turns, so that the
machine's mood falls on both alike, orders that are due are found, orders are placed, read, listed, and advanced through
their contract's review. Printed are microseconds per operation and the ratio, and what MongoDB says it looked at to
find the orders that are due.
"""

import asyncio
from argparse import ArgumentParser
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any
from uuid import UUID, uuid4

from pymongo import MongoClient
from rich.console import Console
from rich.table import Table

from kefu_local.servers import ServerPorts, servers
from orders.domain.contracting import review
from orders.domain.opening import open_order
from orders.domain.order import Order
from orders.store import Orders
from shared.aggregate import Cause, Change
from shared.contracts.event import Actor
from shared.contracts.intake import OrderPlaced
from shared.contracts.vocabulary import order_id_of
from shared.rounds import Rounds
from shared.store import Database, stored
from shared.testing import Outbox

BATCH = 1000
TURNS = 6
OPERATIONS = 200
ZONE = "Asia/Shanghai"
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
SPACING = timedelta(seconds=30)
DUE = 100
CACHE = "4G"
FIRST_ARE_DUE = BEGIN + timedelta(days=2) + SPACING * DUE
ORDERS_PER_CUSTOMER = 10
out = Console()


def number_of(number: int) -> str:
    return f"SO-{number:08d}"


def customer_of(number: int) -> UUID:
    return UUID(int=number // ORDERS_PER_CUSTOMER + 1)


def placed(number: int, at: datetime) -> OrderPlaced:
    """The order with this number. Every customer has ten of them."""
    no = number_of(number)
    return OrderPlaced.model_validate(
        {
            "order_id": order_id_of(no),
            "order_no": no,
            "customer": {"customer_id": customer_of(number), "name": "恒达"},
            "kind": "custom",
            "lines": [{"description": "80 款高隔断", "quantity": 24}],
            "total": {"amount": "100000.00"},
            "requested_ship_date": "2030-11-26",
            "verified_by": "cs-07",
            "verified_at": at,
        }
    )


def cause(at: datetime, role: str = "cs_director") -> Cause:
    id = uuid4()
    return Cause(id=id, correlation=id, actor=Actor(kind="staff", id="bench", role=role), at=at)


@dataclass
class Side:
    """One of the two databases, filled."""

    name: str
    orders: Orders
    size: int
    taken: int = 0

    def next(self) -> int:
        self.taken += 1
        return self.size + self.taken

    async def fill(self, url: str) -> None:
        """One order is placed; the others are copies of its document under their own numbers, customers and days."""
        await self.place(0)
        with MongoClient[dict[str, Any]](url, uuidRepresentation="standard") as client:
            collection = client[f"bench-{self.name}"]["orders"]
            pattern = collection.find_one() or {}
            for first in range(1, self.size, BATCH):
                numbers = range(first, min(first + BATCH, self.size))
                await asyncio.to_thread(collection.insert_many, [self._copy(pattern, number) for number in numbers])

    def _copy(self, pattern: dict[str, Any], number: int) -> dict[str, Any]:
        at = BEGIN + SPACING * number
        no, moment, due = number_of(number), stored(at), at + timedelta(days=2)
        state = pattern["state"]
        changed = {
            "id": str(order_id_of(no)),
            "order_no": no,
            "customer": {**state["customer"], "customer_id": str(customer_of(number))},
            "placed_at": moment,
            "placed_on": moment[:10],
            "since": moment,
            "deadlines": [{"kind": "stage", "at": stored(due)}],
            "contract": {**state["contract"], "no": f"JG-{no}"},
        }
        return {**pattern, "_id": order_id_of(no), "state": {**state, **changed}, "due": due, "outbox": []}

    async def place(self, number: int) -> Order:
        at = BEGIN + SPACING * number
        why = cause(at)
        return await self.orders.create(open_order(placed(number, at), ZONE, why), why)

    def some(self, turn: int) -> list[UUID]:
        """Orders from all over the collection, others in every turn."""
        step = max(self.size // OPERATIONS, 1)
        return [order_id_of(number_of((turn + place * step) % self.size)) for place in range(OPERATIONS)]


@asynccontextmanager
async def opened(url: str, name: str, size: int) -> AsyncIterator[Side]:
    """A database with so many orders in it."""
    rounds = Rounds(Outbox(), 200)
    database = Database(url, f"bench-{name}", rounds)
    side = Side(name, Orders(database), size)
    await database.prepare()
    work = asyncio.create_task(rounds.run())
    try:
        began = perf_counter()
        await side.fill(url)
        out.print(f"{size:,} orders placed in {perf_counter() - began:.0f} s")
        yield side
    finally:
        work.cancel()
        database.close()


Operation = Callable[[Side, int], Awaitable[Any]]


async def place(side: Side, turn: int) -> None:
    for _ in range(OPERATIONS):
        await side.place(side.next())


async def read(side: Side, turn: int) -> None:
    for id in side.some(turn):
        await side.orders.get(id)


async def advance(side: Side, turn: int) -> None:
    for id in side.some(turn):
        why = cause(BEGIN + timedelta(days=2000))
        await side.orders.apply(id, lambda order, why=why: approved(order, why), why)


async def list_page(side: Side, turn: int) -> None:
    for place in range(OPERATIONS // 10):
        where = {"customer.customer_id": customer_of((turn * 997 + place * 31) % side.size)}
        await side.orders.find(where, sort="-placed_on", limit=ORDERS_PER_CUSTOMER)


async def find_due(side: Side, turn: int) -> None:
    for _ in range(OPERATIONS // 10):
        await side.orders.documents.due(FIRST_ARE_DUE, DUE)


def approved(order: Order, why: Cause) -> Change[Order]:
    return review(order, "approved", (), why) if order.stage == "review" else Change(order)


OPERATIONS_BY_NAME: dict[str, tuple[Operation, int]] = {
    "find 100 due": (find_due, OPERATIONS // 10),
    "place": (place, OPERATIONS),
    "read": (read, OPERATIONS),
    "advance": (advance, OPERATIONS),
    "list one customer's": (list_page, OPERATIONS // 10),
}


async def measure(small: Side, large: Side) -> dict[str, tuple[float, float]]:
    """The median of several turns of each operation, in microseconds."""
    figures: dict[str, tuple[float, float]] = {}
    for name, (operation, count) in OPERATIONS_BY_NAME.items():
        spent: dict[str, list[float]] = {small.name: [], large.name: []}
        for turn in range(TURNS):
            for side in (small, large) if turn % 2 else (large, small):
                began = perf_counter()
                await operation(side, turn)
                spent[side.name].append((perf_counter() - began) / count * 1e6)
        figures[name] = (median(spent[small.name]), median(spent[large.name]))
    return figures


def give_room(url: str) -> None:
    """As where it matters, what is worked with fits into MongoDB's cache: a disk's speed is not what is measured."""
    with MongoClient[dict[str, Any]](url) as client:
        client.admin.command("setParameter", 1, wiredTigerEngineRuntimeConfig=f"cache_size={CACHE}")


def explained(url: str, side: Side) -> dict[str, int]:
    """What MongoDB looks at to find a hundred orders that are due."""
    with MongoClient[dict[str, Any]](url) as client:
        found = client[f"bench-{side.name}"]["orders"].find({"due": {"$lte": FIRST_ARE_DUE}})
        stats = found.sort("due", 1).limit(DUE).explain()["executionStats"]
    return {name: stats[name] for name in ("nReturned", "totalKeysExamined", "totalDocsExamined")}


async def main(few: int, many: int) -> None:
    with TemporaryDirectory(prefix="kefu-bench-") as folder, servers(Path(folder), ServerPorts.free()) as running:
        url = running.mongo_url
        give_room(url)
        async with opened(url, "small", few) as small, opened(url, "large", many) as large:
            figures = await measure(small, large)
            table = Table("operation", f"{few:,} µs", f"{many:,} µs", "ratio")
            for name, (one, other) in figures.items():
                table.add_row(name, f"{one:,.0f}", f"{other:,.0f}", f"{other / one:.2f}")
            out.print(table)
            out.print("due-scan among many:", explained(url, large))


if __name__ == "__main__":
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("small", nargs="?", type=int, default=1_000)
    parser.add_argument("large", nargs="?", type=int, default=100_000)
    sizes = parser.parse_args()
    asyncio.run(main(sizes.small, sizes.large))
