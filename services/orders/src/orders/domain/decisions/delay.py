"""How a delay is decided and told: with its reason, in whole days, before the customer asks."""

from datetime import date, datetime, time, timedelta
from typing import Literal

from orders.domain.decisions.duty import follow_duties
from orders.domain.decisions.exception import raise_exception
from orders.domain.decisions.promise import break_promise, promise
from orders.domain.order import Order
from orders.domain.parts.deadline import READINESS
from orders.domain.parts.delay import NOT_SENT, ON_THE_ROAD, REASONS, Delay, UntoldDelay, delay_id_of
from orders.domain.parts.promise import turned
from orders.domain.parts.times import day_ahead
from orders.domain.policy.policy import Rules
from shared.aggregate import Cause, Change, Refused
from shared.contracts.departments import DelayReason, ProductionDelayed
from shared.contracts.orders import ShipmentDelayed
from shared.contracts.vocabulary import Prose


def slip(order: Order, new: date, reason: DelayReason, said: str | None, rules: Rules, cause: Cause) -> Change[Order]:
    """The goods will not leave on the promised day but on a later one; every further slip is a new revision.

    Days are counted from the contract's day. A date that is no later than what the customer has been told is no news,
    and neither is one that has passed: after a standstill one delay is told, with a day that is still to come.
    Before it is told, customer service may read what was `said` of the reason and word it, within a short term.
    """
    return _held(order, new, reason, said, rules, estimated=False, cause=cause)


def estimate(order: Order, new: date, reason: DelayReason, rules: Rules, cause: Cause) -> Change[Order]:
    """The same with a day that no department has named: to find out the true one is a duty (001 售中二c).

    A customer who was told that the day is not known hears nothing before it is; the goods are looked at again.
    """
    if order.day_unknown and _is_news(order, new, rules, estimated=True, cause=cause):
        return _watched(order, new, rules, cause)
    return _held(order, new, reason, None, rules, estimated=True, cause=cause)


def _held(
    order: Order, new: date, reason: DelayReason, said: str | None, rules: Rules, *, estimated: bool, cause: Cause
) -> Change[Order]:
    if not _is_news(order, new, rules, estimated=estimated, cause=cause) or _outweighs(order.untold, new, estimated):
        return Change(order)
    begun = order.untold.tell_by if order.untold else _tell_by(order, rules, cause)
    untold = UntoldDelay(
        new=new, reason=reason, said=said, estimated=estimated, known_at=cause.at, tell_by=begun or cause.now
    )
    known = Change(order.but(untold=untold))
    if begun is None:
        return known.then(lambda order: tell(order, None, rules, cause))
    return known.then(lambda order: follow_duties(order, rules, cause))


def _is_news(order: Order, new: date, rules: Rules, *, estimated: bool, cause: Cause) -> bool:
    """Whether the day is later than what the customer knows, and still to come."""
    if order.ended or order.dispatched_on or order.contract.ship_on is None or not order.contract.signed:
        return False
    return new > _told_day(order, order.contract.ship_on, estimated) and new >= rules.calendar.day(cause.now)


def _told_day(order: Order, promised: date, estimated: bool) -> date:
    """The latest day that the customer was told. An estimate is told without a day: after it any named one is news."""
    told = order.promises.current("ship")
    if told is None or (not estimated and order.delays and order.delays[-1].estimated):
        return promised
    return max(promised, told.on)


def _outweighs(untold: UntoldDelay | None, new: date, estimated: bool) -> bool:
    """Whether what waits to be told stays: a day that was named before an estimate, else the later of two."""
    if untold is None or untold.estimated != estimated:
        return untold is not None and estimated
    return untold.new >= new


def _tell_by(order: Order, rules: Rules, cause: Cause) -> datetime | None:
    """When the term for the words ends, in time before the contract's day; None when that is now."""
    end = rules.of(order).duties["word_delay"].term.due(cause.now, rules.calendar)
    promised = order.contract.ship_on
    if promised is None or rules.calendar.day(cause.now) >= promised:
        return end
    last = rules.calendar.moment(promised, time()) - timedelta(minutes=rules.of(order).told_before_minutes)
    return min(end, last) if cause.now < last else None


def word_delay(order: Order, new: date, text: Prose | None, rules: Rules, cause: Cause) -> Change[Order]:
    """Customer service has read a delay and tells it now, in these words or the usual ones of its reason (001 售中二c).

    Of trouble with supply only the usual words are told (003 三5). Refused: `illegal_transition`, `nothing_untold`,
    `delay_changed` when the day is another by now, `usual_words_only`.
    """
    order.lifecycle.must(order.stage, "word_delay")
    untold = order.untold
    if untold is None:
        raise Refused(
            "the customer has been told everything; a later day is announced with its reason", "nothing_untold"
        )
    if untold.new != new:
        raise Refused(f"the goods will leave on {untold.new} by now; read it and name that day", "delay_changed")
    if text and untold.reason == "supply":
        raise Refused(f"of trouble with supply only this is told: {untold.usual}", "usual_words_only", "reason_text")
    return tell(order, text, rules, cause)


def tell(order: Order, text: Prose | None, rules: Rules, cause: Cause) -> Change[Order]:
    """The customer is told what waits to be told, in these words or the usual ones; nothing, if it is no news now."""
    untold = order.untold
    if untold is None:
        return Change(order)
    read = order.but(untold=None)
    if not _is_news(order, untold.new, rules, estimated=untold.estimated, cause=cause):
        return follow_duties(read, rules, cause)
    return _told(read, untold.new, untold.reason, text, rules, estimated=untold.estimated, cause=cause)


def _told(
    order: Order, new: date, reason: DelayReason, text: str | None, rules: Rules, *, estimated: bool, cause: Cause
) -> Change[Order]:
    promised = order.contract.ship_on or new
    change = _announce(order, promised, new, reason, text, "ship", rules, estimated=estimated, cause=cause)
    change = change.then(lambda order: _watched(order, new, rules, cause))
    return change.then(lambda order: _escalate(order, rules, cause))


def _watched(order: Order, new: date, rules: Rules, cause: Cause) -> Change[Order]:
    """The goods are to leave on this day, or are looked at again before it."""
    change = promise(order, "ship", new, "reschedule", rules, cause)
    change = change.then(lambda order: _assess_again(order, new, rules, cause))
    return change.then(lambda order: follow_duties(order, rules, cause))


def postpone(
    order: Order, new: date, reason: DelayReason, text: str | None, rules: Rules, cause: Cause
) -> Change[Order]:
    """Staff name a later day and why; the customer hears it now, and nothing else that waited to be told.

    Refused: `illegal_transition`, `left_already`, `no_ship_date` before a signed contract names one, `not_later`,
    `past_day`, `far_day`.
    """
    order.lifecycle.must(order.stage, "postpone")
    if order.dispatched_on:
        raise Refused(f"the goods left on {order.dispatched_on}; nothing is left to delay", "left_already")
    promised = order.contract.ship_on
    if promised is None or not order.contract.signed:
        raise Refused("no signed contract names a ship date yet; agree on a day instead", "no_ship_date")
    day_ahead(new, rules.calendar.day(cause.at), rules.of(order).horizon_days, "new_ship_date")
    latest = _told_day(order, promised, estimated=False)
    if new <= latest:
        raise Refused(f"the customer has been told {latest}; a delay needs a later day", "not_later", "new_ship_date")
    return _told(order.but(untold=None), new, reason, text, rules, estimated=False, cause=cause)


def fall_behind(order: Order, fact: ProductionDelayed, rules: Rules, cause: Cause) -> Change[Order]:
    """Production will not make the date and says why and until when; the customer hears it (001 售中二c, 二d)."""
    if order.ended:
        return Change(order)
    ready = order.works.ready_percent if fact.ready_percent is None else fact.ready_percent
    works = order.works.but(ready_percent=ready, expected_ready_on=fact.expected_ready_on, told_at=cause.at)
    known = follow_duties(order.but(works=works), rules, cause)
    return known.then(lambda order: slip(order, fact.expected_ready_on, fact.reason, fact.reason_text, rules, cause))


def miss_arrival(order: Order, rules: Rules, cause: Cause) -> Change[Order]:
    """The promised day of arrival has ended without the goods: the customer hears it once.

    The new day is that on which the last of the goods are expected. Where no one knows it none is told: to find it out
    is a duty. Goods that wait for the customer's payment are not told to be late for another reason (004 三3).
    """
    current = order.promises.current("arrive")
    if current is None or order.awaits_payment:
        return break_promise(order, "arrive", cause)
    last = max(current.on, rules.calendar.day(cause.now) - timedelta(days=1))
    expected = order.shipment.expected_at if order.shipment.complete else None
    if expected is not None and (day := rules.calendar.day(expected)) > last:
        return be_late(order, day, rules, cause=cause)
    guess = last + timedelta(days=rules.of(order).days_when_unknown)
    return be_late(order, guess, rules, estimated=True, cause=cause)


def be_late(order: Order, arrives_on: date, rules: Rules, *, estimated: bool = False, cause: Cause) -> Change[Order]:
    """The goods arrive on a later day than promised: known or, until it is, estimated.

    The customer hears of it where the contract names the day; another day is broken quietly (001 售中 理由).
    """
    current = order.promises.current("arrive")
    if order.ended or current is None or current.stage != "open":
        return Change(order)
    if current.basis != "contract":
        return break_promise(order, "arrive", cause)
    broken = order.but(promises=turned(order.promises, "arrive", "broken"))
    reason: DelayReason = "transport" if order.shipment.under_way else "other"
    why = ON_THE_ROAD if order.shipment.under_way else NOT_SENT
    told = _announce(broken, current.on, arrives_on, reason, why, "arrive", rules, estimated=estimated, cause=cause)
    return told.then(lambda order: follow_duties(order, rules, cause))


def miss_shipping(order: Order, rules: Rules, cause: Cause) -> Change[Order]:
    """The promised day has ended and the goods are still here: broken, and told with the next day that can be named.

    Goods that wait for the customer's payment are not told to be late for another reason (004 三3).
    """
    if order.awaits_payment:
        return break_promise(order, "ship", cause)
    broken = Change(order) if order.day_unknown else break_promise(order, "ship", cause)
    day = rules.calendar.day(cause.now) + timedelta(days=rules.of(order).days_when_unknown - 1)
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
    rules: Rules,
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
        told_in_time=rules.calendar.day(cause.at) < promised,
        estimated=estimated,
        goods="rest" if kind == "ship" and order.shipment.in_part else "all",
        worded_by=cause.actor.id if cause.kind == "request" and said not in (None, known.text) else None,
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
        goods=delay.goods,
    )
    return Change(order.but(delays=(*order.delays, delay), last_delay_at=delay.announced_at), (event,))


def _assess_again(order: Order, new: date, rules: Rules, cause: Cause) -> Change[Order]:
    eve = rules.of(order).morning(rules.calendar, new - timedelta(days=1))
    shipment = order.shipment.but(announced_ready=False)
    return Change(order.but(shipment=shipment).awaiting(READINESS, max(eve, cause.now)))


def _escalate(order: Order, rules: Rules, cause: Cause) -> Change[Order]:
    delay = order.delays[-1]
    if delay.revision < rules.of(order).slips_before_escalation:
        return Change(order)
    detail = f"第{delay.revision}次延期，已比合同推迟{delay.days}天（{delay.text}）"
    return raise_exception(order, "schedule", detail, cause)
