"""What a service costs us, what the customer pays for it, and who may fill that in (001 售后四, 备注1, 003 §9)."""

from typing import Self

from aftersales.domain.voucher import Charge, Cost, Payment, Voucher
from shared.aggregate import Change, Refused
from shared.contracts.aftersales import CustomerChargePaid, CustomerChargeRaised, ServiceCostRecorded
from shared.contracts.event import Actor, Event, Money

CURRENCY = "CNY"
"""Services are charged and settled in one currency."""

_FINANCE = "finance"


class Billable(Voucher):
    """A service order as far as money goes."""

    def record_cost(self, material: Money, transport: Money, labour: Money, travel: Money, by: Actor) -> Change[Self]:
        """What the service cost. CS fills it in under warranty, finance outside it (001 售后四c).

        Filled in again, it replaces what was there. Refused to the others.
        """
        self.must("record_cost")
        filled_by = "cs" if self.verdict == "in_warranty" or self.type == "D" else "finance"
        if (by.role == _FINANCE) != (filled_by == _FINANCE):
            raise Refused(
                f"the warranty is {self.verdict}: {filled_by} fills in the cost, not {by.role}", "cost_authority"
            )
        cost = Cost(
            material=material, transport=transport, labour=labour, travel=travel, filled_by_role=filled_by, by=by.id
        )
        _payable(*cost.parts)
        recorded = ServiceCostRecorded(**cost.model_dump(exclude={"by"}), total=cost.total, **self._named())
        return Change(self.but(cost=cost), (recorded,))

    def _charged(self, charge: Charge) -> Change[Self]:
        self.must("raise_charge")
        if self.charge_policy == "free":
            raise Refused("this service is free of charge for the customer", "free_of_charge")
        if self.charge is not None:
            raise Refused(f"{self.charge.amount.amount} has been charged already", "already_charged")
        if self.charge_policy == "pay_first" and charge.mode != "prepaid":
            raise Refused("the customer's own fault is paid before we come; the mode is prepaid", "pay_first")
        _payable(charge.amount)
        charged = self.but(charge=charge)
        raised = CustomerChargeRaised(**charge.model_dump(), customer=self.customer, **self._named())
        return Change(charged, (raised, *charged._payment_completed()))

    def _received(self, payment: Payment) -> Change[Self]:
        """Money may come before it is charged; it is announced once everything is paid."""
        _payable(payment.amount)
        received = self.but(payments=(*self.payments, payment))
        return Change(received, () if self.paid else received._payment_completed())

    def _payment_completed(self) -> tuple[Event, ...]:
        if self.charge is None or not self.paid:
            return ()
        paid = CustomerChargePaid(
            amount=self.charge.amount,
            mode=self.charge.mode,
            invoice_no=self.payments[-1].invoice_no,
            customer=self.customer,
            **self._named(),
        )
        return (paid,)


def _payable(*amounts: Money) -> None:
    if any(amount.currency != CURRENCY for amount in amounts):
        raise Refused(f"services are charged and settled in {CURRENCY}", "other_currency")
    if any(amount.amount < 0 for amount in amounts):
        raise Refused("an amount is 0 or more", "negative_amount")
