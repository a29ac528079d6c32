"""How a service order ends: done and archived, or called off (001 表1, 003 §7, §10)."""

from aftersales.domain.parts.blocks import Result
from aftersales.domain.parts.withdrawal import Withdrawal
from aftersales.domain.policy.policy import Rules
from aftersales.domain.service_order import ServiceOrder, unwritten, waits_for_charge
from shared.aggregate import Cause, Change, Refused
from shared.clocks import Matter
from shared.contracts.aftersales import InternalWorkCalledOff, ServiceOrderCalledOff, ServiceOrderClosed
from shared.contracts.vocabulary import Line, Prose, StaffId


def close(order: ServiceOrder, result: Prose, head: Line | None, cause: Cause) -> Change[ServiceOrder]:
    """Done and archived: customer service writes the result block, with the name of its head, and signs it.

    Needs every other block of form 1, the manager's countersignature, and the charge where the customer has to pay
    (001 表1, 售后六a, 003 §10).
    """
    order.lifecycle.must(order.stage, "close")
    if lacking := unwritten(order):
        raise Refused(f"the form is not complete; missing: {', '.join(lacking)}", "incomplete_form")
    if order.type != "D" and order.countersignature is None:
        raise Refused("the manager countersigns the voucher before it is archived", "countersignature_missing")
    if waits_for_charge(order):
        raise Refused("the customer has to pay for this service and has not been charged yet", "charge_missing")
    closed = ServiceOrderClosed.of(
        order.about,
        type=order.type,
        closed_at=cause.at,
        result=result,
        serviced_at=order.visits[-1].ended_at if order.visits else None,
        item=order.item,
        closed_by=cause.actor.id,
        complaint_id=order.complaint_id,
        customer=order.customer,
        cost=order.cost.total if order.cost else None,
        charged=order.charge.amount if order.charge else None,
        request_id=order.request_id,
        fault=None if order.type == "D" else order.fault,
        order_no=order.order_no,
        contract_no=order.contract_no,
        verdict=None if order.type == "D" else order.verdict,
        technician=order.technician,
        visits=len(order.visits),
        technicians=tuple(dict.fromkeys(each.technician for each in order.visits)),
        type_label=order.type_label,
        materials=order.materials,
    )
    block = Result(feedback=result, head=head, by=cause.actor.id, at=cause.at)
    return Change(order.but(stage="closed", result=result, result_block=block, closed_at=cause.at), (closed,))


def call_off(
    order: ServiceOrder, reason: Prose, withdrawn_by: StaffId, rules: Rules, cause: Cause
) -> Change[ServiceOrder]:
    """The customer withdrew the request: its duties end, and the appointment with them (003 §7).

    `withdrawn_by` is the person who entered that, for the four eyes on the refund; the cause may be another person's,
    who opened the voucher meanwhile.

    Those who prepare it hear which technician stays, which parts are not needed and what is to be paid back, which is
    finance's duty from now on.
    """
    return _call_off(order, reason, withdrawn_by, request_goes_on=False, rules=rules, cause=cause)


def call_off_alone(order: ServiceOrder, reason: Prose, rules: Rules, cause: Cause) -> Change[ServiceOrder]:
    """This voucher is not needed, and its request goes on: each voucher of a request ends by itself (003 §7, §10).

    As where the request is withdrawn. A customer who knows of it is told; whether the request needs another voucher,
    the register says. Internal work that was opened by mistake ends without a customer (003 §13).
    """
    return _call_off(order, reason, cause.actor.id, request_goes_on=True, rules=rules, cause=cause)


def _call_off(
    order: ServiceOrder, reason: Prose, withdrawn_by: StaffId, request_goes_on: bool, rules: Rules, cause: Cause
) -> Change[ServiceOrder]:
    order.lifecycle.must(order.stage, "call_off")
    withdrawn = Withdrawal(reason=reason, by=withdrawn_by, at=cause.at)
    over = order.but(stage="called_off", appointment=None, priority=False, withdrawn=withdrawn)
    if order.type == "D":
        return Change(over, (InternalWorkCalledOff.of(order.about, reason=reason, by=withdrawn_by),))
    called_off = ServiceOrderCalledOff.of(
        order.about_customer,
        reason=reason,
        technician=order.technician if order.stage == "dispatched" else None,
        appointment=order.appointment.day if order.appointment else None,
        parts_form_no=order.supply.form_no if order.supply else None,
        paid=order.kept if order.kept.amount else None,
        request_goes_on=request_goes_on,
        known_to_customer=_known_to_customer(order),
    )
    ended = Change(over, (called_off,)).then(rules.clocks.drop(cause=cause))
    return ended.then(lambda order: await_refund(order, rules, cause))


def _known_to_customer(order: ServiceOrder) -> bool:
    """Whether the customer waits for a technician or for another window, was visited, or was asked for money."""
    return bool(order.appointment or order.put_off_from or order.technician or order.charge or order.payments)


def await_refund(order: ServiceOrder, rules: Rules, cause: Cause) -> Change[ServiceOrder]:
    """What the customer has to get back is finance's duty; it ends where nothing is owed any more.

    Unchanged while it runs already.
    """
    policy = rules.of(order)
    if order.owed_back is None:
        return rules.clocks.drop(policy.refund.name, cause=cause)(order)
    if order.customer is None or order.clock(policy.refund.name):
        return Change(order)
    matter = Matter(about=order.voucher_no, customer_id=order.customer.customer_id)
    return rules.clocks.start(policy.refund, matter, cause, policy=policy)(order)
