"""Material for a service: asked for after opinion and fee, promised, made ready, used; expenses (001 售后五, 六a)."""

from datetime import date, datetime

from aftersales.domain.decisions.dispatch import await_dispatch
from aftersales.domain.parts.money import must_be_payable
from aftersales.domain.parts.supply import Expense, PartLine, Supply
from aftersales.domain.policy.policy import AftersalesPolicy, Rules
from aftersales.domain.service_order import ServiceOrder, was_off_before
from shared.aggregate import Cause, Change, Refused, must_be_near
from shared.clocks import GivenEnd, Matter
from shared.contracts.aftersales import (
    ExpenseClaimed,
    PartNeeded,
    PartsReady,
    PartsRequested,
    ServicePartsDelayed,
    ServiceVisitPutOff,
)
from shared.contracts.event import Money
from shared.contracts.vocabulary import Line


def request_parts(
    order: ServiceOrder, parts: tuple[PartNeeded, ...], needed_by: date | None, rules: Rules, cause: Cause
) -> Change[ServiceOrder]:
    """The sales assistant orders material under the number of the form, after opinion and fee (001 售后五).

    While it is waited for, no technician has to be sent. A part that is named twice, a second request before the first
    is ready, and a day in the past are refused.
    """
    order.lifecycle.must(order.stage, "request_parts")
    order.must_have_opinion()
    if order.cost is None:
        raise Refused("material is ordered after the fee: record the cost first, be it 0", "fee_missing")
    if order.waits_for_parts:
        raise Refused("parts are requested already; say when they are ready first", "parts_requested")
    _must_be_to_come(needed_by, rules, cause, "needed_by")
    numbers = [part.part_no for part in parts]
    if twice := sorted({number for number in numbers if numbers.count(number) > 1}):
        raise Refused(
            f"each part has one line with its quantity; named twice: {', '.join(twice)}", "part_twice", "parts"
        )
    form_no = order.register_no or order.voucher_no
    supply = Supply(
        form_no=form_no,
        lines=_with_used(order, parts),
        needed_by=needed_by,
        requested_by=cause.actor.id,
        requested_at=cause.at,
    )
    requested = PartsRequested(service_order_id=order.id, form_no=form_no, parts=parts, needed_by=needed_by)
    waiting = Change(order.but(supply=supply), (requested,))
    return waiting.then(lambda asked: await_dispatch(asked, rules, cause)).then(
        lambda asked: await_parts(asked, rules, cause)
    )


def promise_parts(order: ServiceOrder, on: date, rules: Rules, cause: Cause) -> Change[ServiceOrder]:
    """Operations says on which day the parts come. Later than the appointment, the customer hears of it now.

    The duty to have them ready ends with that day. Refused when none were requested, and for a day in the past.
    """
    order.lifecycle.must(order.stage, "promise_parts")
    supply = _requested(order)
    _must_be_to_come(on, rules, cause, "on")
    promised = order.but(supply=supply.but(promised_on=on))
    if order.appointment is None or on <= order.appointment.day:
        return await_parts(promised, rules, cause)
    late = ServicePartsDelayed.of(order.about_customer, appointment=order.appointment.day, promised_on=on)
    return await_parts(_off(promised), rules, cause).announcing(late)


def await_parts(order: ServiceOrder, rules: Rules, cause: Cause) -> Change[ServiceOrder]:
    """To have the parts ready is a duty until the promised day ends, without one until the term of the policy ends.

    In any case it ends before the appointment begins, by the time of the policy in which the customer can still be
    told; for an appointment that is nearer than that, when it begins. Unchanged while no parts are waited for, and for
    a duty that ends then already.
    """
    if order.supply is None or not order.waits_for_parts:
        return Change(order)
    policy, promised, since = rules.of(order), order.supply.promised_on, order.supply.requested_at
    end = rules.calendar.moment(promised) if promised else policy.parts.term.due(since, rules.calendar)
    last = GivenEnd(end, "配件承诺到货日期") if promised else None
    ends = [(end, last), *_before(order, policy)]
    ahead = [each for each in ends if each[0] > cause.at]
    if not ahead:
        return Change(order)
    due, follows = min(ahead, key=lambda each: each[0])
    running = order.clock(policy.parts.name)
    if running is not None and running.due_at == due:
        return Change(order)
    return rules.clocks.start(policy.parts, _matter(order), cause, policy=policy, since=since, due_at=follows)(order)


def _before(order: ServiceOrder, policy: AftersalesPolicy) -> tuple[tuple[datetime, GivenEnd], ...]:
    """When the parts have to be ready for the appointment: early enough to tell the customer, or as it begins."""
    if order.appointment is None:
        return ()
    begins = order.appointment.begins
    told = begins - policy.late_parts_told_before
    return (
        (told, GivenEnd(told, "约定的上门时间减去提前告知客户的时间")),
        (begins, GivenEnd(begins, "约定的上门时间")),
    )


def put_off_visit(order: ServiceOrder, cause: Cause) -> Change[ServiceOrder]:
    """The parts are not there in time: a customer with an appointment hears that it is off before it begins.

    Unchanged without an appointment.
    """
    if order.appointment is None or not order.waits_for_parts:
        return Change(order)
    told = ServiceVisitPutOff.of(order.about_customer, appointment=order.appointment.day)
    return Change(_off(order), (told,))


def _off(order: ServiceOrder) -> ServiceOrder:
    """The order without its window, of which the customer hears that it is off."""
    return order.but(appointment=None, put_off_from=order.appointment.begins if order.appointment else None)


def ready_parts(order: ServiceOrder, rules: Rules, cause: Cause) -> Change[ServiceOrder]:
    """The parts lie ready: from now on a technician has to be sent (001 售后五)."""
    order.lifecycle.must(order.stage, "ready_parts")
    supply = _requested(order)
    ready = Change(
        order.but(supply=supply.but(ready_at=cause.at)),
        (PartsReady(service_order_id=order.id, form_no=supply.form_no),),
    )
    clock = rules.of(order).parts
    return ready.then(rules.clocks.stop(clock.name, cause=cause)).then(
        lambda waiting: await_dispatch(waiting, rules, cause)
    )


def use_part(order: ServiceOrder, part_no: Line, quantity: int, cause: Cause) -> Change[ServiceOrder]:
    """The technician built it in; what was countersigned before is countersigned anew.

    Refused for a part that was never requested, or more of it than was.
    """
    order.lifecycle.must(order.stage, "use_part")
    lines = order.supply.lines if order.supply else ()
    line = next((each for each in lines if each.part_no == part_no), None)
    if order.supply is None or line is None:
        known = ", ".join(each.part_no for each in lines) or "none"
        raise Refused(
            f"{part_no} was never requested for this service; requested: {known}", "part_not_requested", "part_no"
        )
    left = line.quantity - line.used
    if quantity > left:
        raise Refused(f"{left} of {part_no} are left of {line.quantity} requested", "too_many_parts", "quantity")
    used = tuple(each.but(used=each.used + quantity) if each == line else each for each in lines)
    return Change(order.but(supply=order.supply.but(lines=used), countersignature=None))


def claim_expense(order: ServiceOrder, amount: Money, reason: Line, cause: Cause) -> Change[ServiceOrder]:
    """The technician claims what he laid out, once the customer has signed, or the service is off (001 售后六a).

    Refused for a service that was called off before a technician was sent (`no_technician_sent`).
    """
    order.lifecycle.must(order.stage, "claim_expense")
    if was_off_before(order):
        raise Refused(
            "this service was called off before a technician was sent: there is nothing to claim",
            "no_technician_sent",
        )
    must_be_payable(amount=amount)
    if amount.amount <= 0:
        raise Refused("an expense is more than 0", "negative_amount", "amount")
    id = cause.derive("expense")
    claim = Expense(id=id, amount=amount, reason=reason, by=cause.actor.id, at=cause.at, entered_at=cause.now)
    claimed = ExpenseClaimed(claim_id=id, service_order_id=order.id, amount=amount, by=cause.actor.id)
    return Change(order.but(expenses=(*order.expenses, claim)), (claimed,))


def _with_used(order: ServiceOrder, parts: tuple[PartNeeded, ...]) -> tuple[PartLine, ...]:
    """The new lines behind those of an earlier request that were used."""
    earlier = {line.part_no: line for line in order.supply.lines} if order.supply else {}
    for part in parts:
        before = earlier.get(part.part_no)
        quantity = part.quantity + (before.quantity if before else 0)
        earlier[part.part_no] = PartLine(part_no=part.part_no, quantity=quantity, used=before.used if before else 0)
    return tuple(earlier.values())


def _requested(order: ServiceOrder) -> Supply:
    if order.supply is None or not order.waits_for_parts:
        raise Refused("no parts are waited for; the sales assistant requests them first", "no_parts_requested")
    return order.supply


def _must_be_to_come(day: date | None, rules: Rules, cause: Cause, field: str) -> None:
    today = rules.calendar.day(cause.at)
    if day is not None and day < today:
        raise Refused(f"the day is {today} or later", "day_is_past", field)
    if day is not None:
        must_be_near(day, cause, field)


def _matter(order: ServiceOrder) -> Matter:
    return Matter(about=order.voucher_no, customer_id=order.customer.customer_id if order.customer else None)
