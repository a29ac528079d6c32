"""What a customer sees of their orders: the way, what is set aside, each promised day; and their word on the work."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from http import HTTPStatus
from typing import Annotated, Literal
from uuid import UUID, uuid4

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import Field, StringConstraints, model_validator

from orders.domain.decisions.installation import sign_acceptance
from orders.domain.order import Order
from orders.domain.parts.promise import Promise, PromiseKind
from orders.domain.policy.policy import Rules
from orders.domain.route import CANCELLED, CLOSED, Milestone
from orders.store import Stores
from shared.aggregate import Cause, Change, NotFound
from shared.calendar import Calendar
from shared.contracts.vocabulary import OrderNo
from shared.identity.customer_links import CustomerLink
from shared.pages.customer import ActTrouble, ActWords, CustomerDoor, CustomersAct

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

ACCEPTANCE_WORDS = ActWords(
    unread="请选择是否通过验收，写上您的姓名和手机号后四位；有问题的，请写明哪里不对。",
    changed="订单有了变化，或者您已经答复过了。请看下面最新的内容。",
)
"""What the page says when an answer is not taken."""

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
class AskedAcceptance:
    """What the page asks of a customer whose work waits for acceptance; `key` makes the answer count once.

    `seen` is how often the work was refused before.
    """

    order_id: UUID
    seen: int
    key: UUID


class SignedAcceptance(CustomersAct):
    """What the form of the page says: the work is accepted, or what is wrong with it."""

    seen: Annotated[int, Field(ge=0)]
    verdict: Literal["accepted", "refused"]
    wrong: Annotated[str | None, StringConstraints(max_length=500)] = None

    @model_validator(mode="after")
    def _says_what_is_wrong(self) -> "SignedAcceptance":
        if self.verdict == "refused" and not self.wrong:
            raise ValueError("who refuses the work says what is wrong with it")
        return self


@dataclass(frozen=True, slots=True)
class CustomersOrder:
    """An order as its customer sees it. Every field is chosen; whatever is added to the order stays inside.

    `accepted` is how the customer's acceptance stands, in words. Where a telephone number is on file, `asked` is what
    the page asks for; `waits` is true where the work waits for acceptance.
    """

    order_no: OrderNo
    goods: tuple[str, ...]
    allocated: str
    state: str
    steps: tuple[WayStep, ...]
    promised: tuple[PromisedDay, ...]
    accepted: str
    waits: bool
    asked: AskedAcceptance | None
    trouble: str = ""

    @classmethod
    def of(cls, order: Order, calendar: Calendar, trouble: str = "") -> "CustomersOrder":
        """Goods, way, promises and acceptance."""
        waits = order.lifecycle.allows(order.stage, "pass_acceptance")
        return cls(
            order_no=order.order_no,
            goods=tuple(f"{line.description}，{line.quantity}{line.unit}" for line in order.lines),
            allocated=_allocated(order),
            state={CLOSED: "已完成", CANCELLED: "已取消"}.get(order.stage, "进行中"),
            steps=tuple(_steps(order)),
            promised=tuple(_promised(order, calendar)),
            accepted=_accepted(order, calendar),
            waits=waits,
            asked=_asked(order) if waits and order.customer.mobile else None,
            trouble=trouble,
        )


def routes(stores: Stores, rules: Rules, door: CustomerDoor) -> APIRouter:
    """The part of the customer's page that orders draws."""
    router = door.router()
    page = _Page(stores, rules, door)

    @router.get("/{link}", response_class=HTMLResponse)
    async def show_orders(link: str, request: Request) -> Response:
        """A customer's orders, by the link that they were sent."""
        opened = door.opened(link, request)
        return opened if isinstance(opened, HTMLResponse) else await page.show(link, opened)

    @router.post("/{link}/{order_id}/acceptance", response_class=HTMLResponse)
    async def take_acceptance(link: str, order_id: UUID, request: Request) -> Response:
        """The customer's word on the finished work, signed with their name, once they have proved who they are."""
        opened = door.opened(link, request)
        if isinstance(opened, HTMLResponse):
            return opened
        order = await page.theirs(opened, order_id)
        if order is None:
            return door.nothing()
        if trouble := await page.take(opened, order, request):
            shown = await page.show(link, opened, order.id, trouble.words)
            shown.status_code = int(trouble.status)
            return shown
        return RedirectResponse(f"/orders/p/{link}", HTTPStatus.SEE_OTHER)

    return router


class _Page:
    """The orders of the customer of a link."""

    def __init__(self, stores: Stores, rules: Rules, door: CustomerDoor) -> None:
        self._stores, self._rules, self._door = stores, rules, door

    async def show(self, text: str, link: CustomerLink, about: UUID | None = None, trouble: str = "") -> HTMLResponse:
        """All of them, the latest first; what is wrong with an answer stands at its order."""
        files = await self._stores.merged_files.all_of(link.customer_id)
        page = await self._stores.orders.find({"customer.customer_id": files}, sort="-placed_on", limit=SHOWN)
        calendar = self._rules.calendar
        shown = [CustomersOrder.of(order, calendar, trouble if order.id == about else "") for order in page.items]
        return self._door.show("customer-orders.html", text, link, orders=shown)

    async def theirs(self, link: CustomerLink, id: UUID) -> Order | None:
        """The order, where it is this customer's."""
        try:
            order = await self._stores.orders.get(id)
        except NotFound:
            return None
        theirs = await self._stores.merged_files.are_one(order.customer.customer_id, link.customer_id)
        return order if theirs else None

    async def take(self, link: CustomerLink, order: Order, request: Request) -> ActTrouble | None:
        """Take the answer; what is wrong with it otherwise."""

        async def sign(said: SignedAcceptance, cause: Cause) -> None:
            wrong = said.wrong if said.verdict == "refused" else None

            def decide(order: Order) -> Change[Order]:
                return sign_acceptance(order, said.seen, said.name, wrong, self._rules, cause)

            await self._stores.orders.apply(order.id, decide, cause)

        mobile = order.customer.mobile
        return await self._door.take(SignedAcceptance, link, order.id, mobile, sign, ACCEPTANCE_WORDS, request)


def _asked(order: Order) -> AskedAcceptance:
    return AskedAcceptance(order.id, len(order.installation.refusals), uuid4())


def _accepted(order: Order, calendar: Calendar) -> str:
    """On which day the work was accepted, or what the customer found wrong with it last.

    Only what the customer wrote is quoted: what a colleague wrote down of a refusal stays inside.
    """
    if accepted := order.reached.get(Milestone.ACCEPTED):
        return f"您已在{_said(calendar.day(accepted))}通过验收，谢谢。"
    if not order.installation.refusals or order.ended:
        return ""
    last = order.installation.refusals[-1]
    wrong = "；".join(issue.description.rstrip("。") for issue in last.issues) if last.signatory else "验收有问题"
    return f"您在{_said(calendar.day(last.at))}提出：{wrong}。我们会上门处理，进展请看“反映的问题”。"


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


def _promised(order: Order, calendar: Calendar) -> Iterator[PromisedDay]:
    for kind, what in PROMISED.items():
        given = [each for each in order.promises.given if each.kind == kind]
        if given:
            yield _ledger(what, given, _why(order, given[-1], calendar))


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


def _why(order: Order, promise: Promise, calendar: Calendar) -> str:
    """What the customer was told about the last slip, while that is the day that holds."""
    told = order.delays[-1] if order.delays and promise.kind == "ship" else None
    if told is None or told.new != promise.on:
        return ""
    late = "其余货物推迟发出，" if told.goods == "rest" else ""
    return f"{_said(calendar.day(told.announced_at))}告知您：{late}{told.text}"


def _said(on: date) -> str:
    return f"{on.month}月{on.day}日"
