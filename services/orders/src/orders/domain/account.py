"""What a customer owes us over all orders, and how much it may owe."""

from datetime import datetime
from decimal import Decimal
from uuid import NAMESPACE_URL, UUID, uuid5

from orders.domain.parts.entry import AccountEntry, Position
from orders.domain.policy.policy import Rules
from shared.aggregate import Aggregate, at_most
from shared.contracts.event import Money
from shared.contracts.vocabulary import CustomerSnapshot

_ACCOUNTS = uuid5(NAMESPACE_URL, "urn:kefu:orders:account")


def account_id_of(customer_id: UUID) -> UUID:
    """The id of the account of this customer."""
    return uuid5(_ACCOUNTS, str(customer_id))


class Account(Aggregate):
    """The ledger of one customer (004 四2) and its credit, limit and period (000 §3.5.5).

    `positions` are the sums of all entries by order and currency; `entries` those since the last statement. A sum that
    is larger than an amount can be is told as the largest one, so that no entry is ever left out for it. A limit
    holds for one currency: without one of its own, nothing is given on credit in a currency. `zone` is written for the
    release before this one alone, which cannot read an account without it.
    """

    customer: CustomerSnapshot
    zone: str | None = None
    limit: Money
    further_limits: tuple[Money, ...] = ()
    days: int
    positions: tuple[Position, ...] = ()
    entries: tuple[AccountEntry, ...] = ()

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
    def exposure(self) -> Money:
        """What the customer owes for orders that were released on credit, in the currency of the limit."""
        return self.exposure_in(self.limit.currency)

    @property
    def balance(self) -> Money:
        """What the customer owes for everything, in the currency of the limit; below zero what we owe."""
        return self.balance_in(self.limit.currency)

    @property
    def currencies(self) -> tuple[str, ...]:
        """The currencies in which there are entries, that of the limit first."""
        known = dict.fromkeys(position.currency for position in self.positions)
        return tuple(sorted(known, key=lambda currency: (currency != self.limit.currency, currency)))

    def exposure_in(self, currency: str) -> Money:
        """What the customer owes in a currency for orders that were released on credit."""
        return at_most(self._exposure(currency), currency)

    def exposure_with(self, position: Position) -> Decimal:
        """What it would be with credit for this order as well; it may be more than an amount can be."""
        return self._exposure(position.currency) + max(position.owed, Decimal())

    def _exposure(self, currency: str) -> Decimal:
        return sum((max(each.owed, Decimal()) for each in self._of(currency) if each.granted), Decimal())

    def balance_in(self, currency: str) -> Money:
        """What all entries in a currency come to."""
        return at_most(self._balance(currency), currency)

    def _balance(self, currency: str) -> Decimal:
        return sum((each.owed for each in self._of(currency)), Decimal())

    def opening_in(self, currency: str) -> Money:
        """What the entries in a currency came to at the last statement."""
        new = sum((each.amount.amount for each in self.entries if each.amount.currency == currency), Decimal())
        return at_most(self._balance(currency) - new, currency)

    def limit_in(self, currency: str) -> Money:
        """How much the customer may owe in a currency for orders on credit."""
        limits = (each for each in (self.limit, *self.further_limits) if each.currency == currency)
        return next(limits, Money(amount=Decimal(), currency=currency))

    def position(self, order_id: UUID, order_no: str, currency: str) -> Position:
        """The position of this order, blank when the account has none."""
        known = (each for each in self._of(currency) if each.order_id == order_id)
        return next(known, Position(order_id=order_id, order_no=order_no, currency=currency))

    def fits(self, position: Position) -> bool:
        """Whether credit for this order stays within the limit."""
        return self.exposure_with(position) <= self.limit_in(position.currency).amount

    def _of(self, currency: str) -> tuple[Position, ...]:
        return tuple(each for each in self.positions if each.currency == currency)
