"""What a service costs us, what the customer pays for it, and who may fill that in (001 售后四, 备注1, 003 §9)."""

from datetime import datetime

from aftersales.domain.decisions.dispatch import await_dispatch
from aftersales.domain.parts.money import Charge, Cost, Mode, Payment
from aftersales.domain.policy.policy import Rules
from aftersales.domain.service_order import ServiceOrder
from shared.aggregate import Cause, Change, Refused
from shared.contracts.aftersales import CustomerChargePaid, CustomerChargeRaised, ServiceCostRecorded
from shared.contracts.event import Money
from shared.contracts.roles import Role
from shared.contracts.vocabulary import Line

CURRENCY = "CNY"
"""Services are charged and settled in one currency."""


def record_cost(
    order: ServiceOrder, material: Money, transport: Money, labour: Money, travel: Money, cause: Cause
) -> Change[ServiceOrder]:
    """What the service cost. CS fills it in under warranty, finance outside it (001 售后四c).

    Filled in again, it replaces what was there. Refused to the others.
    """
    order.lifecycle.must(order.stage, "record_cost")
    filled_by = "cs" if order.verdict == "in_warranty" or order.type == "D" else "finance"
    if (cause.actor.role == Role.FINANCE) != (filled_by == "finance"):
        raise Refused(
            f"the warranty is {order.verdict}: {filled_by} fills in the cost, not {cause.actor.role}", "cost_authority"
        )
    _must_be_payable(material, transport, labour, travel)
    cost = Cost(
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
    return Change(order.but(cost=cost), (recorded,))


def raise_charge(order: ServiceOrder, amount: Money, mode: Mode, rules: Rules, cause: Cause) -> Change[ServiceOrder]:
    """The customer has to pay: before we come, if it is the customer's own fault (001 售后四a, 备注1; 003 §9)."""
    order.lifecycle.must(order.stage, "raise_charge")
    if order.charge_policy == "free":
        raise Refused("this service is free of charge for the customer", "free_of_charge")
    if order.charge is not None:
        raise Refused(f"{order.charge.amount.amount} has been charged already", "already_charged")
    if order.charge_policy == "pay_first" and mode != "prepaid":
        raise Refused("the customer's own fault is paid before we come; the mode is prepaid", "pay_first")
    _must_be_payable(amount)
    charged = order.but(charge=Charge(amount=amount, mode=mode))
    raised = CustomerChargeRaised.of(order.about_customer, amount=amount, mode=mode)
    change = Change(charged, (raised,))
    return (change.announcing(_paid(charged)) if charged.paid else change).then(
        lambda paid: await_dispatch(paid, rules, cause)
    )


def receive_payment(
    order: ServiceOrder,
    amount: Money,
    received_at: datetime,
    invoice_no: Line | None,
    rules: Rules,
    cause: Cause,
) -> Change[ServiceOrder]:
    """Money came in; a job that was held back for it waits to be dispatched from now on (001 备注1, 003 §9).

    It may come before it is charged; it is announced once everything is paid.
    """
    order.lifecycle.must(order.stage, "receive_payment")
    _must_be_payable(amount)
    payment = Payment(amount=amount, at=received_at, invoice_no=invoice_no)
    received = order.but(payments=(*order.payments, payment))
    change = Change(received)
    return (change.announcing(_paid(received)) if received.paid and not order.paid else change).then(
        lambda paid: await_dispatch(paid, rules, cause)
    )


def _paid(order: ServiceOrder) -> CustomerChargePaid:
    assert order.charge is not None
    return CustomerChargePaid.of(
        order.about_customer,
        amount=order.charge.amount,
        mode=order.charge.mode,
        invoice_no=order.payments[-1].invoice_no,
    )


def _must_be_payable(*amounts: Money) -> None:
    if any(amount.currency != CURRENCY for amount in amounts):
        raise Refused(f"services are charged and settled in {CURRENCY}", "other_currency")
    if any(amount.amount < 0 for amount in amounts):
        raise Refused("an amount is 0 or more", "negative_amount")
