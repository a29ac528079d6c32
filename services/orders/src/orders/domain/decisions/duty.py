"""What people owe an order because of where it stands: each duty follows from the order and ends with its reason."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, timedelta
from types import MappingProxyType

from orders.domain.decisions.clock import start
from orders.domain.order import Order
from orders.domain.parts.owed import Owed
from orders.domain.policy.policy import DutyName, Rules
from orders.domain.route import Milestone
from shared.aggregate import Cause, Change
from shared.clocks import GivenEnd
from shared.contracts.roles import Role


def follow_duties(order: Order, rules: Rules, cause: Cause) -> Change[Order]:
    """What is owed now runs as a duty; what is owed no more is done. What was not done is dropped."""
    change = Change(order)
    for name, owed in OWED.items():
        clock = rules.of(order).duties[name]
        wanted = {} if order.ended else {each.of: each for each in owed(order, rules, cause)}
        running = {run.of for run in order.running if run.clock.name == clock.name}
        for of in sorted(running - wanted.keys()):
            end = rules.clocks.drop if _is_undone(order, name, of) else rules.clocks.stop
            change = change.then(end(clock.name, cause=cause, of=of))
        for of in wanted.keys() - running:
            change = change.then(_begun(name, wanted[of], rules, cause))
    return change


def _begun(name: DutyName, owed: Owed, rules: Rules, cause: Cause) -> Callable[[Order], Change[Order]]:
    def begin(order: Order) -> Change[Order]:
        clock = rules.of(order).duties[name]
        whose = clock.but(role=owed.role or clock.role)
        return start(order, whose, rules, of=owed.of, end=owed.end, assignee=owed.assignee, cause=cause)

    return begin


def _receipt(order: Order, rules: Rules, cause: Cause) -> Iterator[Owed]:
    """The order waits to be received, by the account manager or the regional head (000 §3.4.1, §3.5.1)."""
    if order.stage != "review" or order.contract.received_by is not None:
        return
    for role in order.route.receivers:
        yield Owed(role=role, assignee=order.sales_owner if role == Role.ACCOUNT_MANAGER else None)


def _countersigning(order: Order, rules: Rules, cause: Cause) -> Iterator[Owed]:
    """The planner says whether a contract's day, or that of a change of it, can be kept (004 一㈡1a)."""
    draft = order.contract.draft
    if draft is None or draft.countersigned is not None:
        return
    for role in order.route.planners[:1]:
        yield Owed(str(draft.revision), role=role)


def _work_order(order: Order, rules: Rules, cause: Cause) -> Iterator[Owed]:
    """Engineering issues the work order as soon as the order is released to production (004 三2(1))."""
    if _is_made(order) and order.works.work_order is None:
        yield Owed()


def _plan(order: Order, rules: Rules, cause: Cause) -> Iterator[Owed]:
    """Planning schedules what has a work order (004 三2(1))."""
    if _is_made(order) and order.works.work_order is not None and order.works.schedule is None:
        yield Owed()


def _is_made(order: Order) -> bool:
    """Whether it was released to production and its goods are not there yet."""
    return order.has(Milestone.PRODUCTION_RELEASED) and not order.has(Milestone.PRODUCED)


def _printing(order: Order, rules: Rules, cause: Cause) -> Iterator[Owed]:
    """Packaging that is printed outside is followed until it comes in, by its day (004 三2(2))."""
    for each in order.works.awaited_materials:
        end = rules.calendar.moment(each.expected_on) if each.expected_on else None
        yield Owed(each.item, _ahead(end, "包装材料的预计到货日", cause))


def _packaging(order: Order, rules: Rules, cause: Cause) -> Iterator[Owed]:
    """The packaging is confirmed on the morning before the goods leave (004 三2(2))."""
    if order.unpacked and order.stage in ("production", "inspection", "shipping"):
        yield Owed(end=_eve(order, order.ship_on, rules, cause) if order.ship_on else None)


def _papers(order: Order, rules: Rules, cause: Cause) -> Iterator[Owed]:
    """The papers that the goods need are arranged on the morning before they leave (004 一㈡5)."""
    for kind in order.shipment.missing_papers:
        yield Owed(kind, _eve(order, order.ship_on, rules, cause) if order.ship_on else None)


def _allocated(order: Order, rules: Rules, cause: Cause) -> Iterator[Owed]:
    """Parts that are taken from stock or bought outside are followed until they have left (000 §3.4.3 库存件出货)."""
    if order.dispatched_on or not order.works.allocated:
        return
    end = rules.calendar.moment(order.ship_on) if order.ship_on else None
    yield Owed(end=_ahead(end, "发货日", cause))


def _signatures(order: Order, rules: Rules, cause: Cause) -> Iterator[Owed]:
    """The order notice waits for its next signature (000 §3.3.2)."""
    signature = order.notice.next
    if order.stage != "release" or signature is None:
        return
    route = order.route
    whose = {
        "prepared": route.drafters,
        "reviewed": route.reviewers,
        "approved": route.deciders.get(Milestone.NOTICE_SIGNED, ()),
    }[signature]
    yield Owed(signature, role=whose[0] if whose else None)


def _readiness(order: Order, rules: Rules, cause: Cause) -> Iterator[Owed]:
    """Production says before the eve of shipping whether the goods will be ready (001 售中二a)."""
    ship_on = _looked_at(order, rules, cause)
    if ship_on is None or order.stage == "shipping" or order.is_past("shipping"):
        return
    told = order.works.told_at
    if told is None or told < _window(order, ship_on, rules):
        yield Owed(ship_on.isoformat(), _eve(order, ship_on, rules, cause))


def _crew(order: Order, rules: Rules, cause: Cause) -> Iterator[Owed]:
    """Engineering says before the eve of shipping whether there are installers (001 售中二a, 二d)."""
    ship_on = _looked_at(order, rules, cause)
    if ship_on is not None and order.lacks_word_of_crew:
        yield Owed(ship_on.isoformat(), _eve(order, ship_on, rules, cause))


def _looked_at(order: Order, rules: Rules, cause: Cause) -> date | None:
    """The day on which the goods leave, once it is near enough to look at them; none while the customer has to pay."""
    ship_on = order.ship_on
    if ship_on is None or order.dispatched_on or order.awaits_payment or not order.contract.signed:
        return None
    return ship_on if _window(order, ship_on, rules) <= cause.now else None


def _window(order: Order, ship_on: date, rules: Rules) -> datetime:
    return rules.of(order).morning(rules.calendar, ship_on - timedelta(days=rules.of(order).readiness_days))


def _eve(order: Order, ship_on: date, rules: Rules, cause: Cause) -> GivenEnd | None:
    """The morning of the day before; where it has passed the duty has its own term."""
    eve = rules.of(order).morning(rules.calendar, ship_on - timedelta(days=1))
    return _ahead(eve, "发货前一天早上", cause)


def _ahead(at: datetime | None, follows: str, cause: Cause) -> GivenEnd | None:
    """The end at this moment, where it is still to come."""
    return GivenEnd(at, follows) if at and at > cause.now else None


def _before(order: Order, moment: datetime, rules: Rules) -> datetime:
    """When the desk opens on the day before."""
    return rules.of(order).morning(rules.calendar, rules.calendar.day(moment) - timedelta(days=1))


def _wording(order: Order, rules: Rules, cause: Cause) -> Iterator[Owed]:
    """A delay waits to be told: customer service reads its reason and words it (001 售中二c)."""
    if order.untold is not None and not order.dispatched_on:
        yield Owed(end=GivenEnd(order.untold.tell_by, "最晚告知客户的时间"))


def _unknown_day(order: Order, rules: Rules, cause: Cause) -> Iterator[Owed]:
    """The customer was told that the day is not known: customer service finds it out (001 售中二c)."""
    if order.day_unknown:
        yield Owed(str(order.delays[-1].revision))


def _arrival(order: Order, rules: Rules, cause: Cause) -> Iterator[Owed]:
    """Goods left without a time of arrival that is still to come, and the customer is to hear it (001 售中三)."""
    for each in order.shipment.under_way:
        unknown = each.eta is None or each.eta <= cause.now
        if each.announced and unknown and each.arrived_at is None:
            yield Owed(str(each.id))


def _dispatch_of_crew(order: Order, rules: Rules, cause: Cause) -> Iterator[Owed]:
    """The goods are there: the engineering head sends installers (000 §3.4.4, §3.5.4)."""
    if order.stage == "installation" and order.installation.begin is None:
        yield Owed()


def _forecast(order: Order, rules: Rules, cause: Cause) -> Iterator[Owed]:
    """The foreman is asked for the hour of completion the day before the planned one (001 售中四a)."""
    work = order.installation
    if order.stage != "installation" or work.planned_finish is None or work.forecast_at is not None:
        return
    before = _before(order, work.planned_finish, rules)
    yield Owed(end=_ahead(before, "计划完工前一天早上", cause))


def _period(order: Order, rules: Rules, cause: Cause) -> Iterator[Owed]:
    """The days of acceptance are agreed with the customer before the work is to be done (001 售中四b)."""
    work = order.installation
    if order.stage not in ("installation", "acceptance") or work.begin is None or work.period is not None:
        return
    eve = _before(order, work.planned_finish, rules) if work.planned_finish else None
    yield Owed(str(len(work.refusals)), _ahead(eve, "计划完工前一天早上", cause))


def _silence(order: Order, rules: Rules, cause: Cause) -> Iterator[Owed]:
    """The agreed days of acceptance have ended without a word: the customer is asked, and accepts in writing or not."""
    period = order.installation.period
    if order.stage == "acceptance" and period is not None and period.ends_on < rules.calendar.day(cause.now):
        yield Owed(str(period.revision))


def _collections(order: Order, rules: Rules, cause: Cause) -> Iterator[Owed]:
    """What was asked for is collected, by the end of its day, by the role of the route (000 §3.4.5, §3.5.5).

    While a complaint about the order is open nothing is collected (003 §25.8).
    """
    if order.receivable.held_by:
        return
    own = order.sales_owner if order.route.collector == "account_manager" else None
    for due in (claim.due for claim in order.receivable.claims):
        of = f"{due.kind}_{due.number}_{due.on}"
        yield Owed(of, GivenEnd(rules.calendar.moment(due.on), "约定的付款日"), Role(order.route.collector), own)


def _is_undone(order: Order, name: DutyName, of: str) -> bool:
    """Whether a duty ends without having been done: it is put off, or too late for."""
    if name == "receive_order":
        return order.contract.received_by is None
    if name == "countersign":
        return order.contract.draft is None or order.contract.draft.countersigned is None
    if name in ("issue_work_order", "plan_production"):
        return not _is_made(order)
    return name == "collect" and _is_open(order, of)


def _is_open(order: Order, of: str) -> bool:
    """Whether something of this instalment is still to be paid."""
    return any(of.startswith(f"{claim.due.kind}_{claim.due.number}_") for claim in order.receivable.claims)


OWED: Mapping[DutyName, Callable[[Order, Rules, Cause], Iterator[Owed]]] = MappingProxyType(
    {
        "receive_order": _receipt,
        "countersign": _countersigning,
        "sign_notice": _signatures,
        "issue_work_order": _work_order,
        "plan_production": _plan,
        "follow_printing": _printing,
        "confirm_packaging": _packaging,
        "arrange_papers": _papers,
        "follow_stock": _allocated,
        "ask_production": _readiness,
        "ask_engineering": _crew,
        "word_delay": _wording,
        "find_out_day": _unknown_day,
        "find_out_arrival": _arrival,
        "send_crew": _dispatch_of_crew,
        "ask_foreman": _forecast,
        "agree_acceptance": _period,
        "ask_acceptance": _silence,
        "collect": _collections,
    }
)
"""Every such duty, and when it is owed."""
