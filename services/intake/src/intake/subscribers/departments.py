"""What departments ask of intake itself: to open a customer's file, to take an order, to drop one."""

from uuid import UUID

from intake.domain.customer import Customer, customer_id_of
from intake.domain.decisions.placement import take, withdraw
from intake.domain.decisions.registration import introduce
from intake.domain.order import Order
from intake.domain.parts.papers import Papers
from intake.domain.parts.verification import Verification
from intake.domain.policy.policy import Rules
from intake.store import Stores
from shared.aggregate import Cause, NotFound
from shared.contracts.departments import (
    CustomerIntroduced,
    CustomerIntroducedByEngineering,
    IntroducedCustomer,
    OrderRequested,
    OrderWithdrawn,
)
from shared.contracts.intake import Contact, Particulars, Wish
from shared.contracts.vocabulary import CustomerSnapshot, DepartmentName
from shared.store import Touch
from shared.subscriptions import Subscriptions


def subscribe(on: Subscriptions, stores: Stores, rules: Rules) -> None:
    """Subscribe to the facts that intake acts on itself."""

    @on(CustomerIntroduced)
    def open_file_for_sales(event: CustomerIntroduced, cause: Cause) -> Touch[Customer]:
        """A customer whom the marketing centre found has a file (002 尾1)."""
        return _introduced(stores, event.customer, "sales", cause)

    @on(CustomerIntroducedByEngineering)
    def open_file_for_engineering(event: CustomerIntroducedByEngineering, cause: Cause) -> Touch[Customer]:
        """A customer whom engineering met on a site has a file (002 尾1)."""
        return _introduced(stores, event.customer, "engineering", cause)

    @on(OrderRequested)
    async def take_order(event: OrderRequested, cause: Cause) -> tuple[Touch[Customer], Touch[Order]]:
        """Sales's order is taken as if it had come in on a form, and its customer has a file (004 三2)."""
        customer = await _as_we_know(stores, event.customer)
        order = Order.blank(_wish(event), customer, cause)
        verification = _verification(event)
        return (
            _introduced(stores, event.customer, "sales", cause),
            stores.orders.touch(
                order.id, lambda known: take(known, order.wish, verification, Papers(), rules, cause), order
            ),
        )

    @on(OrderWithdrawn)
    def drop_order(event: OrderWithdrawn, cause: Cause) -> Touch[Order]:
        """An order that was never verified goes no further; one that was is stopped by orders."""
        return stores.orders.touch(event.order_id, lambda order: withdraw(order, cause))


def _introduced(stores: Stores, introduced: IntroducedCustomer, by: DepartmentName, cause: Cause) -> Touch[Customer]:
    id = customer_id_of(by, introduced.customer_no)
    blank = Customer(id=id, particulars=_particulars(introduced), source=by)
    return stores.customers.touch(id, lambda known: introduce(known, cause), blank)


def _particulars(introduced: IntroducedCustomer) -> Particulars:
    contact = Contact(
        name=introduced.contact_name or introduced.name,
        title=introduced.title,
        mobile=introduced.mobile,
        email=introduced.email,
        locale=introduced.locale,
    )
    return Particulars(
        customer_no=introduced.customer_no,
        name=introduced.name,
        kind=introduced.kind,
        trade=introduced.trade,
        contacts=(contact,),
        address=introduced.address,
        region=introduced.region,
    )


async def _as_we_know(stores: Stores, introduced: IntroducedCustomer) -> CustomerSnapshot:
    """The customer as our file says, which may have been corrected since, or else as sales says."""
    id = customer_id_of("sales", introduced.customer_no)
    try:
        return (await stores.customers.leading(id)).snapshot()
    except NotFound:
        return _snapshot(id, introduced)


def _snapshot(id: UUID, introduced: IntroducedCustomer) -> CustomerSnapshot:
    return CustomerSnapshot(
        customer_id=id,
        kind=introduced.kind,
        name=introduced.name,
        contact_name=introduced.contact_name,
        title=introduced.title,
        mobile=introduced.mobile,
        email=introduced.email,
        locale=introduced.locale,
    )


def _wish(event: OrderRequested) -> Wish:
    return Wish(
        order_no=event.order_no,
        kind=event.kind,
        lines=event.lines,
        total=event.total,
        contract_no=event.contract_no,
        contract_date=event.contract_date,
        requested_ship_date=event.promised_ship_date,
        promised_arrival_date=event.promised_arrival_date,
        site_address=event.site_address,
        region=event.region,
        sales_owner=event.sales_owner,
        intake_channel="department",
        source_department="sales",
    )


def _verification(event: OrderRequested) -> Verification | None:
    at = event.verified_with_customer_at
    return Verification(by=event.sales_owner, at=at) if at else None
