"""Where orders and what belongs to them are kept."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from orders.domain.account import Account, account_id_of
from orders.domain.cost import Cost
from orders.domain.disposal import Disposal
from orders.domain.exception import OrderException
from orders.domain.figures.aging import OverdueOrder
from orders.domain.figures.delays import DelayedOrder
from orders.domain.figures.statistics import SoldOrder
from orders.domain.load import Load
from orders.domain.order import Order
from orders.domain.pace import Pace
from orders.domain.report import Report
from orders.domain.route import stages
from orders.domain.stock_check import StockCheck
from shared.aggregate import NotFound
from shared.customer_files import CustomerFiles
from shared.erasure import ErasedCustomers, Personal
from shared.merged_files import MergedFiles
from shared.pages.proofs import CustomerProofs
from shared.pictures.picture import Pictures
from shared.store import Between, DatabaseLike, Index, Store


class Orders(Store[Order]):
    """Every order, running or ended."""

    collection = "orders"
    kind = Order
    indexes = (
        Index("order_no", unique=True),
        Index("contract.no"),
        Index("contract.signed_on.on"),
        Index("placed_on"),
        Index("stage", "placed_on"),
        Index("customer.customer_id", "placed_on"),
        Index("promises.given.stage", "placed_on"),
        Index("sold_on"),
        Index("released_on"),
        Index("stage", "ship_on"),
        Index("overdue_since"),
        Index("last_delay_at"),
        Index("delays.told_in_time", "last_delay_at"),
        Index("last_receipt_at"),
        Index("shipment.arrived_at"),
    )

    def placed(self, begin: date, end: date) -> AsyncIterator[Order]:
        """Every order placed from one day up to, not including, another."""
        return self.each({"placed_on": Between(begin, end)}, sort="placed_on")

    def sold(self, begin: date, end: date) -> AsyncIterator[SoldOrder]:
        """Every order whose contract was signed, or that was sold from stock, from one day up to another, excluded."""
        return self.each_row(SoldOrder, {"sold_on": Between(begin, end)}, sort="sold_on")

    async def to_send(self) -> AsyncIterator[Order]:
        """Every order whose goods have a day on which they leave and are not on their way yet."""
        for stage in stages():
            async for order in self.each({"stage": stage, "ship_on": Between("", None)}, sort="ship_on"):
                yield order

    def ready(self, until: date) -> AsyncIterator[Order]:
        """Every order that waits for a vehicle and was promised to leave before a day."""
        return self.each({"stage": "shipping", "ship_on": Between("", until)}, sort="ship_on")

    def overdue(self) -> AsyncIterator[Order]:
        """Every order with an amount that is overdue, the longest first."""
        return self.each({"overdue_since": Between("", None)}, sort="overdue_since")

    def owing(self) -> AsyncIterator[OverdueOrder]:
        """What is owed for every order with an amount that is overdue, the longest first."""
        return self.each_row(OverdueOrder, {"overdue_since": Between("", None)}, sort="overdue_since")

    def delays_since(self, moment: datetime) -> AsyncIterator[DelayedOrder]:
        """All delays of every order of which one was announced at this moment or later."""
        return self.each_row(DelayedOrder, {"last_delay_at": Between(moment, None)}, sort="last_delay_at")

    def paid_since(self, moment: datetime) -> AsyncIterator[Order]:
        """Every order for which money came in at this moment or later, whatever came before."""
        return self._latest("last_receipt_at", moment)

    def delayed_since(self, moment: datetime) -> AsyncIterator[Order]:
        """Every order of which a delay was announced at this moment or later, whatever was before."""
        return self._latest("last_delay_at", moment)

    def arrived(self, since: datetime, until: datetime) -> AsyncIterator[Order]:
        """Every order whose last goods arrived from one moment up to another, excluded."""
        return self.each({"shipment.arrived_at": Between(since, until)}, sort="shipment.arrived_at")

    async def told(self, in_time: bool, since: datetime) -> int:
        """How many orders were delayed since then and had it told in time, or too late."""
        return await self.count({"delays.told_in_time": in_time, "last_delay_at": Between(since, None)})

    async def _latest(self, field: str, since: datetime) -> AsyncIterator[Order]:
        """Each once, also one to which more happens meanwhile and which comes again at the end of the list."""
        seen: set[UUID] = set()
        async for order in self.each({field: Between(since, None)}, sort=field):
            if order.id not in seen:
                seen.add(order.id)
                yield order


class Exceptions(Store[OrderException]):
    """The exception feedback forms (000 §4.1c)."""

    collection = "exceptions"
    kind = OrderException
    indexes = (Index("stage", "raised_at"), Index("order_no"), Index("resolved_at"))


class Accounts(Store[Account]):
    """One account per customer."""

    collection = "accounts"
    kind = Account
    indexes = (Index("customer.customer_id"),)

    async def of(self, customer_id: UUID) -> Account:
        """This customer's account. Raises NotFound before the first signed contract."""
        try:
            return await self.get(account_id_of(customer_id))
        except NotFound:
            raise NotFound("account of customer", customer_id) from None


class Loads(Store[Load]):
    """Loading plans, by day."""

    collection = "loads"
    kind = Load
    indexes = (Index("day"),)


class Disposals(Store[Disposal]):
    """Proposals about goods that should go."""

    collection = "disposals"
    kind = Disposal
    indexes = (Index("stage", "proposed_at"),)


class StockChecks(Store[StockCheck]):
    """Counts and samples of stock."""

    collection = "stock_checks"
    kind = StockCheck
    indexes = (Index("stage", "until"),)


class SalesCosts(Store[Cost]):
    """What selling took."""

    collection = "costs"
    kind = Cost
    indexes = (Index("spent_on"),)

    async def spent(self, begin: date, end: date) -> AsyncIterator[Cost]:
        """Every entry that counts and was spent from one day up to, not including, another."""
        async for cost in self.each({"spent_on": Between(begin, end)}, sort="spent_on"):
            if cost.stage == "entered":
                yield cost


class Reports(Store[Report]):
    """Reports as they were published."""

    collection = "reports"
    kind = Report
    indexes = (Index("kind", "made_at"),)


class Paces(Store[Pace]):
    """One pace per version of a route."""

    collection = "paces"
    kind = Pace


@dataclass(frozen=True)
class Stores:
    """Everything that orders keeps, in one database."""

    orders: Orders
    exceptions: Exceptions
    accounts: Accounts
    paces: Paces
    loads: Loads
    disposals: Disposals
    stock_checks: StockChecks
    costs: SalesCosts
    reports: Reports
    files: CustomerFiles
    merged_files: MergedFiles
    erased_customers: ErasedCustomers
    proofs: CustomerProofs
    pictures: Pictures

    @classmethod
    def on(cls, database: DatabaseLike) -> "Stores":
        """The stores over this database."""
        return cls(
            Orders(database),
            Exceptions(database),
            Accounts(database),
            Paces(database),
            Loads(database),
            Disposals(database),
            StockChecks(database),
            SalesCosts(database),
            Reports(database),
            CustomerFiles(database),
            MergedFiles(database),
            ErasedCustomers(database),
            CustomerProofs(database),
            Pictures(database),
        )

    def personal(self) -> tuple[Personal, ...]:
        """Where orders keeps something personal about customers (003 二1-7)."""
        return (
            Personal(
                self.orders, "customer.customer_id", words=("site_address", "accepted_by", "agreed_with", "signatory")
            ),
            Personal(self.accounts, "customer.customer_id"),
            Personal(self.files, "customer_id", words=("contacts",)),
            Personal(self.reports, named="table.rows.customer"),
            self.pictures.personal,
        )
