"""What complaints announces about investigating a case and settling it."""

from typing import Literal
from uuid import UUID

from pydantic import Field

from shared.contracts.event import Event, Instant, Money, Part
from shared.contracts.vocabulary import (
    AboutComplaint,
    AboutCustomersComplaint,
    ComplaintNo,
    ConcerningOrder,
    DepartmentName,
    DueAt,
    FileRef,
    Line,
    OrderId,
    ProposalId,
    Prose,
    RoleName,
    StaffId,
)

Remedy = Literal["repair", "rework", "replace", "return", "allowance", "compensation", "explain"]


class InvestigationAssigned(AboutCustomersComplaint, Event, key="complaints.investigation_assigned.v1"):
    """A department has to find the cause by a day that CS sets, with R&D if need be (002 六1(2)c, 003 §25.2)."""

    department: DepartmentName
    joint_with: tuple[DepartmentName, ...] = Field(default=(), examples=[["rd"]])
    due_at: DueAt


class InvestigationCompleted(AboutComplaint, Event, key="complaints.investigation_completed.v1"):
    """The cause is found and who is responsible; within three days it goes to the deputy GM (002 六1(3), 003 §25.3)."""

    cause: Prose = Field(examples=["护角未按规范包装"])
    evidence: tuple[FileRef, ...] = ()
    responsible: tuple[Line, ...] = Field(default=(), examples=[["包装组"]])
    at: Instant


class RootCauseIdentified(AboutComplaint, Event, key="complaints.root_cause_identified.v1"):
    """Why it could happen, and whether it has happened before (002 五1)."""

    cause_code: Line = Field(examples=["packaging"])
    stage: Line | None = Field(default=None, description="The order's stage in which it arose.", examples=["packaging"])
    recurrence_of: tuple[ComplaintNo, ...] = ()
    order_id: OrderId | None = None


class LiabilityAssigned(AboutComplaint, Event, key="complaints.liability_assigned.v1"):
    """Which unit bears which share of the loss (003 §25.4a, 002 六1(3))."""

    unit: Literal["own_department", "supplier", "customer", "carrier"]
    department: DepartmentName | None = Field(default=None, description="Set when the unit is a department of ours.")
    share_percent: int = Field(ge=0, le=100, examples=[100])
    loss: Money | None = None
    supplier: Line | None = Field(default=None, description="Set when the unit is a supplier.")
    tracked: bool = Field(default=False, description="The department has to improve, and it is followed (003 §25.4a).")


class Remediation(Part):
    """One way to settle a case."""

    kind: Remedy
    amount: Money
    description: Prose = Field(examples=["免费更换三樘玻璃"])


class ResolutionProposed(AboutCustomersComplaint, Event, key="complaints.resolution_proposed.v1"):
    """Several solutions are on the table; the customer may take part in the choice (002 六1(4), 七)."""

    proposal_id: ProposalId
    options: tuple[Remediation, ...] = Field(min_length=1)
    preferred: int = Field(default=0, ge=0, description="Index into the options.")
    customer_may_choose: bool = True


class ApprovalRequested(AboutComplaint, Event, key="complaints.approval_requested.v1"):
    """A solution waits for a person who may decide on this amount (003 §25.3, §27)."""

    proposal_id: ProposalId
    amount: Money
    band: Line = Field(examples=["1000-10000"])
    required_role: RoleName = Field(examples=["deputy_gm"])
    due_at: DueAt
    matrix_version: int = Field(ge=1)


class ResolutionApproved(ConcerningOrder, AboutCustomersComplaint, Event, key="complaints.resolution_approved.v1"):
    """A person with the authority chose a solution (002 六1(4), 003 §27)."""

    proposal_id: ProposalId
    option: Remediation
    approver: StaffId
    role: RoleName = Field(examples=["deputy_gm"])
    matrix_version: int = Field(ge=1)
    note: str = Field(default="", max_length=4000)
    offered: tuple[Remediation, ...] = Field(
        default=(),
        description="All the approved solutions, in the order of their numbers, from 1.",
        examples=[[{"kind": "replace", "amount": {"amount": "1800.00"}, "description": "免费更换三樘玻璃"}]],
    )
    customer_may_choose: bool = Field(default=False, description="More than one is offered; the customer chooses.")


class ResolutionRejected(AboutComplaint, Event, key="complaints.resolution_rejected.v1"):
    """A person with the authority refused the solutions and said why (003 §27)."""

    proposal_id: ProposalId
    approver: StaffId
    role: RoleName = Field(examples=["deputy_gm"])
    matrix_version: int = Field(ge=1)
    note: Prose = Field(examples=["请核实破损数量后再报"])


class AuthorityExceededBlocked(AboutComplaint, Event, key="complaints.authority_exceeded_blocked.v1"):
    """A person tried to grant more than the role allows; it was refused (003 §25.6)."""

    staff: StaffId
    role: RoleName
    attempted: Money
    limit: Money


class ResolutionAccepted(AboutCustomersComplaint, Event, key="complaints.resolution_accepted.v1"):
    """The customer agreed to the solution, with a signature or a reply (002 六1(5)b)."""

    proposal_id: ProposalId
    via: Literal["signature", "sms", "phone"]
    signature: FileRef | None = Field(default=None, description="Absent when not signed on a screen.")
    option: Remediation | None = Field(default=None, description="The solution that the customer agreed to.")
    at: Instant


class ResolutionDeclined(AboutCustomersComplaint, Event, key="complaints.resolution_declined.v1"):
    """The customer did not agree to the solution (003 §25.6)."""

    proposal_id: ProposalId
    via: Literal["signature", "sms", "phone"]
    reason: Prose | None = Field(default=None, examples=["要求另加折扣"])
    at: Instant


class ResolutionImplemented(AboutCustomersComplaint, Event, key="complaints.resolution_implemented.v1"):
    """The solution is carried out (002 六1(5)b, 004 一㈢3c)."""

    at: Instant
    evidence: tuple[FileRef, ...] = ()
    by: StaffId


class ResolutionFeedbackCollected(AboutCustomersComplaint, Event, key="complaints.resolution_feedback_collected.v1"):
    """What the customer said as soon as the solution was carried out (002 六1(5)b)."""

    satisfied: bool
    words: Prose = Field(examples=["更换及时，师傅很专业"])
    by: StaffId
    at: Instant


class CorrectiveActionOpened(AboutComplaint, Event, key="complaints.corrective_action_opened.v1"):
    """Something has to change so that it does not happen again (003 §25.4a, 002 六1(6))."""

    action_id: UUID
    cause_code: Line = Field(examples=["packaging"])
    action: Prose = Field(examples=["玻璃包装增加护角"])
    department: DepartmentName
    due_at: DueAt


class CorrectiveActionVerified(AboutComplaint, Event, key="complaints.corrective_action_verified.v1"):
    """Whether a change worked; one that worked is watched for a while (003 §24-2, 004 一㈢3c)."""

    action_id: UUID
    action: Prose = Field(examples=["玻璃包装增加护角"])
    effective: bool
    watched_until: Instant | None = Field(default=None, description="Absent when it did not work.")
    by: StaffId


class CorrectiveActionReopened(AboutComplaint, Event, key="complaints.corrective_action_reopened.v1"):
    """The same cause came up again while a change was watched: it did not work after all (004 一㈢3c)."""

    action_id: UUID
    cause_code: Line = Field(examples=["packaging"])
    department: DepartmentName
    recurred_in: ComplaintNo = Field(examples=["2026-12-0003"])
