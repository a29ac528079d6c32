"""What happens when an order enters a stage: who hears of it and which clocks start; no gate is opened here."""

from collections.abc import Callable, Mapping
from datetime import date, time, timedelta
from functools import partial
from types import MappingProxyType

from orders.domain.decisions.duty import follow_duties
from orders.domain.decisions.promise import pass_on
from orders.domain.order import Order
from orders.domain.parts.deadline import ASKING, DUNNING, OVERDUE, READINESS, UPCOMING
from orders.domain.parts.drawing import Drawing, Drawings
from orders.domain.parts.receivable import Due, Instalment, with_dues
from orders.domain.policy.policy import Rules
from orders.domain.route import CLOSED, DRAWINGS, Milestone
from shared.aggregate import Cause, Change
from shared.contracts.orders import (
    AcceptanceInvited,
    DesignOrdered,
    OrderClosed,
    OrderReleased,
    PaymentDue,
    ShipmentDispatched,
)


def ask_for_what_is_due(order: Order, rules: Rules, cause: Cause) -> Change[Order]:
    """Ask for every instalment whose turn has come, each by itself; what is paid already is not asked for.

    The initial payment is due when the contract is signed, the balance after the work, soon for a standard order and
    within the credit period for a custom one; what is paid in between on its day, or when the goods can leave. An
    instalment that came to more after it was asked for is asked for again, with a new day (001 售中一, 000 §3.4.5,
    §3.5.5, 004 一㈡1d).
    """
    change = Change(order)
    for instalment in order.receivable.instalments:
        asked = order.receivable.asked(instalment)
        if not order.ended and _is_due(order, instalment, rules, cause) and _more_than(asked, instalment):
            change = change.then(partial(_ask_for, instalment=instalment, asked=asked, rules=rules, cause=cause))
    reminded = change.then(lambda order: set_reminders(order, rules, cause))
    later = reminded.then(lambda order: Change(_asking_later(order, rules, cause)))
    return later.then(lambda order: follow_duties(order, rules, cause))


def _more_than(asked: Due | None, instalment: Instalment) -> bool:
    return instalment.open > (asked.amount.amount if asked else 0)


def _is_due(order: Order, instalment: Instalment, rules: Rules, cause: Cause) -> bool:
    if instalment.kind == "initial":
        return order.has(Milestone.CONTRACT_SIGNED) and order.is_past("signing")
    if order.stage in ("balance", "payment"):
        return True
    if not order.has(Milestone.CONTRACT_SIGNED):
        return False
    if instalment.due_on is not None:
        return rules.calendar.moment(_lateron(instalment.due_on, order, rules), time()) <= cause.now
    return instalment.kind == "progress" and (order.stage == "shipping" or order.is_past("shipping"))


def _lateron(due_on: date, order: Order, rules: Rules) -> date:
    return due_on - timedelta(days=rules.of(order).initial_days)


def _asking_later(order: Order, rules: Rules, cause: Cause) -> Order:
    """With a deadline on the day when the next instalment that has a day of its own is to be asked for."""
    receivable = order.receivable
    days = [
        rules.calendar.moment(_lateron(each.due_on, order, rules), time())
        for each in receivable.instalments
        if each.due_on and each.kind != "initial" and each.open and receivable.asked(each) is None
    ]
    later = [day for day in days if day > cause.now]
    if order.ended or not later or not order.contract.signed:
        return order.done_with(ASKING)
    return order.awaiting(ASKING, min(later))


def _ask_for(order: Order, instalment: Instalment, asked: Due | None, rules: Rules, cause: Cause) -> Change[Order]:
    due = Due(
        kind=instalment.kind,
        number=instalment.number,
        amount=order.receivable.money(instalment.open),
        on=_payable_by(order, instalment, asked, rules, cause),
    )
    event = PaymentDue.of(
        order.about,
        kind=due.kind,
        amount=due.amount,
        due_on=due.on,
        collector_role=order.route.collector,
        collector=order.sales_owner,
    )
    return Change(order.but(receivable=with_dues(order.receivable, (due,))), (event,))


def _payable_by(order: Order, instalment: Instalment, asked: Due | None, rules: Rules, cause: Cause) -> date:
    """The day that the contract names, or so many days from the stage's begin; never one that has passed."""
    policy = rules.of(order)
    days = policy.initial_days
    if instalment.kind == "balance" and order.route.name != "stock":
        credit = order.receivable.credit_days or policy.credit_days
        days = credit if order.route.credit else policy.balance_days
    today = rules.calendar.day(cause.now)
    if asked is not None:
        return max(asked.on, today + timedelta(days=policy.initial_days))
    return max(instalment.due_on or rules.calendar.day(order.since) + timedelta(days=days), today)


def set_reminders(order: Order, rules: Rules, cause: Cause) -> Change[Order]:
    """The clocks run for what is asked for, each amount by itself: told ahead, to its day, then reminded of.

    While a complaint about the order is open no clock runs (003 §25.8).
    """
    claims = order.receivable.claims
    quiet = order.done_with(UPCOMING, OVERDUE, DUNNING)
    if not any(claim.due.overdue for claim in claims):
        quiet = quiet.but(overdue_since=None)
    if order.receivable.held_by:
        return Change(quiet)
    policy, running = rules.of(order), [claim.due for claim in claims if not claim.due.overdue]
    moments = {
        UPCOMING: [
            policy.morning(rules.calendar, due.on - timedelta(days=policy.notice_days))
            for due in running
            if not due.told_ahead
        ],
        OVERDUE: [rules.calendar.moment(due.on) for due in running],
        DUNNING: [
            policy.morning(rules.calendar, day)
            for claim in claims
            if (day := policy.reminder_day(claim.due)) is not None
        ],
    }
    for kind, each in moments.items():
        if each:
            quiet = quiet.awaiting(kind, min(each))
    return Change(quiet)


def place_with_design(order: Order, rules: Rules, cause: Cause) -> Change[Order]:
    """The notice goes to design and four drawings are ordered; the customer hears it (001 售中一, 000 §3.3.2)."""
    if order.drawings.items:
        return Change(order)
    drawings = Drawings(items=tuple(Drawing(kind=kind) for kind in DRAWINGS))
    ordered = (DesignOrdered.of(order.named, drawing_kind=kind, assigned_to=order.route.designers) for kind in DRAWINGS)
    released = order.but(drawings=drawings, released_on=rules.calendar.day(order.since))
    return Change(released, (_released(order), *ordered))


def _released(order: Order) -> OrderReleased:
    signatures = (order.notice.prepared, order.notice.reviewed, order.notice.approved)
    prepared, reviewed, approved = (signed.by if signed else "" for signed in signatures)
    return OrderReleased.of(
        order.about,
        contract_no=order.contract.no,
        kind=order.kind,
        to=order.route.released_to,
        prepared_by=prepared,
        reviewed_by=reviewed,
        approved_by=approved,
        released_at=order.since,
    )


def announce_departures(order: Order, rules: Rules, cause: Cause) -> Change[Order]:
    """What has left and was not announced yet is announced, with the time it is expected (001 售中三).

    Goods that left around a gate are announced when it opens, as it is then: without an hour of arrival that has
    passed, and not at all if they were there by then. An arrival that is only heard of before what happened earlier
    keeps nothing back.
    """
    gates = order.route.before("shipping")
    opened = max((order.reached[each] for each in gates if each in order.reached), default=cause.at)
    waiting = [
        each
        for each in order.shipment.under_way
        if each.left_at and not each.announced and (each.arrived_at is None or each.arrived_at > opened)
    ]
    told = tuple(each.but(announced=True) if each.left_at else each for each in order.shipment.consignments)
    events = tuple(
        ShipmentDispatched.of(
            order.about,
            shipment_id=each.id,
            left_at=each.left_at,
            eta=each.eta if each.eta and each.eta > cause.now else None,
            carrier=each.carrier,
            delivery_note_no=each.delivery_note_no,
            partial=each.partial,
            parts=each.parts,
            revision=each.revision,
        )
        for each in waiting
    )
    return Change(order.but(shipment=order.shipment.but(consignments=told)), events)


def leave_for_the_site(order: Order, rules: Rules, cause: Cause) -> Change[Order]:
    """The goods can leave: what has left already is announced, and what is to be paid by now is asked for.

    Goods that are ready after the last morning are looked at again now, so that the customer hears it (001 售中二b).
    """
    told = announce_departures(order, rules, cause).then(lambda order: ask_for_what_is_due(order, rules, cause))
    return told.then(lambda order: look_again(order, rules, cause))


def be_paid_for(order: Order, rules: Rules, cause: Cause) -> Change[Order]:
    """The initial payment is in: whether the goods will be ready is looked at again where their day is near."""
    return look_again(order, rules, cause)


def look_again(order: Order, rules: Rules, cause: Cause) -> Change[Order]:
    """Readiness is assessed once more now, where the last morning before the goods leave is over."""
    ship_on = order.ship_on
    if ship_on is None or order.dispatched_on or order.shipment.announced_ready or not order.contract.signed:
        return Change(order)
    near = rules.calendar.day(cause.now) + timedelta(days=1) >= ship_on
    return Change(order.awaiting(READINESS, cause.now) if near else order)


def invite_to_acceptance(order: Order, rules: Rules, cause: Cause) -> Change[Order]:
    """The customer is invited for the hours that the foreman named, once for each, if they are still to come.

    Their day is promised only while no days of acceptance are agreed with the customer.
    Source: 001 售中四b.
    """
    work = order.installation
    hour, until = work.visit_from, work.visit_until
    if hour is None or work.forecast_at is None or work.foreman is None or hour <= max(cause.at, order.since):
        return Change(order)
    if (hour, until) == (work.invited_for, work.invited_until):
        return Change(order)
    invited = AcceptanceInvited.of(
        order.about,
        completion_at=work.forecast_at,
        invited_for=hour,
        invited_until=until,
        site_address=order.site_address,
    )
    told = Change(order.but(installation=work.but(invited_for=hour, invited_until=until)), (invited,))
    foreman = work.foreman
    if work.period is not None:
        return told
    return told.then(lambda order: pass_on(order, "accept", rules.calendar.day(hour), "plan", foreman, rules, cause))


def close(order: Order, rules: Rules, cause: Cause) -> Change[Order]:
    """Accepted and paid: what comes now is after-sales (001 售后 definition)."""
    closed = OrderClosed.of(
        order.about,
        closed_at=order.since,
        paid_in_full=True,
    )
    ended = Change(order.but(deadlines=(), overdue_since=None), (closed,))
    return ended.then(rules.clocks.drop(cause=cause))


ENTERING: Mapping[str, Callable[[Order, Rules, Cause], Change[Order]]] = MappingProxyType(
    {
        "deposit": ask_for_what_is_due,
        "payment": ask_for_what_is_due,
        "release": be_paid_for,
        "plan": place_with_design,
        "shipping": leave_for_the_site,
        "transport": announce_departures,
        "installation": invite_to_acceptance,
        "balance": ask_for_what_is_due,
        CLOSED: close,
    }
)
