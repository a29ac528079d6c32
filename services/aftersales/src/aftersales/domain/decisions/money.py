"""What a service costs us, what the customer pays for it, and who may fill that in (001 售后四, 备注1, 003 §9)."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from aftersales.domain.decisions.closing import await_refund
from aftersales.domain.decisions.dispatch import await_dispatch
from aftersales.domain.parts.blocks import FeeSignature
from aftersales.domain.parts.money import Charge, Cost, Mode, Payment, Refund, must_be_payable
from aftersales.domain.parts.times import is_to_come
from aftersales.domain.policy.policy import AftersalesPolicy, Rules
from aftersales.domain.service_order import ServiceOrder, comes_to_nothing, hands_in, who_fills_in_the_cost
from shared.aggregate import Cause, Change, Refused, must_be_another, must_be_recent, must_have_role, together
from shared.contracts.aftersales import (
    CalledOffServicePaid,
    CustomerChargePaid,
    CustomerChargeRaised,
    CustomerChargeRefunded,
    CustomerOverpaymentRefunded,
    ServiceCostRecorded,
)
from shared.contracts.event import Money
from shared.contracts.roles import Role
from shared.contracts.vocabulary import Line, PaperNo


def record_cost(
    order: ServiceOrder, material: Money, transport: Money, labour: Money, travel: Money, rules: Rules, cause: Cause
) -> Change[ServiceOrder]:
    """What the service cost. CS fills it in under warranty, finance outside it (001 售后四c).

    Filled in again, it replaces what was there. Refused to the others, and once the fee is charged: the customer pays
    what was signed (`already_charged`).
    """
    order.lifecycle.must(order.stage, "record_cost")
    if order.charge is not None:
        raise Refused(
            f"{order.charge.amount.amount} of this fee has been charged: what comes on top is another service order",
            "already_charged",
        )
    order.must_have_opinion()
    entitled = who_fills_in_the_cost(order.type, order.verdict)
    filled_by: Literal["cs", "finance"] = "finance" if entitled == (Role.FINANCE,) else "cs"
    work = "internal work" if order.type == "D" else f"a service whose warranty is {order.verdict}"
    must_have_role(f"the cost of {work}", entitled, cause)
    must_be_payable(material=material, transport=transport, labour=labour, travel=travel)
    cost = Cost(
        id=cause.derive("fee"),
        material=material,
        transport=transport,
        labour=labour,
        travel=travel,
        filled_by_role=filled_by,
        by=cause.actor.id,
    )
    recorded = ServiceCostRecorded.of(
        order.about,
        material=material,
        transport=transport,
        labour=labour,
        travel=travel,
        total=cost.total,
        filled_by_role=filled_by,
    )
    return (
        Change(order.but(cost=cost, fee_signatures=()), (recorded,))
        .then(lambda costed: await_dispatch(costed, rules, cause))
        .then(lambda costed: await_refund(costed, rules, cause))
    )


def sign_fee(order: ServiceOrder, fee: UUID, rules: Rules, cause: Cause) -> Change[ServiceOrder]:
    """The head of the department or the general manager signs the fee, each once (001 表1).

    `fee` is the id of the fee that they have seen: one that was filled in anew meanwhile is not signed by it
    (`fee_changed`), and a fee that is filled in anew is signed anew. A signed fee of 0 leaves nothing to pay: the job
    waits to be dispatched. Refused to the person who filled it in, and for a
    person's second signature (`four_eyes`).
    """
    order.lifecycle.must(order.stage, "sign_fee")
    order.authority.must("sign_fee", cause)
    if order.cost is None:
        raise Refused("there is no fee to sign: record the cost first", "fee_missing")
    if order.cost.id != fee:
        raise Refused(
            f"the fee was filled in anew meanwhile, {order.cost.total.amount} in all: "
            f"look at it and name that one, {order.cost.id}",
            "fee_changed",
        )
    capacity = order.authority.capacity_of(cause.actor.role)
    if any(each.capacity == capacity for each in order.fee_signatures):
        raise Refused(f"the fee carries the signature of its {capacity} already", "already_signed")
    who = "a fee is signed by two people, neither of whom has filled it in"
    must_be_another(who, *hands_in(order)["sign_fee"], cause=cause)
    signature = FeeSignature(capacity=capacity, by=cause.actor.id, at=cause.at)
    return (
        Change(order.but(fee_signatures=(*order.fee_signatures, signature)))
        .then(lambda signed: await_dispatch(signed, rules, cause))
        .then(lambda signed: await_refund(signed, rules, cause))
    )


def raise_charge(order: ServiceOrder, amount: Money, mode: Mode, rules: Rules, cause: Cause) -> Change[ServiceOrder]:
    """The customer has to pay the signed fee: before we come, if it is the customer's own fault.

    What came in before and is more than that is to be paid back. Refused without the signatures that the policy names,
    for another amount than the fee's total, for a fee of 0 (`free_of_charge`), for more on the spot than the policy
    allows, and for an invoice by others than finance (001 售后四a, 表1, 备注1; 003 §9).
    """
    order.lifecycle.must(order.stage, "raise_charge")
    if order.charge_policy == "free":
        raise Refused("this service is free of charge for the customer", "free_of_charge")
    if order.charge is not None:
        raise Refused(f"{order.charge.amount.amount} has been charged already", "already_charged")
    if order.charge_policy == "pay_first" and mode != "prepaid":
        raise Refused("the customer's own fault is paid before we come; the mode is prepaid", "pay_first", "mode")
    must_be_payable(amount=amount)
    _must_be_signed(order, amount)
    if comes_to_nothing(order):
        raise Refused("the signed fee is 0: there is nothing to charge", "free_of_charge")
    _must_suit(mode, amount, rules.of(order), cause)
    charged = order.but(charge=Charge(amount=amount, mode=mode))
    raised = CustomerChargeRaised.of(order.about_customer, amount=amount, mode=mode)
    change = Change(charged, (raised,))
    return (
        (change.announcing(_paid(charged)) if charged.paid else change)
        .then(lambda paid: await_dispatch(paid, rules, cause))
        .then(lambda paid: await_refund(paid, rules, cause))
    )


def receive_payment(
    order: ServiceOrder,
    amount: Money,
    received_at: datetime,
    invoice_no: PaperNo | None,
    rules: Rules,
    cause: Cause,
) -> Change[ServiceOrder]:
    """Money came in; a job that was held back for it waits to be dispatched from now on (001 备注1, 003 §9).

    It may come before it is charged; it is announced once everything is paid. What comes in for a service that was
    called off is to be paid back. So is what a department reports above the charge, or for a service that is free: it
    has come in; at a desk it is refused (`above_charged`, `free_of_charge`). Refused for more than an amount can be in
    all (`beyond_amount`), and for money that is yet to come (`received_in_future`).
    """
    order.lifecycle.must(order.stage, "receive_payment")
    if is_to_come(received_at, cause):
        raise Refused(
            "money is booked once it has come in; received_at lies in the future", "received_in_future", "received_at"
        )
    must_be_payable(amount=amount)
    if cause.kind == "request":
        _must_be_owed(order, amount)
    must_be_recent("the payment", received_at, cause, "received_at")
    together((order.received.amount, amount.amount))
    payment = Payment(
        amount=amount,
        at=received_at,
        invoice_no=invoice_no,
        entered_at=cause.now,
        id=cause.derive("payment"),
        late=order.stage == "called_off",
        by=cause.actor.id,
    )
    received = order.but(payments=(*order.payments, payment))
    change = Change(received)
    if payment.late:
        change = change.announcing(_paid_late(received, payment))
    elif received.paid and not order.paid:
        change = change.announcing(_paid(received))
    return change.then(lambda paid: await_dispatch(paid, rules, cause)).then(
        lambda paid: await_refund(paid, rules, cause)
    )


def refund(
    order: ServiceOrder, amount: Money, refunded_at: datetime, reference: Line | None, rules: Rules, cause: Cause
) -> Change[ServiceOrder]:
    """Finance pays back what the customer paid above the charge, or for a service that was called off (003 §7).

    Its duty is done then. Where more came in after the money was sent, what was owed before is taken as well, and the
    duty goes on. Refused where nothing is owed (`nothing_to_refund`), for another amount (`refund_differs`), for money
    that has not gone back yet (`future_date`), and to the person who called the service off (`four_eyes`).
    """
    order.lifecycle.must(order.stage, "refund")
    owed = order.owed_back
    if owed is None:
        raise Refused("nothing is to be paid back for this service", "nothing_to_refund")
    must_be_payable(amount=amount)
    if amount.amount not in order.owed_after_each_payment:
        raise Refused(f"{owed.amount} is owed to the customer; pay back that", "refund_differs", "amount")
    if is_to_come(refunded_at, cause):
        raise Refused(
            "a refund is entered once it went back; refunded_at lies in the future", "future_date", "refunded_at"
        )
    must_be_recent("the refund", refunded_at, cause, "refunded_at")
    who = "another person than the one who called the service off pays back what was paid for it"
    must_be_another(who, *hands_in(order)["refund"], cause=cause)
    back = Refund(amount=amount, at=refunded_at, reference=reference, by=cause.actor.id, entered_at=cause.now)
    first = order.refund is None
    paid_back = order.but(refund=back) if first else order.but(further_refunds=(*order.further_refunds, back))
    change = Change(paid_back, (_paid_back(order, back),))
    if paid_back.owed_back is not None:
        return change
    return change.then(rules.clocks.stop(rules.of(order).refund.name, cause=cause))


def _paid_late(order: ServiceOrder, payment: Payment) -> CalledOffServicePaid:
    return CalledOffServicePaid.of(
        order.about_customer,
        payment_id=payment.id,
        amount=payment.amount,
        received_at=payment.at,
        invoice_no=payment.invoice_no,
        owed=order.owed_back,
        by=payment.by,
    )


def _paid_back(order: ServiceOrder, back: Refund) -> CustomerChargeRefunded | CustomerOverpaymentRefunded:
    if order.stage == "called_off":
        return CustomerChargeRefunded.of(
            order.about_customer, amount=back.amount, refunded_at=back.at, reference=back.reference, by=back.by
        )
    return CustomerOverpaymentRefunded.of(
        order.about_customer, amount=back.amount, refunded_at=back.at, reference=back.reference, by=back.by
    )


def _paid(order: ServiceOrder) -> CustomerChargePaid:
    assert order.charge is not None
    return CustomerChargePaid.of(
        order.about_customer,
        amount=order.charge.amount,
        mode=order.charge.mode,
        invoice_no=order.payments[-1].invoice_no,
    )


def _must_be_owed(order: ServiceOrder, amount: Money) -> None:
    if order.charge_policy == "free":
        raise Refused(
            "this service is free of charge for the customer: the money is for something else", "free_of_charge"
        )
    owed = order.to_come
    if owed is not None and amount.amount > owed.amount:
        raise Refused(
            f"{owed.amount} of what is charged for this service is still to come: book no more than that here, "
            "and the rest on the service that it was paid for",
            "above_charged",
            "amount",
        )


def _must_be_signed(order: ServiceOrder, amount: Money) -> None:
    if order.cost is None:
        raise Refused("the fee is charged after it is filled in: record the cost first", "fee_missing")
    if lacking := order.unsigned_by:
        raise Refused(f"the fee is signed before it is charged; missing: {', '.join(lacking)}", "fee_unsigned")
    if amount != order.cost.total:
        raise Refused(
            f"the signed fee is {order.cost.total.amount}; charge that, or record it anew", "fee_differs", "amount"
        )


def _must_suit(mode: Mode, amount: Money, policy: AftersalesPolicy, cause: Cause) -> None:
    if mode == "on_spot" and amount.amount > policy.on_spot_up_to:
        raise Refused(
            f"more than {policy.on_spot_up_to} is invoiced by finance (mode invoiced)", "too_much_on_spot", "mode"
        )
    if mode == "invoiced":
        must_have_role("issuing the invoice", (Role.FINANCE,), cause)
