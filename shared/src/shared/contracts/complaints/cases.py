"""What complaints announces about a case from filing to closing."""

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import Field

from shared.contracts.event import Event, Instant, Part
from shared.contracts.vocabulary import (
    AboutComplaint,
    AboutCustomersComplaint,
    ComplaintId,
    ComplaintNo,
    ConcerningOrder,
    ContractDate,
    ContractNo,
    DepartmentName,
    DueAt,
    FileRef,
    Line,
    PaperNo,
    Price,
    Prose,
    Quantity,
    RoleName,
    StaffId,
)


class ComplaintForm(Part):
    """What the customer said. What the customer could not tell is absent (002 六1(1), 003 §24-1, §25.1)."""

    complainant: Line = Field(examples=["王建国"])
    channel: Literal["oral", "written", "phone", "sms", "email", "web", "auto"] = Field(examples=["phone"])
    received_at: Instant
    content: Prose = Field(examples=["三樘玻璃边缘崩角，要求更换"])
    demand: Prose | None = Field(default=None, examples=["更换三樘玻璃"])
    contract_no: ContractNo | None = None
    contract_date: ContractDate | None = None
    batch_no: PaperNo | None = Field(default=None, examples=["P20261101-2"])
    shipped_on: date | None = None
    defect_quantity: Quantity | None = Field(default=None, examples=[3])
    sample_ref: PaperNo | None = Field(default=None, examples=["YP-0091"])
    opinion: Prose | None = Field(
        default=None, description="The salesman's (签注意见), for the house alone.", examples=["疑为包装护角不足"]
    )
    photos: tuple[FileRef, ...] = ()
    amount_claimed: Price | None = None
    nature: Literal["quality", "non_quality", "unknown"] = Field(default="unknown", examples=["quality"])
    severity: Literal["ordinary", "major"] = "ordinary"
    source_event_id: UUID | None = Field(default=None, description="The fact that a case filed by itself came from.")
    chain: tuple[ComplaintNo, ...] = Field(
        default=(), examples=[[]], description="All cases that this one takes up again, oldest first."
    )


class ComplaintTakenIn(Event, key="complaints.complaint_taken_in.v1"):
    """A person took a complaint in; the register of the month in which this happened gives it its number (003 §21)."""

    complaint_id: ComplaintId
    taken_in_at: Instant
    by: StaffId = Field(examples=["handler-01"])


class ComplaintFiled(
    ConcerningOrder, ComplaintForm, AboutCustomersComplaint, Event, key="complaints.complaint_filed.v1"
):
    """A complaint is registered under its number, by whatever channel it came.

    Source: 002 六1(1), 003 §24-1, §25.1, 004 一㈢3a. What the customer could not tell is absent: a complaint about
    manners has no order, an oral one no batch. With an order or a contract number the warranty is checked.
    """

    accepted_at: Instant
    previous_no: ComplaintNo | None = Field(
        default=None, examples=[None], description="The case that this one takes up again (003 §25.6)."
    )


class ComplaintOrderNamed(ConcerningOrder, AboutCustomersComplaint, Event, key="complaints.complaint_order_named.v1"):
    """It turned out which order or contract a complaint is about that was filed without one (003 §24-1).

    The warranty is checked as of the day on which the customer complained, and the order is not dunned (003 §25.8).
    """

    contract_no: ContractNo | None = None
    contract_date: ContractDate | None = None
    received_at: Instant = Field(description="When the customer complained.")
    refused: bool = Field(default=False, description="Whether the complaint stands refused: then dunning goes on.")
    by: StaffId = Field(examples=["cs-07"])


class ComplaintAcknowledged(AboutCustomersComplaint, Event, key="complaints.complaint_acknowledged.v1"):
    """What was understood is confirmed with the customer (004 一㈢3a)."""

    confirmed_at: Instant
    restated: Prose = Field(examples=["三樘玻璃边缘崩角，客户要求更换"])


class ComplaintOwnerAssigned(AboutCustomersComplaint, Event, key="complaints.complaint_owner_assigned.v1"):
    """The CS manager in person, or a person whom the manager names, handles the case (003 §20)."""

    owner: StaffId = Field(examples=["cs-manager-01"])
    visit_required: bool = True


class ComplaintVisitRecorded(AboutCustomersComplaint, Event, key="complaints.complaint_visit_recorded.v1"):
    """The owner of a case has been with the customer about it (003 §20)."""

    visited_at: Instant
    by: StaffId = Field(description="Who went there.", examples=["cs-manager-01"])
    note: Prose = Field(
        description="What was seen and said there.", examples=["现场查看，三樘玻璃边缘崩角，客户同意更换"]
    )


class DepartmentContacted(AboutComplaint, Event, key="complaints.department_contacted.v1"):
    """CS has turned to a department about a case, for its part in it or on the customer's behalf (003 §24-3)."""

    department: DepartmentName = Field(examples=["engineering"])
    words: Prose = Field(examples=["请工程部本周安排人员与客户一同查看现场"])
    by: StaffId = Field(examples=["handler-01"])
    at: Instant


class DepartmentChased(AboutComplaint, Event, key="complaints.department_chased.v1"):
    """A department is late with its part of a case or of an improvement, and is urged until it is done (003 §19)."""

    role: RoleName = Field(description="Who answers for it in the department.", examples=["plant_manager"])
    title: Line = Field(description="What has to be done.", examples=["调查投诉原因"])
    due_at: DueAt
    at: Instant


class OpinionReported(AboutComplaint, Event, key="complaints.opinion_reported.v1"):
    """An opinion that came up while a case was handled goes to a department, which owes an improvement (003 §24-3)."""

    department: DepartmentName = Field(examples=["design"])
    opinion: Prose = Field(examples=["客户建议说明书注明玻璃的清洁方法"])
    by: StaffId = Field(examples=["handler-01"])
    at: Instant


class ComplaintDecisionTold(AboutCustomersComplaint, Event, key="complaints.complaint_decision_told.v1"):
    """A colleague has told the customer the decision by letter or in person (003 §25.6b, §18)."""

    way: Literal["letter", "phone", "visit"] = Field(examples=["phone"])
    words: Prose = Field(description="What the customer was told.", examples=["同意免费更换三樘玻璃，本周内上门"])
    by: StaffId = Field(examples=["am-03"])
    at: Instant


class ComplaintClassified(AboutComplaint, Event, key="complaints.complaint_classified.v1"):
    """A case is a matter of quality or not, major or not (003 §23, 004 一㈢3b)."""

    nature: Literal["quality", "non_quality"]
    category: Line = Field(examples=["玻璃破损"])
    major: bool = False


class ComplaintJudged(ConcerningOrder, AboutCustomersComplaint, Event, key="complaints.complaint_judged.v1"):
    """Whether grounds suffice and the demand is reasonable; the customer gets a tactful no, or is asked for time.

    Source: 002 六1(2)a to c; 003 §25.8 (not upheld: the receivable is collected again).
    """

    upheld: bool
    grounds: Prose = Field(examples=["经查崩角为出厂包装不足所致"])
    demand_reasonable: bool
    responsible_department: DepartmentName | None = Field(default=None, description="Absent when not upheld.")
    by: StaffId
    answer_by: DueAt | None = Field(default=None, description="Upheld: by when the customer hears the result.")


class MajorComplaintPanelConvened(AboutComplaint, Event, key="complaints.major_complaint_panel_convened.v1"):
    """Departments review the measures of a major case together (004 一㈢3b)."""

    departments: tuple[DepartmentName, ...] = Field(min_length=1)
    at: Instant


class ComplaintResubmitted(AboutCustomersComplaint, Event, key="complaints.complaint_resubmitted.v1"):
    """The customer did not accept the conclusion: a new case with the old ones attached (003 §25.6)."""

    previous_no: ComplaintNo = Field(examples=["2026-11-0003"])
    chain: tuple[ComplaintNo, ...] = Field(min_length=1, examples=[["2026-11-0003"]])


class AppealFiled(AboutComplaint, Event, key="complaints.appeal_filed.v1"):
    """The customer objects to a case not upheld and a petition goes to the superiors (003 §25.8)."""

    petition: Prose = Field(examples=["客户对不成立结论有异议，签呈请示"])
    by: StaffId
    to_role: RoleName = Field(examples=["deputy_gm"])


class ComplaintEscalated(AboutCustomersComplaint, Event, key="complaints.complaint_escalated.v1"):
    """A case goes up a level: its clock ran out, it is serious, or a person sent it up (003 §18a, §19, §26)."""

    level: int = Field(ge=1)
    from_role: RoleName
    to_role: RoleName = Field(examples=["deputy_gm"])
    reason: Literal["deadline", "severity", "manual"]
    clock: Line | None = Field(default=None, description="Set for reason `deadline`.", examples=["close_6d"])


class ComplaintClosed(ConcerningOrder, AboutCustomersComplaint, Event, key="complaints.complaint_closed.v1"):
    """A case is done and archived; the customer is told and called back (002 五a, b; 003 §18b, §26.1; 004 一㈢3d)."""

    closed_at: Instant
    days_used: int = Field(ge=0, examples=[4])
    within_six_days: bool
    outcome: Literal["resolved", "not_upheld", "withdrawn", "resubmitted"]
    result: Prose | None = Field(
        default=None, description="Safe to show to the customer.", examples=["已免费更换三樘玻璃"]
    )


class ComplaintReviewed(AboutComplaint, Event, key="complaints.complaint_reviewed.v1"):
    """What a closed case taught, and whether the customer was won back (002 六1(6), 五2)."""

    evaluation: Prose = Field(examples=["处理及时，客户满意"])
    recovered: bool
    lessons: tuple[Prose, ...] = ()
