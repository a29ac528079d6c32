"""What happens when an order enters a stage: who hears of it and which clocks start. No gate is opened here."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from types import MappingProxyType

from orders.domain.decisions.promise import pass_on
from orders.domain.order import CLOSED, Order
from orders.domain.parts.drawing import Drawing
from orders.domain.parts.receivable import Due
from orders.domain.policy.policy import Rules
from orders.domain.route import DRAWINGS
from shared.aggregate import Cause, Change
from shared.contracts.event import Event
from shared.contracts.orders import (
    AcceptanceInvited,
    DesignOrdered,
    OrderClosed,
    OrderReleased,
    PaymentDue,
    PaymentKind,
    ShipmentDispatched,
)


def ask_for_deposit(order: Order, rules: Rules, cause: Cause) -> Change[Order]:
    """The initial payment is due within the agreed time (001 售中一)."""
    return ask_for(order, "initial", rules.of(order).initial_days, rules, cause)


def ask_for_balance(order: Order, rules: Rules, cause: Cause) -> Change[Order]:
    """The balance is due: soon for a standard order, within the credit period for a custom one (000 §3.4.5, §3.5.5)."""
    days = order.receivable.credit_days or rules.of(order).credit_days
    return ask_for(order, "balance", days if order.route.credit else rules.of(order).balance_days, rules, cause)


def ask_for(order: Order, kind: PaymentKind, days: int, rules: Rules, cause: Cause) -> Change[Order]:
    """Ask for one kind of payment, once, to be in by the end of a day; what is paid already is not asked for."""
    amount = order.receivable.money(order.receivable.open) if kind == "balance" else order.receivable.term(kind)
    asked_before = any(due.kind == kind for due in order.receivable.dues)
    if amount is None or amount.amount <= 0 or order.receivable.settles(kind) or asked_before:
        return Change(order)
    term = next((term for term in order.receivable.terms if term.kind == kind), None)
    due_on = term.due_on if term and term.due_on else order.in_days(order.since, days)
    asked = order.but(receivable=order.receivable.asked(Due(kind=kind, amount=amount, on=due_on)))
    event = PaymentDue(
        **order.about(),
        kind=kind,
        amount=amount,
        due_on=due_on,
        collector_role=order.route.collector,
        collector=order.sales_owner,
    )
    return Change(collecting(asked, rules), (event,))


def collecting(order: Order, rules: Rules) -> Order:
    """With the clock running for the amount that is due, if any: to its day, then from reminder to reminder.

    While a complaint about the order is open no clock runs (003 §25.8).
    """
    due = order.receivable.due
    if due is None:
        return order.done_with("overdue", "dunning").but(overdue_since=None)
    if order.receivable.held_by:
        return order.done_with("overdue", "dunning")
    if not due.overdue:
        return order.awaiting("overdue", order.calendar.moment(due.on))
    if due.level >= len(rules.of(order).dunning_days):
        return order
    day = due.on + timedelta(days=rules.of(order).dunning_days[due.level])
    return order.awaiting("dunning", rules.morning(order, day))


def place_with_design(order: Order, rules: Rules, cause: Cause) -> Change[Order]:
    """The notice goes to design and four drawings are ordered; the customer hears it (001 售中一, 000 §3.3.2)."""
    if order.drawings.items:
        return Change(order)
    events: list[Event] = [_released(order)]
    drawings = order.drawings
    for kind in DRAWINGS:
        drawings = drawings.put(Drawing(kind=kind))
        events.append(DesignOrdered(**order.named(), drawing_kind=kind, assigned_to=order.route.designers))
    return Change(order.but(drawings=drawings, released_on=order.day(order.since)), tuple(events))


def _released(order: Order) -> OrderReleased:
    signatures = (order.notice.prepared, order.notice.reviewed, order.notice.approved)
    prepared, reviewed, approved = (signed.by if signed else "" for signed in signatures)
    return OrderReleased(
        **order.about(),
        contract_no=order.contract.no,
        kind=order.kind,
        to=order.route.released_to,
        prepared_by=prepared,
        reviewed_by=reviewed,
        approved_by=approved,
        released_at=order.since,
    )


def announce_departures(order: Order, rules: Rules, cause: Cause) -> Change[Order]:
    """What has left and was not announced yet is announced, with the time it is expected (001 售中三)."""
    waiting = [each for each in order.shipment.consignments if not each.announced]
    told = tuple(each.but(announced=True) for each in order.shipment.consignments)
    events = tuple(
        ShipmentDispatched(
            **order.about(),
            shipment_id=each.id,
            left_at=each.left_at,
            eta=each.eta,
            carrier=each.carrier,
            delivery_note_no=each.delivery_note_no,
            partial=each.partial,
        )
        for each in waiting
    )
    return Change(order.but(shipment=order.shipment.but(consignments=told)), events)


def invite_to_acceptance(order: Order, rules: Rules, cause: Cause) -> Change[Order]:
    """The customer is invited for the hour that the foreman named, once for each hour, if it is still to come.

    Source: 001 售中四b.
    """
    work = order.installation
    hour = work.forecast_at
    if hour is None or work.foreman is None or hour == work.invited_for or hour <= max(cause.at, order.since):
        return Change(order)
    invited = AcceptanceInvited(
        **order.about(),
        completion_at=hour,
        invited_for=hour,
        site_address=order.site_address,
    )
    told = order.but(installation=work.but(invited_for=hour))
    foreman = work.foreman
    return Change(told, (invited,)).then(
        lambda order: pass_on(order, "accept", order.day(hour), "plan", foreman, rules, cause)
    )


def close(order: Order, rules: Rules, cause: Cause) -> Change[Order]:
    """Accepted and paid: what comes now is after-sales (001 售后 definition)."""
    closed = OrderClosed(
        **order.about(),
        closed_at=order.since,
        paid_in_full=True,
    )
    ended = Change(order.but(deadlines=(), overdue_since=None), (closed,))
    return ended.then(rules.clocks.drop(cause=cause))


ENTERING: Mapping[str, Callable[[Order, Rules, Cause], Change[Order]]] = MappingProxyType(
    {
        "deposit": ask_for_deposit,
        "plan": place_with_design,
        "shipping": announce_departures,
        "transport": announce_departures,
        "installation": invite_to_acceptance,
        "balance": ask_for_balance,
        CLOSED: close,
    }
)
