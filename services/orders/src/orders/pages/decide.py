"""What waits for a person's decision in orders: contracts, order notices, drawings, breakdowns, releases."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from types import MappingProxyType

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from orders.domain.lifecycle import OrderDecision
from orders.domain.order import Order
from orders.domain.parts.contract import Draft
from orders.domain.policy.policy import Rules
from orders.domain.route import DRAWINGS, Milestone, every_route
from orders.domain.standing import possible
from orders.pages import words
from orders.pages.page import seen_of
from orders.pages.risk import awaited
from orders.store import Stores
from shared.duties.api import STAFF
from shared.http import AskedBy, Router
from shared.identity import Principal
from shared.language import _, listed
from shared.pages.deciding import DueBy, WaitingMatter, in_turn
from shared.pages.forms import Forms
from shared.pages.rendering import Renderer
from shared.pages.words import day, money
from shared.store import OneOf

ORDERS_LOOKED_AT = 200
"""Orders that are looked at for one page, those first that were placed first."""
SHOWN_LINES = 5
"""Lines of an order that are shown with what is decided about it."""

SIGNATURES: Mapping[Milestone, tuple[OrderDecision, ...]] = MappingProxyType(
    {
        Milestone.CONTRACT_APPROVED: ("review",),
        Milestone.CONTRACT_SIGNED: ("sign",),
        Milestone.NOTICE_SIGNED: ("approve_notice",),
        **dict.fromkeys(DRAWINGS.values(), ("review_drawing",)),
        Milestone.PRODUCTION_RELEASED: ("release", "send_back"),
        Milestone.BREAKDOWN_APPROVED: ("review_breakdown",),
    }
)
"""Which decisions open a gate by a person's signature, or refuse to."""


def routes(stores: Stores, rules: Rules, forms: Forms, render: Renderer) -> APIRouter:
    """What waits for the asker."""
    router = Router(readers=STAFF, tags=["pages"], prefix="/ui/decide", include_in_schema=False)

    @router.get("", response_class=HTMLResponse)
    async def list_waiting(request: Request, asker: AskedBy) -> Response:
        """Every order whose gate waits for a signature that the asker may give, once there is something to sign."""
        now = request.app.state.time.now()
        found = []
        if stages := sorted(set(_stages(asker))):
            where = {"stage": OneOf(*stages)}
            found = list((await stores.orders.find(where, sort="placed_on", limit=ORDERS_LOOKED_AT)).items)
        matters = [_matter(each, rules, forms, asker, now) for each in found]
        request.state.personal = True
        return render("decide.html", service="orders", title=_("订单"), note="", matters=in_turn(matters))

    return router


def _stages(asker: Principal) -> Iterator[str]:
    """The stages with a gate that the asker may open."""
    for route in every_route():
        for stage in route.stages:
            gates = [gate for gate in stage.gate if gate in SIGNATURES]
            if any(asker.roles & set(route.deciders.get(gate, ())) for gate in gates):
                yield stage.name


def _matter(order: Order, rules: Rules, forms: Forms, asker: Principal, now: datetime) -> WaitingMatter:
    gates = [gate for gate in awaited(order.route, order.stage, order.reached) if _ready(order, gate)]
    signed = {decision for gate in gates for decision in SIGNATURES[gate]}
    signable = [each for each in possible(order, rules.of(order)) if each.decision in signed]
    return WaitingMatter(
        id=order.id,
        what=listed(dict.fromkeys(_(words.DECISIONS[SIGNATURES[gate][0]]) for gate in gates)),
        about=order.order_no,
        link=f"/desk/orders/{order.id}",
        customer=order.customer.name,
        facts=tuple(_facts(order)),
        due=DueBy.of(order, now, rules.calendar.zone),
        acts=tuple(forms.acts(signable, asker, order.id, seen_of(order, rules.of(order), asker), among=True)),
    )


def _ready(order: Order, gate: Milestone) -> bool:
    """Whether there is something to sign at this gate."""
    draft = order.contract.draft
    if gate is Milestone.CONTRACT_APPROVED:
        return draft is not None and (draft.submitted_by is not None or not order.route.submitters)
    if gate is Milestone.NOTICE_SIGNED:
        return order.notice.next == "approved"
    if gate in DRAWINGS.values():
        return any(each.stage == "submitted" and DRAWINGS[each.kind] is gate for each in order.drawings.items)
    return gate in SIGNATURES


def _facts(order: Order) -> Iterator[tuple[str, str]]:
    draft = order.contract.draft
    total = (draft.total if draft and draft.total else None) or order.total
    goods = [f"{each.description}×{each.quantity}{each.unit}" for each in order.lines[:SHOWN_LINES]]
    said = _("；").join(goods)
    if len(order.lines) > SHOWN_LINES:
        said = _("{goods}等{n}项").format(goods=said, n=len(order.lines))
    yield _("货物"), said
    yield _("总价"), money(total) if total else _("未定")
    yield _("发货日期"), day((draft.ship_on if draft else None) or order.ship_on) or _("未定")
    if draft and order.route.planners:
        yield _("计划会签"), _countersigned(draft)
    if draft and draft.changes:
        yield _("变更"), _("；").join(draft.changes)


def _countersigned(draft: Draft) -> str:
    word = draft.countersigned
    if word is None:
        return _("还没有会签")
    said = _("能按期交货") if word.feasible else _("不能按期交货")
    return f"{said}{_('：')}{word.notes}" if word.notes else said
