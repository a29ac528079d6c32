"""How orders look to a process-mining tool: an event log of what happened to which order, OCEL 2.0 or XES."""

import json
from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterator
from datetime import UTC, datetime
from typing import NamedTuple
from xml.sax.saxutils import quoteattr

from orders.domain.order import Order
from orders.domain.route import CANCELLED, stages

PLACED = "placed"

_XES_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<log xes.version="1849.2016" xmlns="http://www.xes-standard.org/">\n'
    '<extension name="Concept" prefix="concept" uri="http://www.xes-standard.org/concept.xesext"/>\n'
    '<extension name="Time" prefix="time" uri="http://www.xes-standard.org/time.xesext"/>\n'
    '<global scope="event"><string key="concept:name" value=""/>'
    '<date key="time:timestamp" value="1970-01-01T00:00:00Z"/></global>\n'
)

_OBJECT_TYPES = (
    {"name": "order", "attributes": [{"name": "kind", "type": "string"}, {"name": "route", "type": "string"}]},
    {"name": "customer", "attributes": []},
    {"name": "contract", "attributes": []},
    {"name": "shipment", "attributes": []},
)


class Happening(NamedTuple):
    """One event of the log: what, when, and the shipments that it concerned."""

    activity: str
    at: datetime
    shipments: tuple[str, ...] = ()


def happenings(order: Order) -> list[Happening]:
    """What happened to an order, by its own time: placed, each stage as it was left, cancelled if it was."""
    shipments = tuple(str(each.id) for each in order.shipment.consignments)
    left = [
        Happening(passage.stage, passage.left, shipments if passage.stage in ("shipping", "transport") else ())
        for passage in order.passages
    ]
    if order.stage == CANCELLED:
        left[-1] = Happening(CANCELLED, left[-1].at)
    return [Happening(PLACED, order.placed_at), *left]


def activities() -> tuple[str, ...]:
    """Everything that may happen to an order, on any version of any route."""
    return (PLACED, *stages(), CANCELLED)


Read = Callable[[], AsyncIterable[Order]]
"""Reads the orders of a log from the first one on, as often as it is called."""


async def xes(read: Read) -> AsyncIterator[str]:
    """The log as XES: a trace for each order, named by its number."""
    yield _XES_HEAD
    async for order in read():
        yield "".join(_trace(order))
    yield "</log>\n"


def _trace(order: Order) -> Iterator[str]:
    yield f"<trace>{_text('concept:name', order.order_no)}{_text('route', _route(order))}\n"
    for happening in happenings(order):
        at = _iso(happening.at)
        yield f'<event>{_text("concept:name", happening.activity)}<date key="time:timestamp" value="{at}"/></event>\n'
    yield "</trace>\n"


async def ocel(read: Read) -> AsyncIterator[str]:
    """The log as OCEL 2.0 in JSON: events related to orders, customers, contracts and shipments.

    The orders are read twice, so that the file may be of any length: only the ids of customers are kept in memory. The
    events come first: whatever happens meanwhile, each object that an event names follows.
    """
    types = [{"name": name, "attributes": []} for name in activities()]
    yield f'{{"objectTypes": {_json(_OBJECT_TYPES)}, "eventTypes": {_json(types)}, "events": ['
    async for text in _rows(read(), _events):
        yield text
    yield '\n], "objects": ['
    customers: set[str] = set()
    async for text in _rows(read(), lambda order: _objects(order, customers)):
        yield text
    yield "\n]}\n"


async def _rows(orders: AsyncIterable[Order], of: Callable[[Order], Iterator[dict[str, object]]]) -> AsyncIterator[str]:
    """What each order has, as rows of a JSON list, the comma before each but the first."""
    separator = "\n"
    async for order in orders:
        for each in of(order):
            yield f"{separator}{_json(each)}"
            separator = ",\n"


def _objects(order: Order, customers: set[str]) -> Iterator[dict[str, object]]:
    customer = str(order.customer.customer_id)
    if customer not in customers:
        customers.add(customer)
        yield {"id": customer, "type": "customer", "attributes": []}
    if order.contract.no:
        yield {"id": order.contract.no, "type": "contract", "attributes": []}
    for consignment in order.shipment.consignments:
        yield {"id": str(consignment.id), "type": "shipment", "attributes": []}
    known = {"kind": order.kind, "route": _route(order)}
    at = _iso(order.placed_at)
    yield {
        "id": str(order.id),
        "type": "order",
        "attributes": [{"name": name, "time": at, "value": value} for name, value in known.items()],
        "relationships": [{"objectId": customer, "qualifier": "placed by"}],
    }


def _events(order: Order) -> Iterator[dict[str, object]]:
    around = [(str(order.id), "order"), (str(order.customer.customer_id), "customer")]
    if order.contract.no:
        around.append((order.contract.no, "contract"))
    for place, happening in enumerate(happenings(order)):
        concerned = [*around, *((shipment, "shipment") for shipment in happening.shipments)]
        yield {
            "id": f"{order.id}/{place}",
            "type": happening.activity,
            "time": _iso(happening.at),
            "attributes": [],
            "relationships": [{"objectId": id, "qualifier": kind} for id, kind in concerned],
        }


def _route(order: Order) -> str:
    return order.route.label


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _text(key: str, value: str) -> str:
    return f"<string key={quoteattr(key)} value={quoteattr(value)}/>"


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
