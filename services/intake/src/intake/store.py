"""Where intake keeps what it owns."""

from dataclasses import dataclass

from intake.domain.calendar_year import CalendarYear
from intake.domain.callback import Callback
from intake.domain.contact_log import ContactLog
from intake.domain.customer import Customer
from intake.domain.fact import Fact
from intake.domain.moment import Moment
from intake.domain.order import Order
from intake.domain.visit import Visit
from shared.store import DatabaseLike, Index, Store


class Customers(Store[Customer]):
    """Every customer's file."""

    collection = "customers"
    kind = Customer
    indexes = (Index("particulars.name"), Index("particulars.owner"), Index("particulars.contacts.mobile"))

    async def with_mobile(self, mobile: str) -> Customer | None:
        """A customer with a contact who has this number."""
        page = await self.find({"particulars.contacts.mobile": mobile}, limit=1)
        return page.items[0] if page.items else None


class ContactLogs(Store[ContactLog]):
    """The talks with each customer."""

    collection = "contact_logs"
    kind = ContactLog


class Visits(Store[Visit]):
    """Visits that were reported."""

    collection = "visits"
    kind = Visit
    indexes = (Index("staff", "reported_at"),)


class Callbacks(Store[Callback]):
    """Calls that are owed, made or waived."""

    collection = "callbacks"
    kind = Callback
    indexes = (Index("customer_id", "due_at"), Index("state", "due_at"))


class Orders(Store[Order]):
    """Orders on their way in."""

    collection = "orders"
    kind = Order
    indexes = (Index("customer_id", "taken_at"), Index("state", "taken_at"))


class Moments(Store[Moment]):
    """The customers' timelines."""

    collection = "moments"
    kind = Moment
    indexes = (Index("customer_id", "at"),)


class CalendarYears(Store[CalendarYear]):
    """The years of the company's calendar that were asked for."""

    collection = "calendar_years"
    kind = CalendarYear


class Facts(Store[Fact]):
    """What the departments reported."""

    collection = "facts"
    kind = Fact
    indexes = (Index("department", "at"),)


@dataclass(frozen=True, slots=True)
class Stores:
    """Everything that intake keeps, in one database."""

    customers: Customers
    contact_logs: ContactLogs
    visits: Visits
    callbacks: Callbacks
    orders: Orders
    moments: Moments
    facts: Facts
    calendar_years: CalendarYears

    @classmethod
    def on(cls, database: DatabaseLike) -> "Stores":
        """The stores over this database."""
        return cls(
            Customers(database),
            ContactLogs(database),
            Visits(database),
            Callbacks(database),
            Orders(database),
            Moments(database),
            Facts(database),
            CalendarYears(database),
        )
