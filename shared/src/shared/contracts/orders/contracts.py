"""What orders announces about contracts and the release of orders."""

from datetime import date
from typing import Literal

from pydantic import Field

from shared.contracts.event import Event, Instant, Money, Part
from shared.contracts.vocabulary import (
    AboutCustomersOrder,
    ContractDate,
    ContractNo,
    Line,
    OrderId,
    OrderKind,
    Prose,
    RoleName,
    StaffId,
)


class Finding(Part):
    """A clause that the review objects to."""

    clause: Line = Field(examples=["付款方式"])
    issue: Prose = Field(examples=["尾款期限超出公司政策"])


class Reviewer(Part):
    """Who reviewed, in which role."""

    staff: StaffId
    role: RoleName


class PaymentTerm(Part):
    """An amount that falls due. `due_on` is absent when it falls due by an event, not by a day."""

    kind: Literal["initial", "progress", "balance"]
    amount: Money
    due_on: date | None = None


class ContractReviewed(AboutCustomersOrder, Event, key="orders.contract_reviewed.v1"):
    """The contract, or a change of it, was reviewed; the customer is told the result (004 一㈡1a, 1b; 000 §3.5.1)."""

    contract_no: ContractNo
    revision: int = Field(ge=1)
    outcome: Literal["approved", "amend", "terminate"]
    findings: tuple[Finding, ...] = ()
    reviewers: tuple[Reviewer, ...] = ()
    kind: OrderKind
    amends: bool = Field(
        default=False, description="Whether it is a change of a signed contract, in force once it is approved."
    )


class ContractSigned(AboutCustomersOrder, Event, key="orders.contract_signed.v1"):
    """The contract is signed and sealed; from its date the warranty counts (001 售中一, 售后四, 004 一㈡1d)."""

    contract_no: ContractNo
    signed_on: ContractDate
    sealed_by: StaffId
    total: Money | None = Field(default=None, description="Absent while a price is open.")
    payment_terms: tuple[PaymentTerm, ...] = ()
    promised_ship_date: date | None = Field(
        default=None, description="Absent when the contract names no day.", examples=["2026-11-26"]
    )
    warranty_months: int = Field(default=12, ge=0)
    kind: OrderKind = "standard"


class ContractAmended(AboutCustomersOrder, Event, key="orders.contract_amended.v1"):
    """A signed contract has a new revision, reviewed like the first (004 一㈡1a)."""

    contract_no: ContractNo
    revision: int = Field(ge=2, examples=[2])
    changes: tuple[Prose, ...] = Field(min_length=1, examples=[["发货日期改为 2026-12-05"]])
    total: Money | None = None
    promised_ship_date: date | None = None


class SealUsed(Event, key="orders.seal_used.v1"):
    """The contract seal was used, by whom and for what (004 一㈡1c)."""

    contract_no: ContractNo
    order_id: OrderId
    staff: StaffId
    purpose: Line = Field(examples=["签订销售合同"])


class OrderReleased(AboutCustomersOrder, Event, key="orders.order_released.v1"):
    """The order notice has its three signatures and goes to design; the customer hears that we are placing the order.

    Source: 000 §3.3.2 (prepared, reviewed, approved), §3.4.1, §3.5.1; 001 售中一.
    """

    contract_no: ContractNo | None = Field(default=None, description="Absent for an order without a contract.")
    kind: OrderKind
    to: Literal["project_team", "design_director"]
    prepared_by: StaffId
    reviewed_by: StaffId = Field(examples=["supervisor-01"])
    approved_by: StaffId = Field(examples=["director-01"])
    released_at: Instant


class OrderCancelled(AboutCustomersOrder, Event, key="orders.order_cancelled.v1"):
    """An order ends before it is done; everybody stops working on it (004 一㈡1b)."""

    stage: Line = Field(examples=["production"])
    reason: Prose = Field(examples=["客户项目取消"])
    by: StaffId
    refund: Money | None = Field(default=None, description="Absent when nothing is paid back.")


class OrderClosed(AboutCustomersOrder, Event, key="orders.order_closed.v1"):
    """An order is accepted and paid: what comes now is after-sales (001 售后 definition)."""

    closed_at: Instant
    paid_in_full: bool
