"""What a fact about an order says about its warranty, and what its customer is reminded of (001 售后四, 002 三3)."""

from aftersales.domain.covered_order import CoveredOrder
from aftersales.domain.decisions.reminders import plan_reminders
from aftersales.domain.policy.policy import Rules
from shared.aggregate import Cause, Change
from shared.contracts.aftersales import WarrantyOverride
from shared.contracts.intake import OrderPlaced
from shared.contracts.orders import AcceptancePassed, ContractSigned, OrderCancelled, OrderClosed
from shared.contracts.vocabulary import CustomerSnapshot


def cover(order: CoveredOrder, placed: OrderPlaced, rules: Rules, cause: Cause) -> Change[CoveredOrder]:
    """The order is placed; what it says about the contract holds until the contract is signed."""
    goods = tuple(dict.fromkeys(line.description for line in placed.lines))
    known = order.but(customer=_known_as(placed.customer), goods=goods)
    if not order.signed:
        contract_no = placed.contract_no or order.contract_no
        known = known.but(contract_no=contract_no, registered_date=placed.contract_date)
    return plan_reminders(known, rules, cause)


def date_contract(order: CoveredOrder, signed: ContractSigned, rules: Rules, cause: Cause) -> Change[CoveredOrder]:
    """The contract is signed: its number, date and months are the ones that count (001 售后四b)."""
    known = order.but(
        customer=_known_as(signed.customer),
        contract_no=signed.contract_no,
        registered_date=signed.signed_on,
        months=signed.warranty_months,
        signed=True,
    )
    return plan_reminders(known, rules, cause)


def date_acceptance(order: CoveredOrder, passed: AcceptancePassed, rules: Rules, cause: Cause) -> Change[CoveredOrder]:
    """The customer accepted the work; the local day counts where a company's rule says so."""
    known = order.but(customer=_known_as(passed.customer), accepted_on=rules.calendar.day(passed.accepted_at))
    return plan_reminders(known if order.contract_no else known.but(contract_no=passed.contract_no), rules, cause)


def complete_order(order: CoveredOrder, closed: OrderClosed, cause: Cause) -> Change[CoveredOrder]:
    """The order is installed, accepted and paid: what comes now is after-sales (001 售后 定义)."""
    return Change(order.but(customer=_known_as(closed.customer), closed=True))


def end_coverage(order: CoveredOrder, cancelled: OrderCancelled, rules: Rules, cause: Cause) -> Change[CoveredOrder]:
    """The order is cancelled: its customer is reminded no more, and a person decides whether a warranty holds."""
    return plan_reminders(order.but(customer=_known_as(cancelled.customer), cancelled=True), rules, cause)


def keep_decision(order: CoveredOrder, decided: WarrantyOverride, rules: Rules, cause: Cause) -> Change[CoveredOrder]:
    """What a person decided about the warranty last; an earlier decision that is heard of later changes nothing."""
    before = order.decided.at if order.decided else None
    if before is not None and (decided.at is None or decided.at < before):
        return Change(order)
    return plan_reminders(order.but(decided=decided), rules, cause)


def _known_as(customer: CustomerSnapshot) -> CustomerSnapshot:
    """Without number and address: years later only those in the customer's file are right."""
    return customer.but(mobile=None, email=None)
