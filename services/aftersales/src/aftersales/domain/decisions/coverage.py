"""What a fact about an order says about its warranty (001 售后四)."""

from aftersales.domain.covered_order import CoveredOrder
from aftersales.domain.policy.policy import Rules
from shared.aggregate import Cause, Change
from shared.contracts.intake import OrderPlaced
from shared.contracts.orders import AcceptancePassed, ContractSigned, OrderClosed


def cover(order: CoveredOrder, placed: OrderPlaced, cause: Cause) -> Change[CoveredOrder]:
    """The order is placed; what it says about the contract holds until the contract is signed."""
    known = order.but(customer_id=placed.customer.customer_id)
    if order.signed:
        return Change(known)
    contract_no = placed.contract_no or order.contract_no
    return Change(known.but(contract_no=contract_no, registered_date=placed.contract_date))


def date_contract(order: CoveredOrder, signed: ContractSigned, cause: Cause) -> Change[CoveredOrder]:
    """The contract is signed: its number, date and months are the ones that count (001 售后四b)."""
    return Change(
        order.but(
            customer_id=signed.customer.customer_id,
            contract_no=signed.contract_no,
            registered_date=signed.signed_on,
            months=signed.warranty_months,
            signed=True,
        )
    )


def date_acceptance(order: CoveredOrder, passed: AcceptancePassed, rules: Rules, cause: Cause) -> Change[CoveredOrder]:
    """The customer accepted the work; the local day counts where a company's rule says so."""
    accepted_on = rules.day(passed.accepted_at)
    known = order.but(customer_id=passed.customer.customer_id, accepted_on=accepted_on)
    return Change(known if order.contract_no else known.but(contract_no=passed.contract_no))


def complete_order(order: CoveredOrder, closed: OrderClosed, cause: Cause) -> Change[CoveredOrder]:
    """The order is installed, accepted and paid: what comes now is after-sales (001 售后 定义)."""
    return Change(order.but(customer_id=closed.customer.customer_id, closed=True))
