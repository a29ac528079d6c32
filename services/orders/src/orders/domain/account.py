"""What a customer owes us over all orders, how much it may owe, and its monthly statement."""

from datetime import timedelta
from decimal import Decimal
from typing import Self
from uuid import NAMESPACE_URL, UUID, uuid5

from orders.domain.rules import CURRENT_RULES, RULES
from shared.aggregate import Aggregate, Cause, Change
from shared.calendar import Calendar, Monthly
from shared.contracts.event import Event, Money, Part
from shared.contracts.orders import (
    ContractAmended,
    ContractSigned,
    CreditGranted,
    CreditLimitExceeded,
    OrderCancelled,
    PaymentRecorded,
    StatementIssued,
    StatementLine,
)
from shared.contracts.vocabulary import CustomerSnapshot, OrderNo

_ACCOUNTS = uuid5(NAMESPACE_URL, "urn:kefu:orders:account")


def account_id_of(customer_id: UUID) -> UUID:
    """The id of the account of this customer."""
    return uuid5(_ACCOUNTS, str(customer_id))


class Entry(Part):
    """One order on the account. `seen` is the order's version that the figures are from: older news changes nothing."""

    order_id: UUID
    order_no: OrderNo
    billed: Money | None = None
    outstanding: Money | None = None
    on_credit: bool = False
    granted: bool = False
    seen: int = 0

    @property
    def owed(self) -> Money | None:
        """What is still to be paid, as far as it is known."""
        return self.outstanding or self.billed

    def told(self, sequence: int, **news: object) -> "Entry":
        """With newer figures."""
        return self.model_copy(update={**news, "seen": sequence}) if sequence >= self.seen else self


class Account(Aggregate):
    """The payment ledger of one customer (004 四2) and its credit, limit and period (000 §3.5.5)."""

    customer: CustomerSnapshot
    zone: str
    limit: Money = RULES[CURRENT_RULES].credit_limit
    days: int = RULES[CURRENT_RULES].credit_days
    entries: tuple[Entry, ...] = ()

    @classmethod
    def blank(cls, customer: CustomerSnapshot, zone: str) -> "Account":
        """The account of a customer who has not ordered yet."""
        return cls(id=account_id_of(customer.customer_id), customer=customer, zone=zone)

    @property
    def exposure(self) -> Decimal:
        """What the customer owes for orders that were released on credit, in the currency of the limit."""
        return self._owed(granted=True)

    @property
    def balance(self) -> Decimal:
        """What the customer owes for everything, in the currency of the limit."""
        return self._owed(granted=None)

    def sign(self, event: ContractSigned, cause: Cause) -> Change["Account"]:
        """A signed contract is on the account; a custom order needs credit before it is released."""
        entry = self._entry(event.order_id, event.order_no).model_copy(update={"on_credit": event.kind == "custom"})
        entry = entry.told(cause.sequence, billed=event.total, outstanding=None)
        account = self._put(entry)._with_statement(cause)
        change = account._granting()
        granted = any(each.order_id == entry.order_id and each.granted for each in change.state.entries)
        if entry.on_credit and not granted:
            return Change(change.state, (*change.events, account._exceeded(entry)))
        return change

    def amend(self, event: ContractAmended, cause: Cause) -> Change["Account"]:
        """A changed price is on the account."""
        if event.total is None:
            return Change(self)
        entry = self._entry(event.order_id, event.order_no).told(cause.sequence, billed=event.total, outstanding=None)
        return self._put(entry)._granting()

    def pay(self, event: PaymentRecorded, cause: Cause) -> Change["Account"]:
        """Money came in; orders that waited for credit may fit now."""
        entry = self._entry(event.order_id, event.order_no).told(cause.sequence, outstanding=event.outstanding)
        return self._put(entry)._granting()

    def cancel(self, event: OrderCancelled) -> Change["Account"]:
        """An order that ended is owed no more."""
        kept = tuple(entry for entry in self.entries if entry.order_id != event.order_id)
        return self.but(entries=kept)._granting()

    def set_credit(self, limit: Money, days: int) -> Change["Account"]:
        """The director decides about limit and period; orders that waited may fit now (000 §3.5.5)."""
        return self.but(limit=limit, days=days)._granting()

    def state(self, cause: Cause) -> Change["Account"]:
        """The month's statement; what is paid in full leaves the account with it (004 三3, 四2)."""
        if not self.entries:
            return Change(self)
        day = Calendar(self.zone).day(cause.at)
        issued = StatementIssued(
            statement_id=cause.id,
            month=f"{day.replace(day=1) - timedelta(days=1):%Y-%m}",
            balance=Money(amount=self.balance, currency=self.limit.currency),
            lines=tuple(_line(entry) for entry in self.entries if entry.billed),
            customer=self.customer,
        )
        open_ = tuple(entry for entry in self.entries if entry.owed is None or entry.owed.amount > 0)
        return Change(self.but(entries=open_)._with_statement(cause), (issued,))

    def _owed(self, granted: bool | None) -> Decimal:
        return sum(
            (
                entry.owed.amount
                for entry in self.entries
                if entry.owed and entry.owed.currency == self.limit.currency and granted in (None, entry.granted)
            ),
            Decimal(),
        )

    def _entry(self, order_id: UUID, order_no: OrderNo) -> Entry:
        known = (entry for entry in self.entries if entry.order_id == order_id)
        return next(known, Entry(order_id=order_id, order_no=order_no))

    def _put(self, entry: Entry) -> Self:
        others = tuple(each for each in self.entries if each.order_id != entry.order_id)
        return self.but(entries=(*others, entry))

    def _with_statement(self, cause: Cause) -> Self:
        if not self.entries:
            return self
        first = Monthly(day=1, at=RULES[CURRENT_RULES].desk_opens)
        return self.awaiting("statement", first.due(cause.at, Calendar(self.zone)))

    def _granting(self) -> Change["Account"]:
        """Grant credit to everything that waits for it and fits, in the order in which it came."""
        account, events = self, list[Event]()
        for entry in self.entries:
            if entry.on_credit and not entry.granted and account._fits(entry):
                account = account._put(entry.model_copy(update={"granted": True}))
                events.append(account._granted(entry))
        return Change(account, tuple(events))

    def _fits(self, entry: Entry) -> bool:
        owed = entry.owed
        if owed is None or owed.currency != self.limit.currency:
            return False
        return self.exposure + owed.amount <= self.limit.amount

    def _granted(self, entry: Entry) -> CreditGranted:
        return CreditGranted(
            order_id=entry.order_id,
            order_no=entry.order_no,
            exposure=Money(amount=self.exposure, currency=self.limit.currency),
            limit=self.limit,
            days=self.days,
        )

    def _exceeded(self, entry: Entry) -> CreditLimitExceeded:
        owed = entry.owed.amount if entry.owed else Decimal()
        return CreditLimitExceeded(
            order_id=entry.order_id,
            order_no=entry.order_no,
            exposure=Money(amount=self.exposure + owed, currency=self.limit.currency),
            limit=self.limit,
            customer=self.customer,
        )


def _line(entry: Entry) -> StatementLine:
    billed = entry.billed or Money(amount=Decimal())
    owed = entry.owed or billed
    paid = Money(amount=billed.amount - owed.amount, currency=billed.currency)
    return StatementLine(order_no=entry.order_no, billed=billed, paid=paid)
