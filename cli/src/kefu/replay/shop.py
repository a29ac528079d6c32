"""A shop's orders played through the orders service itself, in this process, with a time that follows the log."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from time import monotonic
from uuid import NAMESPACE_URL, uuid5

from kefu.replay.ocel import Package, ShopLog, ShopOrder, Sold, Terms
from orders.app import service
from orders.settings import Settings
from shared.calendar import CHINA
from shared.contracts.departments import GoodsDispatched, MaterialProblemReported, PaymentReceived, ShipmentArrived
from shared.contracts.event import Actor, Event, Money
from shared.contracts.intake import OrderPlaced
from shared.contracts.orders import (
    DunningIssued,
    OrderClosed,
    OrderExceptionRaised,
    PaymentDue,
    PaymentOverdue,
    ShipmentDelayed,
    ShipmentDispatched,
)
from shared.contracts.vocabulary import CustomerSnapshot, OrderLine, order_id_of
from shared.testing import World, in_memory, nowhere

PROMISED_DAYS = 14
"""The log promises nothing, so each order is promised for the end of so many days after its own."""
ON_THE_WAY = timedelta(days=1)
"""The log names no time of arrival either: goods are expected so long after they left, or were brought in vain."""

Told = tuple[datetime, Event]


async def play(log: ShopLog) -> Sold:
    """Every order sold from stock when it was placed; what departments say of it at the second of the log.

    The service's own reactions and deadlines run over its database in memory. Time goes on for a day after the
    log's end, so that each promise and reminder that the log leads to has come.
    """
    settings = nowhere(Settings)
    facts = sorted(_facts(log), key=lambda told: told[0])
    world = World(service(settings, in_memory("orders", settings, at=facts[0][0])), hears_itself=True)
    began = monotonic()
    for at, event in facts:
        await world.until(at)
        await world.hear(event, actor=Actor(kind="department", id=event.publisher()))
    await world.until(log.end + timedelta(days=1))
    policy = settings.rules(settings.calendar()).on(log.end)
    terms = Terms(policy.initial_days, policy.dunning_days, policy.desk_opens)
    return _summed(world.announced, terms, monotonic() - began)


def _facts(log: ShopLog) -> Iterator[Told]:
    for order in log.orders.values():
        yield order.placed_at, _placed(order)
        for at in order.short_at:
            yield at, MaterialProblemReported(order_no=order.no, kind="material", detail="仓库缺货，已补订")
        if order.paid_at:
            price = Money(amount=order.total)
            yield (
                order.paid_at,
                PaymentReceived(order_no=order.no, kind="balance", amount=price, received_at=order.paid_at),
            )
        for package in order.packages:
            yield from _carried(order, package)


def _carried(order: ShopOrder, package: Package) -> Iterator[Told]:
    left = package.sent_at
    if left is None:
        return
    gone = {item for each in order.packages if each.sent_at and each.sent_at <= left for item in each.items}
    sent = GoodsDispatched(
        order_no=order.no,
        left_at=left,
        eta=left + ON_THE_WAY,
        delivery_note_no=package.no,
        partial=not gone >= set(order.items),
    )
    yield left, sent
    for at in package.failed_at:
        yield at, sent.but(eta=at + ON_THE_WAY)
    if package.delivered_at:
        arrived = package.delivered_at
        yield arrived, ShipmentArrived(order_no=order.no, arrived_at=arrived, delivery_note_no=package.no)


def _placed(order: ShopOrder) -> OrderPlaced:
    """The log has no names, so each order's customer is made up from its number."""
    return OrderPlaced(
        order_id=order_id_of(order.no),
        order_no=order.no,
        customer=CustomerSnapshot(
            customer_id=uuid5(NAMESPACE_URL, f"urn:kefu:replay:ocel:{order.no}"), name=f"顾客 {order.no}"
        ),
        kind="standard",
        lines=(OrderLine(description="网店商品", quantity=len(order.items)),),
        total=Money(amount=order.total),
        promised_arrival_date=CHINA.day(order.placed_at) + timedelta(days=PROMISED_DAYS),
        verified_by="web-shop",
        verified_at=order.placed_at,
    )


def _summed(announced: Sequence[Event], terms: Terms, seconds: float) -> Sold:
    raised = [each for each in announced if isinstance(each, OrderExceptionRaised)]
    due = {each.order_no: each.amount.amount for each in announced if isinstance(each, PaymentDue)}
    return Sold(
        placed=len(due),
        closed=sum(isinstance(each, OrderClosed) for each in announced),
        delayed={each.order_no: True for each in announced if isinstance(each, ShipmentDelayed)},
        told_again=Counter(
            each.order_no for each in announced if isinstance(each, ShipmentDispatched) and each.revision > 1
        ),
        unpaid=Counter(each.order_no for each in raised if each.kind == "payment" and "货物已发出" in each.detail),
        short=Counter(each.order_no for each in raised if each.kind == "material"),
        due=due,
        overdue={each.order_no: True for each in announced if isinstance(each, PaymentOverdue)},
        reminded=Counter(each.order_no for each in announced if isinstance(each, DunningIssued)),
        terms=terms,
        seconds=seconds,
    )
