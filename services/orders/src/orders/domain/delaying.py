"""How a delay is decided and told: with its reason, in whole days, before the customer asks."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Literal

from orders.domain.advancing import then
from orders.domain.delay import REASONS, Delay
from orders.domain.order import Order
from orders.domain.promising import break_promise, promise
from shared.aggregate import Cause, Change, Refused
from shared.contracts.departments import DelayReason, ProductionDelayed
from shared.contracts.orders import ShipmentDelayed
from shared.contracts.vocabulary import DepartmentName, Percent


def slip(
    order: Order,
    new: date,
    reason: DelayReason,
    cause: Cause,
    text: str | None = None,
    department: DepartmentName | None = None,
) -> Change[Order]:
    """The goods will not leave on the promised day but on a later one; every further slip is a new revision.

    Days are counted from the contract's day. A date that is no later than what the customer has been told is no news.
    """
    promised = order.contract.ship_on
    told = order.promises.current("ship")
    if order.ended or order.dispatched_on or promised is None or not order.contract.signed:
        return Change(order)
    if new <= max(promised, told.on if told else promised):
        return Change(order)
    delay = _delay(order, promised, new, reason, cause.at, text, department)
    change = then(_announced(order, delay), lambda order: promise(order, "ship", new, "reschedule", cause))
    change = then(change, lambda order: _assessed_again(order, new, cause.at))
    return then(change, _escalated(delay, cause))


def postpone(order: Order, new: date, reason: DelayReason, text: str | None, cause: Cause) -> Change[Order]:
    """Staff name a later day and why; the customer hears it.

    Refused: `order_ended`, `left_already`, `no_ship_date` before a signed contract names one, `not_later`.
    """
    order.must_be_running()
    if order.dispatched_on:
        raise Refused(f"the goods left on {order.dispatched_on}; nothing is left to delay", "left_already")
    promised, told = order.contract.ship_on, order.promises.current("ship")
    if promised is None or not order.contract.signed:
        raise Refused("no signed contract names a ship date yet; agree on a day instead", "no_ship_date")
    latest = max(promised, told.on if told else promised)
    if new <= latest:
        raise Refused(f"the customer has been told {latest}; a delay needs a later day", "not_later")
    return slip(order, new, reason, cause, text=text)


def fall_behind(order: Order, fact: ProductionDelayed, cause: Cause) -> Change[Order]:
    """Production will not make the date and says why and until when; the customer hears it (001 售中二c, 二d)."""
    if order.ended:
        return Change(order)
    ready = order.works.ready_percent if fact.ready_percent is None else fact.ready_percent
    news = {"ready_percent": ready, "expected_ready_on": fact.expected_ready_on}
    known = order.but(works=order.works.model_copy(update=news))
    return slip(known, fact.expected_ready_on, fact.reason, cause, text=fact.reason_text)


def miss_arrival(order: Order, cause: Cause, arrived_on: date | None = None) -> Change[Order]:
    """The promised day of arrival has ended without the goods: the customer hears it once, with a new estimate.

    `arrived_on` is the day on which they did arrive, where the news of that came first.
    """
    current = order.promises.current("arrive")
    if order.ended or current is None or current.state != "open":
        return Change(order)
    if current.basis != "contract":
        return break_promise(order, "arrive", cause)
    estimate = max(current.on, order.day(cause.at) - timedelta(days=1)) + timedelta(days=order.rules.days_when_unknown)
    delay = _delay(order, current.on, arrived_on or estimate, "transport", cause.at, None, None)
    broken = order.but(promises=order.promises.broken("arrive")).done_with("arrive_by")
    return _announced(broken, delay, kind="arrive")


def miss_shipping(order: Order, cause: Cause) -> Change[Order]:
    """The promised day has ended and the goods are still here: broken, and told with the next day that can be named."""
    broken = break_promise(order, "ship", cause)
    day = order.in_days(cause.at, order.rules.days_when_unknown - 1)
    reason: DelayReason = "transport" if order.shipment.announced_ready else "goods_incomplete"
    return then(broken, lambda order: slip(order, day, reason, cause))


def _delay(
    order: Order,
    promised: date,
    new: date,
    reason: DelayReason,
    at: datetime,
    text: str | None,
    department: DepartmentName | None,
) -> Delay:
    known = REASONS[reason]
    said = known.text if reason == "supply" else text
    ready: Percent | None = order.works.ready_percent
    return Delay(
        revision=len(order.delays) + 1,
        promised=promised,
        new=new,
        reason=reason,
        text=said or known.text,
        department=department or known.department,
        ready_percent=ready,
        announced_at=at,
        told_in_time=order.day(at) < promised,
    )


def _announced(order: Order, delay: Delay, kind: Literal["ship", "arrive"] = "ship") -> Change[Order]:
    event = ShipmentDelayed(
        order_id=order.id,
        order_no=order.order_no,
        contract_no=order.contract.no,
        contract_ship_date=delay.promised,
        new_ship_date=delay.new,
        delay_days=delay.days,
        reason_code=delay.reason,
        reason_text=delay.text,
        ready_percent=delay.ready_percent,
        revision=delay.revision,
        supersedes=order.delays[-1].event_id if order.delays else None,
        responsible_department=delay.department,
        told_before_contract_date=delay.told_in_time,
        kind=kind,
        customer=order.customer,
    )
    return Change(order.but(delays=(*order.delays, delay), last_delay_at=delay.announced_at), (event,))


def remember_event(order: Order, event: ShipmentDelayed, cause: Cause) -> Change[Order]:
    """Under which id a delay was announced, so that the next revision can say what it supersedes."""
    delays = tuple(
        each.model_copy(update={"event_id": cause.id}) if each.revision == event.revision else each
        for each in order.delays
    )
    return Change(order.but(delays=delays))


def _assessed_again(order: Order, new: date, at: datetime) -> Change[Order]:
    shipment = order.shipment.model_copy(update={"announced_ready": False})
    eve = order.morning(new - timedelta(days=1))
    return Change(order.but(shipment=shipment).awaiting("readiness", max(eve, at)))


def _escalated(delay: Delay, cause: Cause) -> Callable[[Order], Change[Order]]:
    def decide(order: Order) -> Change[Order]:
        if delay.revision < order.rules.slips_before_escalation:
            return Change(order)
        detail = f"slip {delay.revision}: now {delay.days} days behind the contract ({delay.text})"
        return order.excepting("schedule", detail, cause.actor.id)

    return decide
