"""What intake announces about orders, quotes and the papers that come before them."""

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import Field

from shared.contracts.event import Event, Instant, Money, Part
from shared.contracts.vocabulary import (
    AboutCustomersOrder,
    ContractDate,
    ContractNo,
    CustomerId,
    CustomerSnapshot,
    DepartmentName,
    FileRef,
    Line,
    OrderKind,
    OrderLine,
    OrderNo,
    PaperNo,
    Price,
    StaffId,
)


class Wish(Part):
    """What the customer orders, spec and quantity recorded carefully (002 尾2a).

    The contract's number and date are absent while the contract is still to be made; with the day unknown the date has
    precision `month` (001 备注3).
    """

    order_no: OrderNo
    kind: OrderKind = Field(examples=["custom"])
    lines: tuple[OrderLine, ...] = Field(min_length=1)
    total: Price | None = Field(default=None, description="Absent while a line's price is open.")
    contract_no: ContractNo | None = None
    contract_date: ContractDate | None = None
    requested_ship_date: date | None = Field(
        default=None, description="Absent when the customer leaves it to us.", examples=["2026-11-26"]
    )
    promised_arrival_date: date | None = Field(
        default=None, description="The day by whose end the goods were promised at the site; for goods from stock."
    )
    site_address: Line | None = Field(
        default=None, description="Absent when the goods are collected.", examples=["广州市天河区珠江东路 6 号 32 楼"]
    )
    region: Line | None = Field(default=None, examples=["华南"])
    sales_owner: StaffId | None = Field(
        default=None, description="Absent until the customer is assigned.", examples=["am-03"]
    )
    intake_channel: Literal["phone", "visit", "email", "web", "department"] = "phone"
    source_department: DepartmentName | None = Field(
        default=None, description="Set when a department placed the order."
    )
    design_intake_id: UUID | None = Field(default=None, description="The checked papers; custom orders need them.")
    quote_id: UUID | None = Field(default=None, description="The quote that the customer accepted.")
    project_id: UUID | None = Field(default=None, description="The project file.")
    enquiry_id: UUID | None = Field(default=None, description="The enquiry that the order answers.")


class OrderPlaced(AboutCustomersOrder, Wish, Event, key="intake.order_placed.v1"):
    """An order is recorded with spec and quantity and verified with the customer; orders takes it from here.

    Source: 002 尾2a, 004 一㈠1, 000 §3.4.1 (standard) and §3.5.1 (custom).
    """

    verified_by: StaffId = Field(description="Who verified the order with the customer; a department's name counts.")
    verified_at: Instant


class AboutQuote(Part):
    """The quote that a fact is about, and its customer."""

    quote_id: UUID
    quote_no: PaperNo = Field(examples=["BJ-20261120-3F0E4A52"])
    customer: CustomerSnapshot


class QuoteIssued(AboutQuote, Event, key="intake.quote_issued.v1"):
    """The customer has our price before ordering, on site or at the counter (000 §3.3.2); each revision once more."""

    kind: Literal["on_site", "counter"]
    revision: int = Field(default=1, ge=1)
    lines: tuple[OrderLine, ...] = Field(min_length=1)
    total: Money
    valid_until: date
    enquiry_id: UUID | None = Field(default=None, description="The enquiry that the quote answers.")


class QuoteAccepted(AboutQuote, Event, key="intake.quote_accepted.v1"):
    """The customer agrees to our price."""

    revision: int = Field(ge=1, examples=[1])
    total: Money


class QuoteDeclined(AboutQuote, Event, key="intake.quote_declined.v1"):
    """The customer does not agree to our price."""

    revision: int = Field(ge=1, examples=[1])
    reason: Line = Field(examples=["价格偏高"])


class QuoteLapsed(AboutQuote, Event, key="intake.quote_lapsed.v1"):
    """The customer did not answer while our price was valid."""

    revision: int = Field(ge=1, examples=[1])


class DesignIntakeChecked(Event, key="intake.design_intake_checked.v1"):
    """The three forms before a design order were looked at; no design order until all three pass (000 §3.3.1.1)."""

    design_intake_id: UUID
    customer_id: CustomerId
    project_id: UUID | None = Field(default=None, description="Absent until the project file is opened.")
    order_no: OrderNo | None = Field(default=None, description="Absent when checked before the order is placed.")
    questionnaire_ok: bool
    drawings_ok: bool
    photos_ok: bool
    missing: tuple[Line, ...] = Field(default=(), examples=[["照片提供明细表"]])
    checked_by: StaffId

    @property
    def passed(self) -> bool:
        """Whether a design may be ordered."""
        return self.questionnaire_ok and self.drawings_ok and self.photos_ok


class ProjectFileOpened(Event, key="intake.project_file_opened.v1"):
    """A project file exists for what the account manager brought back (000 §3.3.1.2)."""

    project_id: UUID
    project_no: PaperNo = Field(examples=["GC-20261120-3F0E4A52"])
    customer_id: CustomerId
    name: Line = Field(examples=["恒达大厦 32 楼隔断工程"])
    tender: bool = False
    kind: OrderKind
    files: tuple[FileRef, ...] = ()
