"""What departments ask of intake itself: to open a customer's file, to take an order, to drop one."""

from uuid import UUID

from intake.domain.customer import Customer, Particulars, customer_id_of
from intake.domain.order import Order, Verification, Wish
from intake.store import Records
from shared.aggregate import Cause, NotFound
from shared.contracts.departments import (
    CustomerIntroduced,
    CustomerIntroducedByEngineering,
    IntroducedCustomer,
    OrderRequested,
    OrderWithdrawn,
)
from shared.contracts.intake import Contact
from shared.contracts.vocabulary import CustomerSnapshot, DepartmentName
from shared.store import Touch
from shared.subscriptions import Subscriptions


def listen(on: Subscriptions, records: Records) -> None:
    """Subscribe to the facts that intake acts on itself."""

    @on(CustomerIntroduced)
    def open_file_for_sales(event: CustomerIntroduced, cause: Cause) -> Touch[Customer]:
        """A customer whom the marketing centre found has a file (002 尾1)."""
        return _introduced(records, event.customer, "sales", cause)

    @on(CustomerIntroducedByEngineering)
    def open_file_for_engineering(event: CustomerIntroducedByEngineering, cause: Cause) -> Touch[Customer]:
        """A customer whom engineering met on a site has a file (002 尾1)."""
        return _introduced(records, event.customer, "engineering", cause)

    @on(OrderRequested)
    async def take_order(event: OrderRequested, cause: Cause) -> tuple[Touch[Customer], Touch[Order]]:
        """Sales's order is taken as if it had come in on a form, and its customer has a file (004 三2)."""
        customer = await _as_we_know(records, event.customer)
        order = Order.new(_wish(event), customer, cause)
        verification = _verification(event)
        return (
            _introduced(records, event.customer, "sales", cause),
            records.orders.touch(order.id, lambda known: known.taken(order.wish, verification, cause), order),
        )

    @on(OrderWithdrawn)
    def drop_order(event: OrderWithdrawn, cause: Cause) -> Touch[Order]:
        """An order that was never verified goes no further; one that was is stopped by orders."""
        return records.orders.touch(event.order_id, lambda order: order.withdrawn())


def _introduced(records: Records, introduced: IntroducedCustomer, by: DepartmentName, cause: Cause) -> Touch[Customer]:
    opened = Customer.registered(customer_id_of(by, introduced.customer_no), _particulars(introduced), by, cause)
    blank = opened.state.but(file=())
    return records.customers.touch(blank.id, lambda known: known.met(opened), blank)


def _particulars(introduced: IntroducedCustomer) -> Particulars:
    contact = Contact(
        name=introduced.contact_name or introduced.name,
        title=introduced.title,
        mobile=introduced.mobile,
        email=introduced.email,
        locale=introduced.locale,
    )
    shared = introduced.model_dump(include={"customer_no", "kind", "trade", "name", "address", "region"})
    return Particulars(contacts=(contact,), **shared)


async def _as_we_know(records: Records, introduced: IntroducedCustomer) -> CustomerSnapshot:
    """The customer as our file says, which may have been corrected since, or else as sales says."""
    id = customer_id_of("sales", introduced.customer_no)
    try:
        return (await records.customers.get(id)).snapshot()
    except NotFound:
        return _snapshot(id, introduced)


def _snapshot(id: UUID, introduced: IntroducedCustomer) -> CustomerSnapshot:
    said = introduced.model_dump(include={"kind", "name", "contact_name", "title", "mobile", "email", "locale"})
    return CustomerSnapshot(customer_id=id, **said)


def _wish(event: OrderRequested) -> Wish:
    said = dict(event)
    return Wish(
        **{name: said[name] for name in Wish.model_fields if name in said},
        requested_ship_date=event.promised_ship_date,
        intake_channel="department",
        source_department="sales",
    )


def _verification(event: OrderRequested) -> Verification | None:
    at = event.verified_with_customer_at
    return Verification(by=event.sales_owner, at=at) if at else None
