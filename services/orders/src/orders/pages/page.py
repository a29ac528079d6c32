"""One order: its route with what each stage took, gates, promises, papers, consignments, money, and what comes next."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from orders.api.readers import ORDERS, WHOLE
from orders.api.views import LedgerView
from orders.domain.order import Order
from orders.domain.parts.titles import DELAYS
from orders.domain.policy.policy import OrdersPolicy, Rules
from orders.domain.standing import possible, refunded_by, waiting
from orders.pages import words
from orders.pages.papers.found import papers_of
from orders.pages.risk import Outlooks, awaited, whose_turn
from orders.store import Stores
from shared.contracts.roles import TELLERS
from shared.http import AskedBy, Router
from shared.identity import Principal
from shared.identity.reach import as_read
from shared.language import _, listed
from shared.lifecycle import Lacking, Possible
from shared.pages.countdown import in_words
from shared.pages.forms import Act, Choice, Filled, Forms, named, whose
from shared.pages.refusals import sentence
from shared.pages.rendering import Renderer
from shared.pages.shown_pictures import pictures_in
from shared.pages.strip import strip
from shared.pages.timeline import PastMoment, timeline
from shared.pages.words import money

REVISED = ("submit_for_review", "countersign", "review", "sign", "prepare_notice", "review_notice", "approve_notice")
"""The decisions about a contract, which name the revision that was read."""

Said = Callable[[datetime], str]
"""A moment in the company's zone."""


@dataclass(frozen=True, slots=True)
class ShownStage:
    """A stage of the route: whether it is over, how long it took or has taken, and how long it usually takes."""

    title: str
    state: str
    took: str
    usual: str


@dataclass(frozen=True, slots=True)
class ShownGate:
    """What a gate asks for: since when it is so, or who has to see to it."""

    what: str
    since: str
    who: str
    awaited: bool


def routes(stores: Stores, rules: Rules, forms: Forms, render: Renderer) -> APIRouter:
    """The page of one order."""
    router = Router(readers=ORDERS, tags=["pages"], prefix="/ui/orders", include_in_schema=False)

    def said(at: datetime) -> str:
        return f"{rules.calendar.local(at):%m-%d %H:%M}"

    @router.get("/{order_id}", response_class=HTMLResponse)
    async def opened(order_id: UUID, request: Request, asker: AskedBy) -> Response:
        """One order with where it stands, what it waits for, and the forms of what the reader may decide."""
        order, now = await stores.orders.get(order_id), request.app.state.time.now()
        order = as_read(order, asker, WHOLE)
        customer = order.customer.customer_id
        policy = rules.of(order)
        offered, lacking = possible(order, policy), waiting(order, policy)
        nexts = forms.acts(offered, asker, order.id, seen_of(order, policy, asker), lacking=lacking, customer=customer)
        if any(each.decision == "cancel" for each in offered):
            nexts += _refunding(order, policy, asker)
        outlooks = await Outlooks.read(stores.paces, rules, now)
        return render(
            "order.html",
            order=order,
            clocks=strip(order, rules.calendar, now),
            outlook=outlooks.of(order.route, order.stage, order.since, order.ship_on),
            turn=whose_turn(order.route, awaited(order.route, order.stage, order.reached))[0],
            stages=tuple(_stages(order, outlooks, now)),
            gates=tuple(_gates(order, said)),
            ledger=LedgerView.of(order),
            nexts=nexts,
            tells=not asker.roles.isdisjoint(TELLERS),
            pictures=pictures_in(order),
            papers=tuple(papers_of(order)),
            past=timeline(_past(order), rules.calendar.zone),
            said=said,
            money=money,
            words=words,
        )

    return router


def _stages(order: Order, outlooks: Outlooks, now: datetime) -> Iterator[ShownStage]:
    place = order.route.index(order.stage)
    for at, stage in enumerate(order.route.stages):
        usual = outlooks.usual_days(order.route, stage.name)
        been = [each.left - each.entered for each in order.passages if each.stage == stage.name]
        if at == place:
            been.append(now - order.since)
        yield ShownStage(
            title=_(stage.title),
            state="done" if at < place else "here" if at == place else "",
            took=in_words(sum(been[1:], been[0])) if been else "",
            usual=_("通常{days}天").format(days=f"{usual:.0f}") if usual else "",
        )


def _gates(order: Order, said: Said) -> Iterator[ShownGate]:
    for stage in order.route.stages:
        for milestone in stage.gate:
            at = order.reached.get(milestone)
            roles = order.route.deciders.get(milestone, ())
            who = listed(_(role.chinese) for role in roles) or _(words.REPORTED_BY.get(milestone, ""))
            here = at is None and stage.name == order.stage
            yield ShownGate(_(words.GATES[milestone]), said(at) if at else "", who, here)


def _refunding(order: Order, policy: OrdersPolicy, asker: Principal) -> tuple[Act, ...]:
    """Who pays money back by cancelling, where money came in and the asker is not the one."""
    refunders, title = refunded_by(order, policy), _("取消订单并退款")
    if refunders is None or not order.receivable.paid:
        return ()
    if isinstance(refunders, Lacking):
        return (Act(title, named(refunders.roles), None, sentence(refunders.code)),)
    return () if refunders.is_for(asker.id, asker.roles) else (Act(title, whose(refunders, asker), None),)


def seen_of(order: Order, policy: OrdersPolicy, asker: Principal) -> dict[str, Filled]:
    """What the page knows of each form: which revision, version or sample was seen; who may pay back by cancelling."""
    refunders = refunded_by(order, policy)
    pays_back = isinstance(refunders, Possible) and refunders.is_for(asker.id, asker.roles)
    draft = order.contract.draft
    seen = {"revision": str(draft.revision if draft else order.contract.revision)}
    samples = [each for each in order.works.samples if not each.void]
    found = {
        **dict.fromkeys(REVISED, Filled(given=seen)),
        "cancel": Filled(given={"stage": order.stage}, offered={} if pays_back else {"refund": ()}),
        "decline_cancelling": Filled(given={"number": str(len(order.cancelling_requests))}),
        "review_breakdown": Filled(given={"breakdown": str(order.works.breakdown)}),
        "judge_sample": Filled(offered={"sample_no": _named(each.no for each in samples if each.verdict is None)}),
        "send_sample": Filled(offered={"sample_no": _named(each.no for each in samples)}),
    }
    if order.produced_at:
        found["inspect"] = Filled(given={"produced_at": order.produced_at.isoformat()})
    if order.untold:
        found["word_delay"] = Filled(given={"new_ship_date": order.untold.new.isoformat()})
    if drawing := next((each for each in order.drawings.items if each.stage == "submitted"), None):
        title = _("{drawing}第{version}版").format(drawing=_(words.DRAWINGS[drawing.kind]), version=drawing.version)
        offered, begun = {"kind": [Choice(drawing.kind, title)]}, {"kind": drawing.kind}
        found["review_drawing"] = Filled({"version": str(drawing.version)}, offered, begun)
    return found


def _named(numbers: Iterable[str]) -> list[Choice]:
    return [Choice(number, number) for number in numbers]


def _past(order: Order) -> Iterator[PastMoment]:
    yield PastMoment(order.placed_at, _("下单"), order.sales_owner or "", mark="key")
    for milestone, at in order.reached.items():
        yield PastMoment(at, _(words.GATES[milestone]), mark="key")
    for passage in order.passages:
        if stage := order.route.stage(passage.stage):
            took = in_words(passage.left - passage.entered)
            yield PastMoment(passage.left, _("{stage}结束，用{time}").format(stage=_(stage.title), time=took))
    for delay in order.delays:
        told = _("{before}改为{after}，{reason}：{text}").format(
            before=f"{delay.promised:%m-%d}",
            after=f"{delay.new:%m-%d}",
            reason=_(DELAYS[delay.reason]),
            text=delay.text,
        )
        yield PastMoment(delay.announced_at, _("告知延期"), words=told, mark="near")
    for inspection in order.works.inspections:
        said = _("发货前验收通过") if inspection.passed else _("发货前验收不通过")
        yield PastMoment(inspection.at, said, inspection.inspector)
    for request in order.cancelling_requests:
        yield PastMoment(request.at, _("申请取消"), request.by, request.reason)
    if end := order.cancellation:
        yield PastMoment(end.at, _("订单取消"), end.by, end.reason, mark="missed")
