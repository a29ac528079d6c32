"""What orders announces about money, reports and its clocks."""

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import Field

from shared.contracts.answer import FactAnswered
from shared.contracts.deadline import (
    DeadlineApproaching,
    DeadlineHeld,
    DeadlineMet,
    DeadlineMissed,
    DeadlineReassigned,
    DeadlineSet,
)
from shared.contracts.event import Event, Instant, Money, Part
from shared.contracts.report import ReportReady
from shared.contracts.tampering import RecordTampered
from shared.contracts.vocabulary import (
    AboutCustomersOrder,
    AboutOrder,
    ComplaintId,
    ContractNo,
    CustomerSnapshot,
    Month,
    OrderNo,
    PaperNo,
    Prose,
    StaffId,
)

PaymentKind = Literal["initial", "progress", "balance"]
Collector = Literal["account_manager", "regional_head"]
EntryKind = Literal["invoice", "amendment", "payment", "credit", "refund", "cancellation"]
"""What an entry of the ledger stands for. All but `payment` and `credit` may go either way."""


class PaymentDue(AboutCustomersOrder, Event, key="orders.payment_due.v1"):
    """An amount is to be collected, by whom depends on the route (000 §3.4.5, §3.5.5)."""

    kind: PaymentKind
    amount: Money
    due_on: date
    collector_role: Collector
    collector: StaffId | None = None


class PaymentApproaching(AboutCustomersOrder, Event, key="orders.payment_approaching.v1"):
    """An amount falls due in a few days and is still open (004 三3(1) 到期应收账款)."""

    kind: PaymentKind
    amount: Money = Field(description="What is still open of it.")
    due_on: date
    collector_role: Collector
    collector: StaffId | None = None


class PaymentOverdue(AboutCustomersOrder, Event, key="orders.payment_overdue.v1"):
    """An amount was not paid in time (000 §3.5.5, 004 一㈢, 三3)."""

    kind: PaymentKind | None = Field(default=None, description="Absent in what was announced by an earlier version.")
    amount: Money
    due_on: date
    days_overdue: int = Field(ge=1)
    collector_role: Collector
    collector: StaffId | None = None


class CreditLimitExceeded(AboutCustomersOrder, Event, key="orders.credit_limit_exceeded.v1"):
    """A custom order would pass the customer's credit limit and is blocked (000 §3.5.5)."""

    exposure: Money
    limit: Money


class CreditGranted(AboutOrder, Event, key="orders.credit_granted.v1"):
    """A custom order fits into the customer's credit limit and may be released; within how many days it is paid."""

    exposure: Money
    limit: Money
    days: int = Field(ge=0, examples=[60])


class PaymentRecorded(AboutCustomersOrder, Event, key="orders.payment_recorded.v1"):
    """Money was entered in an order's payment ledger (004 四2)."""

    contract_no: ContractNo | None = Field(default=None, description="Absent for an order without a contract.")
    kind: PaymentKind
    amount: Money | None = Field(default=None, description="Absent: finance confirmed without naming the amount.")
    outstanding: Money
    left: Money | None = Field(
        default=None,
        description="What is still open of what was asked for of this kind; absent while no price is known.",
    )
    received_at: Instant


class LedgerEntered(AboutCustomersOrder, Event, key="orders.ledger_entered.v1"):
    """One more entry stands in the ledger: what a customer owes is the sum of its entries in a currency (004 四2)."""

    number: int = Field(ge=1, description="Counts the order's entries.")
    kind: EntryKind
    amount: Money = Field(description="What it adds to the debt; below zero it lessens it.")
    at: Instant
    reference: PaperNo | None = Field(default=None, description="The receipt's number.", examples=["SK-2026-3391"])
    note: Prose | None = Field(default=None, description="Why, for a credit or a refund.")
    on_credit: bool = Field(default=False, description="Whether the order is released only within the credit limit.")


class DunningIssued(AboutCustomersOrder, Event, key="orders.dunning_issued.v1"):
    """The customer is reminded to pay, more firmly each time (004 一㈣2, 四2)."""

    level: int = Field(ge=1)
    amount: Money
    due_on: date


class DunningHeld(AboutOrder, Event, key="orders.dunning_held.v1"):
    """While a complaint is open the customer is not dunned for its order (003 §25.8)."""

    complaint_id: ComplaintId


class DunningReleased(AboutOrder, Event, key="orders.dunning_released.v1"):
    """The complaint was not upheld or is closed: the amount is collected in its period (003 §25.8)."""

    complaint_id: ComplaintId


class StatementLine(Part):
    """One order on a statement."""

    order_no: OrderNo
    billed: Money
    paid: Money


class StatementEntry(Part):
    """One entry on a statement."""

    order_no: OrderNo
    kind: EntryKind
    amount: Money = Field(description="What it adds to the debt; below zero it lessens it.")
    at: Instant
    reference: PaperNo | None = None


class StatementIssued(Event, key="orders.statement_issued.v1"):
    """Accounts are compared with a customer for a month, each currency by itself (004 三3, 四2).

    `balance` is `opening` and all `entries`; the next statement opens with it. Below zero we owe the customer.
    """

    statement_id: UUID
    month: Month
    balance: Money
    lines: tuple[StatementLine, ...] = ()
    customer: CustomerSnapshot
    opening: Money | None = Field(default=None, description="The balance of the statement before.")
    entries: tuple[StatementEntry, ...] = Field(default=(), description="What was entered since.")


class OrdersReportPublished(ReportReady, Event, key="orders.report_published.v1"):
    """A report of orders is ready: the week's exceptions, sales, overdue payments, commission (000 §4.1c, 004 四)."""


class DeadlineSetByOrders(DeadlineSet, Event, key="orders.deadline_set.v1"):
    """A clock of orders started."""


class DeadlineApproachingAtOrders(DeadlineApproaching, Event, key="orders.deadline_approaching.v1"):
    """A clock of orders is about to run out."""


class DeadlineMissedByOrders(DeadlineMissed, Event, key="orders.deadline_missed.v1"):
    """A duty of orders was not done in time."""


class DeadlineMetByOrders(DeadlineMet, Event, key="orders.deadline_met.v1"):
    """A duty of orders is over: done in time, done late, or no longer needed."""


class DeadlineHeldByOrders(DeadlineHeld, Event, key="orders.deadline_held.v1"):
    """A clock of orders stands still."""


class DeadlineReassignedByOrders(DeadlineReassigned, Event, key="orders.deadline_reassigned.v1"):
    """Another person has a duty of orders now."""


class RecordTamperDetectedByOrders(RecordTampered, Event, key="orders.record_tamper_detected.v1"):
    """A record that orders keeps is not what it left."""


class FactAnsweredByOrders(FactAnswered, Event, key="orders.fact_answered.v1"):
    """What became of a department's fact in orders: taken, refused, tried again, given up or dropped."""
