"""What is done with orders, alike among few and among many; each piece of work says how many times it did it."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from time import perf_counter
from uuid import UUID

from bench.orders.many import NOW, customer_of, id_of, number_of, running
from bench.orders.pattern import RULES, cause, placed
from orders.api.views import ListedOrder, OrderRow, PromisesRow
from orders.domain.decisions.contract import use_seal
from orders.domain.decisions.opening import open_order
from orders.domain.figures.statistics import Sales
from orders.domain.order import Order
from orders.store import Orders
from shared.aggregate import Cause, Change
from shared.store import Page

AT_ONCE = 50
SHOWN = 20
PAGE = 50
TIMES = 10
LAST_WEEK = date(2028, 12, 25), date(2029, 1, 1)
LONG_AFTER = NOW + timedelta(days=365)


@dataclass
class Side:
    """One of the two databases."""

    name: str
    orders: Orders
    size: int
    taken: int = 0
    due_by: datetime | None = None

    def fresh(self) -> range:
        """Places that no order has yet."""
        first = self.size + self.taken
        self.taken += AT_ONCE
        return range(first, self.size + self.taken)

    def some(self, places: range, turn: int) -> list[UUID]:
        """Orders from all over these places; other ones in every turn, while there are others."""
        step = max(len(places) // AT_ONCE, 1)
        return [id_of(places[(turn * 13 + number * step) % len(places)]) for number in range(AT_ONCE)]

    def on_their_way(self, turn: int) -> list[UUID]:
        """Some of the orders that are worked on."""
        return self.some(running(self.size), turn)


async def place(side: Side, turn: int) -> int:
    """Fifty orders arrive together."""
    births = [
        (open_order(placed(number_of(each), NOW, customer_of(each, side.size)), RULES, cause(NOW)), cause(NOW))
        for each in side.fresh()
    ]
    await asyncio.gather(*(side.orders.create(birth, why) for birth, why in births))
    return AT_ONCE


async def advance(side: Side, turn: int) -> int:
    """Something is decided about fifty orders together: the contract's seal is used once more."""
    ids = [(id, cause(NOW)) for id in side.on_their_way(turn)]
    await asyncio.gather(*(side.orders.apply(id, _sealing(why), why) for id, why in ids))
    return AT_ONCE


def _sealing(why: Cause) -> Callable[[Order], Change[Order]]:
    return lambda order: use_seal(order, (order.contract.draft or order.contract).revision, "补充协议盖章", why)


async def read_one_on_its_way(side: Side, turn: int) -> int:
    return await _read(side, side.on_their_way(turn))


async def read_any(side: Side, turn: int) -> int:
    return await _read(side, side.some(range(side.size), turn))


async def _read(side: Side, ids: list[UUID]) -> int:
    for id in ids:
        await side.orders.get(id)
    return len(ids)


async def find_due(side: Side, turn: int) -> int:
    """The twenty that are due first, at the moment at which no other is."""
    if side.due_by is None:
        first = await side.orders.documents.due(LONG_AFTER, SHOWN)
        last = side.orders.revive(first[-1].state)
        side.due_by = min(deadline.at for deadline in last.deadlines)
    for _ in range(TIMES):
        await side.orders.documents.due(side.due_by, SHOWN)
    return TIMES


def _shown(page: Page[ListedOrder]) -> None:
    """What the route answers with."""
    for order in page.items:
        OrderRow.of(order, RULES)


async def list_stage(side: Side, turn: int) -> int:
    """`GET /orders?stage=production`."""
    for _ in range(TIMES):
        _shown(await side.orders.rows(ListedOrder, {"stage": "production"}, sort="placed_on", limit=SHOWN))
    return TIMES


async def list_customer(side: Side, turn: int) -> int:
    """`GET /orders?customer_id=…`: ten orders from three years."""
    for number in range(TIMES):
        customer = customer_of(turn * TIMES + number, side.size)
        _shown(await side.orders.rows(ListedOrder, {"customer.customer_id": customer}, sort="placed_on", limit=SHOWN))
    return TIMES


async def list_all(side: Side, turn: int) -> int:
    """`GET /orders`, three pages."""
    after = None
    for _ in range(3):
        page = await side.orders.rows(ListedOrder, sort="placed_on", after=after, limit=SHOWN)
        _shown(page)
        after = page.next
    return 3


async def list_broken(side: Side, turn: int) -> int:
    """`GET /promises?stage=broken`, three pages."""
    after = None
    for _ in range(3):
        broken = {"promises.given.stage": "broken"}
        after = (await side.orders.rows(PromisesRow, broken, sort="placed_on", after=after, limit=SHOWN)).next
    return 3


async def count_week(side: Side, turn: int) -> int:
    """`GET /statistics?by=region` of last week; its cost is per order counted."""
    sales, counted = Sales("region"), 0
    async for order in side.orders.sold(*LAST_WEEK):
        sales.add(order)
        counted += 1
    return counted


async def list_rows(side: Side, turn: int) -> int:
    """`GET /orders?stage=production`, as the route answers; ten pages one behind the other."""
    after = None
    for _ in range(TIMES):
        after = (await _page(side, after)).next
    return TIMES


async def page_times(side: Side, pages: int) -> list[float]:
    """Seconds for each of so many pages of fifty orders of a stage, from the first to the last and again."""
    spent, after = [], None
    for _ in range(pages):
        began = perf_counter()
        page = await _page(side, after)
        spent.append(perf_counter() - began)
        after = page.next
    return spent


async def _page(side: Side, after: str | None) -> Page[ListedOrder]:
    where = {"stage": "production", "customer.customer_id": None, "order_no": None, "contract.no": None}
    page = await side.orders.rows(ListedOrder, where, sort="placed_on", after=after, limit=PAGE)
    _shown(page)
    return page


Work = Callable[[Side, int], Awaitable[int]]

WORK: Mapping[str, Work] = {
    "place an order": place,
    "read an order on its way": read_one_on_its_way,
    "read any order of three years": read_any,
    "advance an order": advance,
    "find 20 that are due": find_due,
    "list a stage": list_stage,
    "list a stage, 50 rows": list_rows,
    "list a customer's": list_customer,
    "list all, page by page": list_all,
    "list broken promises": list_broken,
    "count a week, per order": count_week,
}
