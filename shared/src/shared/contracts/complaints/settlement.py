"""What complaints announces about goods, money, penalties, reports and its clocks."""

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
from shared.contracts.event import Event, Money, Part
from shared.contracts.report import ReportReady
from shared.contracts.tampering import RecordTampered
from shared.contracts.vocabulary import (
    AboutComplaint,
    AboutCustomersComplaint,
    ConcerningOrder,
    DepartmentName,
    Line,
    PaperNo,
    Prose,
    Quantity,
    ReturnNo,
    StaffId,
)


class AllowanceGranted(ConcerningOrder, AboutCustomersComplaint, Event, key="complaints.allowance_granted.v1"):
    """A discount certificate is countersigned by the sales VP and stamped by the customer (003 §29.1(1)).

    From here on the order costs that much less.
    """

    certificate_no: PaperNo = Field(examples=["ZK-2026-11-0007"])
    amount: Money
    signed_by: StaffId = Field(examples=["sales-vp"])
    customer_stamped: bool
    decided_by: tuple[StaffId, ...] = Field(
        default=(), description="Who proposed it, approved it and drew it up: they do not pay its money back."
    )


class ApprovedLine(Part):
    """A part that may come back, and how many."""

    part: Line = Field(examples=["80 款双玻百叶高隔断"])
    quantity: Quantity = Field(examples=[3])


class ReturnAuthorized(ConcerningOrder, AboutCustomersComplaint, Event, key="complaints.return_authorized.v1"):
    """Goods may come back, with reason, method and basis; the sales VP approved (003 §29.1(2))."""

    return_no: ReturnNo
    lines: tuple[ApprovedLine, ...] = Field(min_length=1)
    reason: Prose = Field(examples=["玻璃崩角"])
    method: Literal["return", "rework"]
    basis: Line = Field(examples=["2026-11-0007 处理决定"])
    approved_by: StaffId = Field(examples=["sales-vp"])


class ReturnReconciled(AboutComplaint, Event, key="complaints.return_reconciled.v1"):
    """What came back is what was approved, or the difference was settled; finance may post it (003 §29.2)."""

    return_no: ReturnNo
    lines: tuple[ApprovedLine, ...] = Field(min_length=1, description="What came back.")


class Difference(Part):
    """A part of which another quantity came back than was approved."""

    part: Line = Field(examples=["80 款双玻百叶高隔断"])
    approved: int = Field(ge=0, examples=[3])
    received: int = Field(ge=0, examples=[2])


class ReturnDiscrepancyFound(AboutComplaint, Event, key="complaints.return_discrepancy_found.v1"):
    """What came back is not what was approved; finance must not post it yet (003 §29.2)."""

    return_no: ReturnNo
    differences: tuple[Difference, ...] = Field(min_length=1)


class ReturnPosted(ConcerningOrder, AboutComplaint, Event, key="complaints.return_posted.v1"):
    """Finance has made out the voucher for returned goods (003 §29.2). The order costs less by the credit."""

    return_no: ReturnNo
    lines: tuple[ApprovedLine, ...] = Field(min_length=1)
    credit: Money | None = Field(default=None, description="Absent for goods that go back to the customer reworked.")
    voucher_no: PaperNo = Field(examples=["PZ-2026-1188"])
    decided_by: tuple[StaffId, ...] = Field(
        default=(),
        description="Who proposed it, approved it, drew it up and posted it: they do not pay its money back.",
    )


class LossItemCounted(Part):
    """One item of a loss, with what the standard or the evidence says that it cost."""

    code: Line = Field(examples=["rework_hour"])
    title: Line = Field(examples=["返工工时"])
    quantity: int = Field(ge=1, examples=[4])
    amount: Money


class LossAssessed(AboutComplaint, Event, key="complaints.loss_assessed.v1"):
    """What a case cost the company, by the standard of loss accounting (003 §25.4b)."""

    total: Money
    standard_version: int = Field(ge=1)
    items: tuple[LossItemCounted, ...] = ()


class BorneLoss(Part):
    """What one department of ours bears of a loss."""

    department: DepartmentName = Field(examples=["production"])
    amount: Money


class LossDecided(AboutComplaint, Event, key="complaints.loss_decided.v1"):
    """What our departments bear of a case's loss is approved or refused; finance books what is approved.

    A loss that is counted or divided anew is decided anew: the latest decision of a case replaces the earlier ones.
    Source: 003 §25.4b.
    """

    loss_id: UUID
    borne: tuple[BorneLoss, ...] = Field(min_length=1)
    approved: bool
    by: StaffId = Field(examples=["deputy-gm"])


class LossDecisionWithdrawn(AboutComplaint, Event, key="complaints.loss_decision_withdrawn.v1"):
    """A decided loss was counted or divided anew: its decision holds no more, finance takes back what it booked by it.

    `loss_id` is that of the decision. What our departments bear of the new loss, if they bear any, is decided by a
    `LossDecided` of its own. Source: 003 §25.4b.
    """

    loss_id: UUID
    by: StaffId = Field(examples=["finance-01"])


class Penalised(Part):
    """Whom a punishment concerns, and which one it is by the penalty standard (003 §25.4b)."""

    penalty_id: UUID
    target: StaffId = Field(examples=["packer-07"])
    department: DepartmentName = Field(examples=["production"])
    part: Literal["direct", "department_head"] = Field(
        description="Whether the person did it, or heads the department.", examples=["direct"]
    )
    kind: Literal["admin", "bonus"]
    measure: Line = Field(examples=["warning"])
    amount: Money | None = Field(default=None, description="Set for kind `bonus`.", examples=[None])


class PenaltyProposed(Penalised, AboutComplaint, Event, key="complaints.penalty_proposed.v1"):
    """A punishment is proposed by the penalty standard; never shown to the customer (003 §25.4b)."""

    standard_version: int = Field(ge=1)


class PenaltyDecided(Penalised, AboutComplaint, Event, key="complaints.penalty_decided.v1"):
    """A punishment is approved or refused; what is approved others carry out; never shown to the customer.

    Source: 003 §28, 002 六1(5)a.
    """

    approved: bool
    by: StaffId = Field(examples=["gm"])


class SupplierInvolved(AboutComplaint, Event, key="complaints.supplier_involved.v1"):
    """Another company is liable; CS handles the case with the units concerned (003 §25.7)."""

    supplier: Line = Field(examples=["佛山某玻璃厂"])
    claim: Money | None = None
    with_department: DepartmentName = "purchasing"


class ComplaintsReportPublished(ReportReady, Event, key="complaints.report_published.v1"):
    """A report of complaints is ready: classification statistics, the month's closed cases (002 六1(6), 003 §28.1)."""


class DeadlineSetByComplaints(DeadlineSet, Event, key="complaints.deadline_set.v1"):
    """A clock of a case started: submission in 3 days, closing in 6, a department's step (003 §25.3, §26)."""


class DeadlineApproachingAtComplaints(DeadlineApproaching, Event, key="complaints.deadline_approaching.v1"):
    """A clock of a case is about to run out (003 §24-3)."""


class DeadlineMissedByComplaints(DeadlineMissed, Event, key="complaints.deadline_missed.v1"):
    """A case was not submitted or closed in time, and is reported as overdue (003 §21, §25.3, §26)."""


class DeadlineMetByComplaints(DeadlineMet, Event, key="complaints.deadline_met.v1"):
    """A clock of a case has stopped: what was due is done, in time or late, or is not needed any more (003 §26)."""


class DeadlineHeldByComplaints(DeadlineHeld, Event, key="complaints.deadline_held.v1"):
    """A clock of a case stands still, where the policy allows it."""


class DeadlineReassignedByComplaints(DeadlineReassigned, Event, key="complaints.deadline_reassigned.v1"):
    """The duty behind a clock of a case is another person's from now on (003 §20)."""


class RecordTamperDetectedByComplaints(RecordTampered, Event, key="complaints.record_tamper_detected.v1"):
    """A record that complaints keeps is not what it left."""


class FactAnsweredByComplaints(FactAnswered, Event, key="complaints.fact_answered.v1"):
    """What became of a department's fact in complaints: taken, refused, tried again, given up or dropped."""
