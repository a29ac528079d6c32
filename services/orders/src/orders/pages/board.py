"""Orders as a board: what has not left yet by how much slack it has, what will be late, what left, and everything."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import HTMLResponse
from pydantic import AliasPath, Field

from orders.api.readers import ORDERS
from orders.domain.order import ENDS
from orders.domain.parts.delay import Delay
from orders.domain.policy.policy import Rules
from orders.domain.route import CANCELLED, CLOSED, ROUTES, Milestone, Route, RouteName, every_route, stages
from orders.pages.papers.found import registers_for
from orders.pages.risk import Outlook, Outlooks, awaited, whose_turn
from orders.pages.words import KINDS
from orders.store import Orders, Stores
from shared.contracts.event import Instant
from shared.contracts.vocabulary import CustomerId, Line, OrderKind, OrderNo, StaffId
from shared.http import After, AskedBy, Router, View
from shared.identity import Principal
from shared.language import _
from shared.pages.rendering import Renderer
from shared.store import Between, OneOf, Page

ORDERS_SHOWN = 50
"""Orders on one page of a list."""
WATCHED = 300
"""As many orders are weighed by their slack: those that were promised to leave first."""
UNSIGNED = ("review", "signing")
"""The stages without a promised day yet; the orders that were placed first are shown, after all others."""
ON_CARD = 10
"""Orders on a customer's card."""
NO_SLACK = 9_999
"""Days by which an order without a promised day comes after all others."""

Range = Literal["risk", "late", "mine", "left", "all"]
PARTS: Mapping[Range, str] = {"risk": "未发货", "late": "会误期", "mine": "等我办", "left": "已发货", "all": "全部"}
WEIGHED: tuple[Range, ...] = ("risk", "late", "mine")
"""The parts that are sorted by slack."""


class BoardRow(View):
    """An order as a line of the board."""

    id: UUID
    order_no: OrderNo
    kind: OrderKind
    stage: str
    since: Instant
    route_name: RouteName
    route_version: int
    customer: Line = Field(validation_alias=AliasPath("customer", "name"))
    customer_id: CustomerId = Field(validation_alias=AliasPath("customer", "customer_id"))
    sales_owner: StaffId | None = None
    ship_on: date | None = None
    reached: Mapping[Milestone, Instant] = Field(default_factory=dict)
    delays: tuple[Delay, ...] = ()

    @property
    def route(self) -> Route:
        """The version of the route that it goes."""
        return ROUTES[self.route_name].version(self.route_version)


@dataclass(frozen=True, slots=True)
class ShownOrder:
    """A line of the board with what it comes to; `dots` are the stages of its route, passed, present and to come.

    `told` is when the customer was told of a delay, `untold` says that there is one to tell.
    """

    order: BoardRow
    kind: str
    stage: str
    days: str
    slow: bool
    turn: str
    mine: bool
    outlook: Outlook
    told: str
    untold: bool
    dots: tuple[str, ...]


def routes(stores: Stores, rules: Rules, render: Renderer) -> APIRouter:
    """The board of orders, and the card of a customer's orders."""
    router = Router(readers=ORDERS, tags=["pages"], prefix="/ui", include_in_schema=False)

    @router.get("/orders", response_class=HTMLResponse)
    async def board(
        request: Request,
        asker: AskedBy,
        part: Annotated[Range, Query()] = "risk",
        q: Annotated[str | None, Query(max_length=64)] = None,
        after: After = None,
    ) -> Response:
        """The orders of a part: those that have not left by their slack, the others by the day they were placed."""
        now: datetime = request.app.state.time.now()
        outlooks = await Outlooks.read(stores.paces, rules, now)
        weighed = part in WEIGHED and not q
        page = None if weighed else await _listed(stores.orders, part, q, after)
        found = page.items if page else await _watched(stores.orders)
        rows = [_shown(row, outlooks, asker, rules, now) for row in found]
        if weighed:
            rows = sorted((row for row in rows if _belongs(row, part)), key=_by_slack)
        return render(
            "orders.html",
            rows=rows,
            next=page.next if page else None,
            parts=PARTS,
            part=part,
            weighed=weighed,
            watched=WATCHED,
            registers=[each async for each in registers_for(asker, stores, rules.calendar.day(now))],
            q=q or "",
            after=after,
        )

    @router.get("/customers/{customer_id}", response_class=HTMLResponse)
    async def card(customer_id: UUID, request: Request, asker: AskedBy) -> Response:
        """The latest orders of a customer, as a card on the customer's page."""
        now: datetime = request.app.state.time.now()
        outlooks = await Outlooks.read(stores.paces, rules, now)
        where = {"customer.customer_id": await stores.merged_files.all_of(customer_id)}
        page = await stores.orders.rows(BoardRow, where, sort="-placed_on", limit=ON_CARD)
        rows = [_shown(row, outlooks, asker, rules, now) for row in page.items]
        return render("customer-card.html", rows=rows)

    return router


async def _watched(orders: Orders) -> list[BoardRow]:
    """What has not left: the orders with a promised day, then those whose contract is not signed yet."""
    under_way = OneOf(*(stage for stage in _with_goods(left=False) if stage not in UNSIGNED))
    promised = await orders.rows(
        BoardRow, {"stage": under_way, "ship_on": Between("", None)}, sort="ship_on", limit=WATCHED
    )
    unsigned = await orders.rows(BoardRow, {"stage": OneOf(*UNSIGNED)}, sort="placed_on", limit=WATCHED)
    return [*promised.items, *unsigned.items]


async def _listed(orders: Orders, part: Range, q: str | None, after: str | None) -> Page[BoardRow]:
    where = {"stage": OneOf(*_with_goods(left=True)) if part == "left" else None, "order_no": q and q.strip()}
    return await orders.rows(BoardRow, where, sort="-placed_on", after=after, limit=ORDERS_SHOWN)


def _with_goods(*, left: bool) -> tuple[str, ...]:
    """The stages in which goods have left, or those in which none have."""
    behind = {stage.name for route in every_route() for stage in route.stages[route.index("shipping") + 1 :]}
    return (*sorted(behind), CLOSED) if left else tuple(stage for stage in stages() if stage not in behind)


def _belongs(row: ShownOrder, part: Range) -> bool:
    return {"late": row.outlook.late, "mine": row.mine}.get(part, True)


def _by_slack(row: ShownOrder) -> tuple[int, str]:
    slack = row.outlook.slack
    return (NO_SLACK if slack is None else slack, row.order.order_no)


def _shown(row: BoardRow, outlooks: Outlooks, asker: Principal, rules: Rules, now: datetime) -> ShownOrder:
    route, here, place = row.route, row.route.stage(row.stage), row.route.index(row.stage)
    outlook = outlooks.of(route, row.stage, row.since, row.ship_on)
    turn, roles = whose_turn(route, awaited(route, row.stage, row.reached))
    spent, usual = (now - row.since).total_seconds() / 86_400, outlooks.usual_days(route, row.stage)
    return ShownOrder(
        order=row,
        kind=_(KINDS[row.kind]),
        stage=_(here.title if here else ENDS[row.stage]),
        days=_("{spent}/{usual}天").format(spent=f"{spent:.0f}", usual=f"{usual:.0f}") if here and usual else "",
        slow=bool(usual and spent > usual),
        turn=turn,
        mine=bool(set(roles) & asker.roles),
        outlook=outlook,
        told=f"✓ {rules.calendar.local(row.delays[-1].announced_at):%m-%d}" if row.delays else "",
        untold=not row.delays and outlook.late and row.stage != CANCELLED,
        dots=tuple("y" if at < place else "h" if at == place else "" for at in range(len(route.stages))),
    )
