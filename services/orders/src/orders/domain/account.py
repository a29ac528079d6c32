"""What a customer owes us over all orders, and how much it may owe."""

from datetime import datetime
from decimal import Decimal
from typing import Self
from uuid import NAMESPACE_URL, UUID, uuid5

from orders.domain.parts.entry import Entry
from orders.domain.policy.policy import Rules
from shared.aggregate import Aggregate
from shared.calendar import Calendar
from shared.contracts.event import Money
from shared.contracts.vocabulary import CustomerSnapshot, OrderNo

_ACCOUNTS = uuid5(NAMESPACE_URL, "urn:kefu:orders:account")


def account_id_of(customer_id: UUID) -> UUID:
    """The id of the account of this customer."""
    return uuid5(_ACCOUNTS, str(customer_id))


class Account(Aggregate):
    """The payment ledger of one customer (004 四2) and its credit, limit and period (000 §3.5.5)."""

    customer: CustomerSnapshot
    zone: str
    limit: Money
    days: int
    entries: tuple[Entry, ...] = ()

    @classmethod
    def blank(cls, customer: CustomerSnapshot, rules: Rules, at: datetime) -> "Account":
        """The account of a customer who has not ordered yet."""
        policy = rules.on(at)
        return cls(
            id=account_id_of(customer.customer_id),
            customer=customer,
            zone=rules.calendar.zone.key,
            limit=policy.credit_limit,
            days=policy.credit_days,
        )

    @property
    def calendar(self) -> Calendar:
        """The calendar by which the account's months are counted."""
        return Calendar(self.zone)

    @property
    def exposure(self) -> Money:
        """What the customer owes for orders that were released on credit, in the currency of the limit."""
        return self.money(self._owed(granted=True))

    @property
    def balance(self) -> Money:
        """What the customer owes for everything, in the currency of the limit."""
        return self.money(self._owed(granted=None))

    def money(self, amount: Decimal) -> Money:
        """An amount in the currency of the limit."""
        return Money(amount=amount, currency=self.limit.currency)

    def entry(self, order_id: UUID, order_no: OrderNo) -> Entry:
        """The entry of this order, blank when the account has none."""
        known = (entry for entry in self.entries if entry.order_id == order_id)
        return next(known, Entry(order_id=order_id, order_no=order_no))

    def put(self, entry: Entry) -> Self:
        """With this entry in the place of the one of its order."""
        others = tuple(each for each in self.entries if each.order_id != entry.order_id)
        return self.but(entries=(*others, entry))

    def fits(self, entry: Entry) -> bool:
        """Whether credit for this entry stays within the limit."""
        owed = entry.owed
        if owed is None or owed.currency != self.limit.currency:
            return False
        return self.exposure.amount + owed.amount <= self.limit.amount

    def _owed(self, granted: bool | None) -> Decimal:
        return sum(
            (
                entry.owed.amount
                for entry in self.entries
                if entry.owed and entry.owed.currency == self.limit.currency and granted in (None, entry.granted)
            ),
            Decimal(),
        )
