"""What a customer sees of their orders: how far each is, what is set aside, and each promised day with its outcome."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from orders.domain.order import Order
from orders.domain.parts.promise import Promise, PromiseKind
from orders.domain.route import CANCELLED, CLOSED
from orders.store import Stores
from shared.contracts.vocabulary import OrderNo
from shared.pages.customer import CustomerDoor

SHOWN = 20
"""Orders of one customer on the page, the latest first."""

STEPS: tuple[tuple[str, frozenset[str]], ...] = (
    ("合同", frozenset({"review", "signing", "deposit", "payment", "release"})),
    ("设计", frozenset({"plan", "rendering", "drawings", "making"})),
    ("生产", frozenset({"breakdown", "breakdown_review", "sample", "production", "inspection"})),
    ("发货", frozenset({"shipping"})),
    ("运输", frozenset({"transport"})),
    ("安装", frozenset({"installation"})),
    ("验收", frozenset({"acceptance"})),
)
"""The way of an order in the customer's words, and the stages that each step stands for. What is paid is no step."""

PROMISED: dict[PromiseKind, str] = {
    "ship": "发货",
    "arrive": "到货",
    "install": "安装",
    "complete": "完工",
    "accept": "验收",
}

StepState = Literal["past", "here", "ahead"]


@dataclass(frozen=True, slots=True)
class WayStep:
    """A part of an order's way."""

    title: str
    state: StepState


@dataclass(frozen=True, slots=True)
class PromisedDay:
    """A day that was promised: what was said before, what holds, and how it stands in words."""

    what: str
    before: tuple[str, ...]
    on: str
    words: str
    late: bool
    why: str


@dataclass(frozen=True, slots=True)
class CustomersOrder:
    """An order as its customer sees it. Every field is chosen; whatever is added to the order stays inside."""

    order_no: OrderNo
    goods: tuple[str, ...]
    allocated: str
    state: str
    steps: tuple[WayStep, ...]
    promised: tuple[PromisedDay, ...]

    @classmethod
    def of(cls, order: Order) -> "CustomersOrder":
        """Goods, way and promises."""
        return cls(
            order_no=order.order_no,
            goods=tuple(f"{line.description}，{line.quantity}{line.unit}" for line in order.lines),
            allocated=_allocated(order),
            state={CLOSED: "已完成", CANCELLED: "已取消"}.get(order.stage, "进行中"),
            steps=tuple(_steps(order)),
            promised=tuple(_promised(order)),
        )


def routes(stores: Stores, door: CustomerDoor) -> APIRouter:
    """The part of the customer's page that orders draws."""
    router = door.router()

    @router.get("/{link}", response_class=HTMLResponse)
    async def show_orders(link: str, request: Request) -> Response:
        """A customer's orders, by the link that they were sent."""
        opened = door.opened(link, request)
        if isinstance(opened, HTMLResponse):
            return opened
        files = await stores.merged_files.all_of(opened.customer_id)
        page = await stores.orders.find({"customer.customer_id": files}, sort="-placed_on", limit=SHOWN)
        return door.show(
            "customer-orders.html", link, opened, orders=[CustomersOrder.of(order) for order in page.items]
        )

    return router


def _allocated(order: Order) -> str:
    """What is set aside for the order, until its goods have left (004 三2(3))."""
    if order.ended or order.dispatched_on:
        return ""
    sources = {part.source for part in order.works.parts}
    own, bought = ("现货部件已预留" if "stock" in sources else ""), ("外购部件已订购" if "outsource" in sources else "")
    return "，".join(filter(None, (own, bought)))


def _steps(order: Order) -> Iterator[WayStep]:
    """The steps that the order's route has; those behind it are past, and after its end all are, if it was done."""
    at = order.route.index(order.stage)
    done = order.stage == CLOSED
    reached = False
    for title, stages in STEPS:
        places = [order.route.index(stage) for stage in stages if order.route.stage(stage)]
        if not places:
            continue
        if done or (max(places) < at and order.stage != CANCELLED):
            yield WayStep(title, "past")
        elif not reached and order.stage != CANCELLED:
            reached = True
            yield WayStep(title, "here")
        else:
            yield WayStep(title, "ahead")


def _promised(order: Order) -> Iterator[PromisedDay]:
    for kind, what in PROMISED.items():
        given = [each for each in order.promises.given if each.kind == kind]
        if given:
            yield _ledger(what, given, _why(order, given[-1]))


def _ledger(what: str, given: list[Promise], why: str) -> PromisedDay:
    """One line of the ledger: the days that were given before, struck, and what the last one came to."""
    last, earlier = given[-1], tuple(dict.fromkeys(each.on for each in given[:-1] if each.on != given[-1].on))
    first = earlier[0] if earlier else last.on
    behind = (last.on - first).days
    late = last.stage == "broken" or (last.stage == "open" and behind > 0)
    words = {
        "open": f"▲ 比原定晚{behind}天" if behind > 0 else f"比原定早{-behind}天" if behind < 0 else "",
        "kept": f"✓ {_said(last.settled_on or last.on)}",
        "broken": _broken(last),
        "withdrawn": "不再进行",
        "superseded": "",
    }[last.stage]
    return PromisedDay(what, tuple(_said(each) for each in earlier), _said(last.on), words, late, why)


def _broken(promise: Promise) -> str:
    if promise.settled_on is None:
        return "▲ 已过，我们正在核实"
    return f"▲ {_said(promise.settled_on)}，晚{(promise.settled_on - promise.on).days}天"


def _why(order: Order, promise: Promise) -> str:
    """What the customer was told about the last slip, while that is the day that holds."""
    told = order.delays[-1] if order.delays and promise.kind == "ship" else None
    if told is None or told.new != promise.on:
        return ""
    return f"{_said(order.calendar.day(told.announced_at))}告知您：{told.text}"


def _said(on: date) -> str:
    return f"{on.month}月{on.day}日"
