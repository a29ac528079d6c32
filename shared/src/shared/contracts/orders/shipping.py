"""What orders announces about promises, shipping, installation and acceptance."""

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import Field

from shared.contracts.departments import DelayReason, Skill
from shared.contracts.event import Event, Instant
from shared.contracts.vocabulary import (
    AboutCustomersOrder,
    AboutOrder,
    ContractNo,
    CustomerKind,
    Defect,
    DepartmentName,
    FileRef,
    Line,
    OrderLine,
    OrderNo,
    PaperNo,
    Percent,
    Prose,
    ShipmentId,
    ShippedPart,
    StaffId,
)


class ShipmentReadinessAssessed(AboutOrder, Event, key="orders.shipment_readiness_assessed.v1"):
    """Before the ship date we found out whether goods and installers are ready (001 售中二a)."""

    goods_ready_percent: Percent
    installers_available: bool | None = Field(default=None, description="Absent: engineering has not said.")
    contract_ship_date: date = Field(examples=["2026-11-26"])
    earliest_ship: date | None = Field(default=None, description="Absent while it is not known.")
    verdict: Literal["on_time", "late", "unknown"]


class ShipmentReady(AboutCustomersOrder, Event, key="orders.shipment_ready.v1"):
    """All goods are prepared and leave tomorrow at nine (001 售中二b); ready after that hour, on the same day."""

    ship_at: Instant


class ShipmentDelayed(AboutCustomersOrder, Event, key="orders.shipment_delayed.v1"):
    """The contract's ship date will not be kept: the reason and the exact number of days, before the customer asks.

    Source: 001 售中二c, 二d. A further slip is a new revision that supersedes the one before; `delay_days` always
    counts from the contract's date. An order from stock is promised for a day of arrival: then both dates are that.
    """

    contract_no: ContractNo | None = Field(default=None, description="Absent for an order without a contract.")
    contract_ship_date: date = Field(examples=["2026-11-26"])
    new_ship_date: date = Field(examples=["2026-11-30"])
    delay_days: int = Field(ge=1, examples=[4])
    reason_code: DelayReason
    reason_text: Prose = Field(description="Safe to show to the customer.", examples=["钢化玻璃补片尚未到厂"])
    ready_percent: Percent | None = Field(default=None, description="Absent: production has not said.")
    revision: int = Field(default=1, ge=1)
    delay_id: UUID | None = Field(default=None, description="The id of this revision of the delay.")
    supersedes: UUID | None = Field(
        default=None, description="The `delay_id` of the revision before; absent for the first."
    )
    responsible_department: DepartmentName = "production"
    told_before_contract_date: bool = Field(description="Whether this was announced before the contract's date.")
    kind: Literal["ship", "arrive"] = Field(default="ship", description="Which promise will not be kept.")
    estimated: bool = Field(default=False, description="Whether no one has named the new day: it is our own estimate.")
    goods: Literal["all", "rest"] = Field(
        default="all", description="What is late: the rest, when a part of the order has left already."
    )


class DeliveryDatePromised(AboutCustomersOrder, Event, key="orders.delivery_date_promised.v1"):
    """The customer was given a date, from the contract or a new plan; it is kept or broken (004 三2)."""

    kind: Literal["ship", "arrive", "install", "complete", "accept"]
    promised_for: date = Field(examples=["2026-11-26"])
    revision: int = Field(default=1, ge=1)
    basis: Literal["contract", "plan", "reschedule"]
    promised_by: StaffId
    agreed: bool = Field(
        default=False, description="Whether the day was agreed with the customer, who has it in writing."
    )


class LoadPlanned(Event, key="orders.load_planned.v1"):
    """Orders are assigned to a vehicle, economically and in time (002 尾2b)."""

    load_id: UUID
    day: date
    order_nos: tuple[OrderNo, ...] = Field(min_length=1)
    vehicle: Line = Field(examples=["粤A·12345 9.6 米"])
    route: tuple[Line, ...] = Field(default=(), examples=[["广州天河", "佛山南海"]])


class DeliveryNoteIssued(AboutOrder, Event, key="orders.delivery_note_issued.v1"):
    """The delivery note for goods that leave (004 四1)."""

    note_no: PaperNo = Field(examples=["CH-2026-1122-03"])
    lines: tuple[OrderLine, ...] = Field(min_length=1)
    issued_by: StaffId = Field(examples=["statistics-01"])


class ShipmentDispatched(AboutCustomersOrder, Event, key="orders.shipment_dispatched.v1"):
    """A shipment has left and is expected at the site at a certain time (001 售中三, 004 一㈡5).

    Another time of arrival is a further revision of the same shipment.
    """

    shipment_id: ShipmentId
    left_at: Instant
    eta: Instant | None = Field(
        default=None, description="Absent when the carrier gives none.", examples=["2026-11-24T06:00:00.000000Z"]
    )
    carrier: Line | None = Field(default=None, examples=["德邦物流"])
    delivery_note_no: PaperNo | None = Field(default=None, examples=["CH-2026-1122-03"])
    partial: bool = Field(default=False, description="Whether another shipment of the order follows.")
    parts: tuple[ShippedPart, ...] = Field(default=(), description="What it carries; empty when it was not said.")
    revision: int = Field(default=1, ge=1, description="Above one: the time of arrival is corrected.")


class InstallationScheduled(AboutCustomersOrder, Event, key="orders.installation_scheduled.v1"):
    """Installers are ordered by the goods' arrival: senior ones for a custom order (000 §3.4.4, §3.5.4)."""

    begin: Instant
    planned_finish: Instant
    crew: tuple[StaffId, ...] = Field(default=(), examples=[["installer-11", "installer-12"]])
    required_skill: Skill
    site_address: Line | None = Field(default=None, examples=["广州市天河区珠江东路 6 号 32 楼"])


class CompletionForecasted(AboutCustomersOrder, Event, key="orders.completion_forecasted.v1"):
    """The foreman told us when the installation will be done (001 售中四a)."""

    forecast_at: Instant
    foreman: StaffId = Field(examples=["foreman-02"])


class AcceptanceInvited(AboutCustomersOrder, Event, key="orders.acceptance_invited.v1"):
    """The customer is asked to the site for acceptance, so that no quarrel delays payment (001 售中四b)."""

    completion_at: Instant
    invited_for: Instant
    invited_until: Instant | None = Field(default=None, description="The end of the hours in which he is expected.")
    site_address: Line | None = Field(default=None, examples=["广州市天河区珠江东路 6 号 32 楼"])


class AcceptancePeriodAgreed(AboutCustomersOrder, Event, key="orders.acceptance_period_agreed.v1"):
    """The days from and to which the customer accepts the work, as agreed with the customer (001 售中四b).

    A later agreement replaces it, with a higher revision; so does one after the work was refused.
    """

    begins_on: date
    ends_on: date = Field(description="The last day, included.")
    agreed_with: Line = Field(examples=["王建国"])
    agreed_by: StaffId = Field(examples=["order-specialist-02"])
    revision: int = Field(default=1, ge=1)


class AcceptancePassed(AboutCustomersOrder, Event, key="orders.acceptance_passed.v1"):
    """The customer accepted the work; the closing words differ by kind of customer.

    Source: 001 售中五(1), 五(2), 售后一a (after-sales contact), 售后二 (first callback).
    """

    contract_no: ContractNo | None = None
    accepted_at: Instant
    signatory: Line = Field(examples=["王建国"])
    signature: FileRef | None = Field(default=None, description="Absent when signed on paper.")
    photos: tuple[FileRef, ...] = ()
    customer_kind: CustomerKind = Field(examples=["end"])
    aftersales_contact: Line | None = Field(
        default=None, description="Absent: the hotline of the settings.", examples=["李师傅 020-88886666"]
    )


class AcceptanceFailed(AboutCustomersOrder, Event, key="orders.acceptance_failed.v1"):
    """The customer refused the work; a complaint is filed of it (001 售中四b)."""

    contract_no: ContractNo | None = None
    at: Instant
    issues: tuple[Defect, ...] = Field(min_length=1)
    photos: tuple[FileRef, ...] = ()


class InstallPerformanceAssessed(AboutOrder, Event, key="orders.install_performance_assessed.v1"):
    """A crew finished before or after the planned time, with quality or without (001 表3 注a)."""

    crew: tuple[StaffId, ...] = Field(examples=[["installer-11", "installer-12"]])
    days_early: int = Field(description="Negative: late.", examples=[1])
    quality_ok: bool
    verdict: Literal["reward", "neutral", "penalty"]
