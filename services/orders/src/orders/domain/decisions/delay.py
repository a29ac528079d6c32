"""How a delay is decided and told: with its reason, in whole days, before the customer asks."""

from datetime import date, timedelta
from typing import Literal

from orders.domain.decisions.duty import follow_duties
from orders.domain.decisions.exception import raise_exception
from orders.domain.decisions.promise import break_promise, promise
from orders.domain.order import Order
from orders.domain.parts.delay import REASONS, Delay, delay_id_of
from orders.domain.parts.times import day_ahead
from orders.domain.policy.policy import Rules
from shared.aggregate import Cause, Change, Refused
from shared.contracts.departments import DelayReason, ProductionDelayed
from shared.contracts.orders import ShipmentDelayed


def slip(order: Order, new: date, reason: DelayReason, text: str | None, rules: Rules, cause: Cause) -> Change[Order]:
    """The goods will not leave on the promised day but on a later one; every further slip is a new revision.

    Days are counted from the contract's day. A date that is no later than what the customer has been told is no news,
    and neither is one that has passed: after a standstill one delay is told, with a day that is still to come.
    `text` is what the customer hears, in place of the reason's usual words.
    """
    return _slipped(order, new, reason, text, rules, estimated=False, cause=cause)


def estimate(order: Order, new: date, reason: DelayReason, rules: Rules, cause: Cause) -> Change[Order]:
    """The same with a day that no department has named: to find out the true one is a duty (001 售中二c)."""
    return _slipped(order, new, reason, None, rules, estimated=True, cause=cause)


def _slipped(
    order: Order, new: date, reason: DelayReason, text: str | None, rules: Rules, *, estimated: bool, cause: Cause
) -> Change[Order]:
    promised = order.contract.ship_on
    told = order.promises.current("ship")
    if order.ended or order.dispatched_on or promised is None or not order.contract.signed:
        return Change(order)
    if new <= max(promised, told.on if told else promised) or new < order.day(cause.now):
        return Change(order)
    change = _announce(order, promised, new, reason, text, "ship", estimated=estimated, cause=cause)
    change = change.then(lambda order: promise(order, "ship", new, "reschedule", rules, cause))
    change = change.then(lambda order: _assess_again(order, new, rules, cause))
    change = change.then(lambda order: _escalate(order, rules, cause))
    return change.then(lambda order: follow_duties(order, rules, cause))


def postpone(
    order: Order, new: date, reason: DelayReason, text: str | None, rules: Rules, cause: Cause
) -> Change[Order]:
    """Staff name a later day and why; the customer hears it.

    Refused: `illegal_transition`, `left_already`, `no_ship_date` before a signed contract names one, `not_later`,
    `past_day`, `far_day`.
    """
    order.lifecycle.must(order.stage, "postpone")
    if order.dispatched_on:
        raise Refused(f"the goods left on {order.dispatched_on}; nothing is left to delay", "left_already")
    promised, told = order.contract.ship_on, order.promises.current("ship")
    if promised is None or not order.contract.signed:
        raise Refused("no signed contract names a ship date yet; agree on a day instead", "no_ship_date")
    day_ahead(new, order.day(cause.at), rules.of(order).horizon_days)
    latest = max(promised, told.on if told else promised)
    if new <= latest:
        raise Refused(f"the customer has been told {latest}; a delay needs a later day", "not_later")
    return slip(order, new, reason, text, rules, cause)


def fall_behind(order: Order, fact: ProductionDelayed, rules: Rules, cause: Cause) -> Change[Order]:
    """Production will not make the date and says why and until when; the customer hears it (001 售中二c, 二d)."""
    if order.ended:
        return Change(order)
    ready = order.works.ready_percent if fact.ready_percent is None else fact.ready_percent
    works = order.works.but(ready_percent=ready, expected_ready_on=fact.expected_ready_on, told_at=cause.at)
    known = follow_duties(order.but(works=works), rules, cause)
    return known.then(lambda order: slip(order, fact.expected_ready_on, fact.reason, fact.reason_text, rules, cause))


def miss_arrival(order: Order, rules: Rules, cause: Cause) -> Change[Order]:
    """The promised day of arrival has ended without the goods: the customer hears it once, with a new estimate."""
    current = order.promises.current("arrive")
    if current is None:
        return Change(order)
    last = max(current.on, order.day(cause.now) - timedelta(days=1))
    return be_late(order, last + timedelta(days=rules.of(order).days_when_unknown), cause)


def be_late(order: Order, arrives_on: date, cause: Cause) -> Change[Order]:
    """The goods arrive on a later day than promised: known or, until it is, estimated.

    The customer hears of it where the contract names the day; another day is broken quietly (001 售中 理由).
    """
    current = order.promises.current("arrive")
    if order.ended or current is None or current.stage != "open":
        return Change(order)
    if current.basis != "contract":
        return break_promise(order, "arrive", cause)
    broken = order.but(promises=order.promises.broken("arrive"))
    return _announce(broken, current.on, arrives_on, "transport", None, "arrive", cause=cause)


def miss_shipping(order: Order, rules: Rules, cause: Cause) -> Change[Order]:
    """The promised day has ended and the goods are still here: broken, and told with the next day that can be named."""
    broken = break_promise(order, "ship", cause)
    day = order.in_days(cause.now, rules.of(order).days_when_unknown - 1)
    reason: DelayReason = "transport" if order.shipment.announced_ready else "goods_incomplete"
    if order.stage == "shipping" and order.lacks_word_of_crew:
        reason = "installers_unavailable"
    return broken.then(lambda order: estimate(order, day, reason, rules, cause))


def _announce(
    order: Order,
    promised: date,
    new: date,
    reason: DelayReason,
    text: str | None,
    kind: Literal["ship", "arrive"],
    *,
    estimated: bool = False,
    cause: Cause,
) -> Change[Order]:
    known = REASONS[reason]
    said = known.text if reason == "supply" else text
    delay = Delay(
        revision=len(order.delays) + 1,
        promised=promised,
        new=new,
        reason=reason,
        text=said or known.text,
        department=known.department,
        ready_percent=order.works.ready_percent,
        announced_at=cause.at,
        told_in_time=order.day(cause.at) < promised,
        estimated=estimated,
    )
    event = ShipmentDelayed.of(
        order.about,
        contract_no=order.contract.no,
        contract_ship_date=delay.promised,
        new_ship_date=delay.new,
        delay_days=delay.days,
        reason_code=delay.reason,
        reason_text=delay.text,
        ready_percent=delay.ready_percent,
        revision=delay.revision,
        delay_id=delay_id_of(order.id, delay.revision),
        supersedes=delay_id_of(order.id, delay.revision - 1) if order.delays else None,
        responsible_department=delay.department,
        told_before_contract_date=delay.told_in_time,
        kind=kind,
        estimated=estimated,
    )
    return Change(order.but(delays=(*order.delays, delay), last_delay_at=delay.announced_at), (event,))


def _assess_again(order: Order, new: date, rules: Rules, cause: Cause) -> Change[Order]:
    eve = rules.of(order).morning(order, new - timedelta(days=1))
    shipment = order.shipment.but(announced_ready=False)
    return Change(order.but(shipment=shipment).awaiting("readiness", max(eve, cause.now)))


def _escalate(order: Order, rules: Rules, cause: Cause) -> Change[Order]:
    delay = order.delays[-1]
    if delay.revision < rules.of(order).slips_before_escalation:
        return Change(order)
    detail = f"第{delay.revision}次延期，已比合同推迟{delay.days}天（{delay.text}）"
    return raise_exception(order, "schedule", detail, cause)
