"""What intake announces about the department's own work: reports, requests to notify, campaigns and clocks."""

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import Field

from shared.contracts.deadline import (
    DeadlineApproaching,
    DeadlineHeld,
    DeadlineMet,
    DeadlineMissed,
    DeadlineReassigned,
    DeadlineSet,
)
from shared.contracts.event import Event, Instant, Part
from shared.contracts.report import ReportReady
from shared.contracts.tampering import RecordTampered
from shared.contracts.vocabulary import (
    ContactChannel,
    Count,
    CustomerId,
    CustomerSnapshot,
    DueAt,
    Line,
    Period,
    Prose,
    RoleName,
    StaffId,
)


class ReportSubmitted(Event, key="intake.report_submitted.v1"):
    """A member of staff handed in a report of the documents (000 §3.1, §4.1, §5, §6): forms 1, 10 and 12 to 15."""

    report_id: UUID
    kind: Line = Field(examples=["weekly_plan"])
    title: Line = Field(examples=["周工作计划和总结"])
    form: int | None = Field(default=None, ge=1, le=15, description="The form's number.", examples=[10])
    staff: StaffId = Field(examples=["am-03"])
    reviewer_role: RoleName = Field(examples=["cs_specialist"])
    period: Period
    due_at: DueAt
    submitted_at: Instant


class ReportReviewed(Event, key="intake.report_reviewed.v1"):
    """A report was read and answered (000 §4.1b)."""

    report_id: UUID
    staff: StaffId = Field(examples=["am-03"])
    reviewer: StaffId
    reviewed_at: Instant
    comment: str = Field(default="", max_length=4000, examples=["请补充竞争对手情况"])


class ReportPublished(ReportReady, Event, key="intake.report_published.v1"):
    """A report of intake is ready: callback summary, members called, daily problems (002 二3, 002 四2, 003 三3)."""


class NotificationRequested(Event, key="intake.notification_requested.v1"):
    """Intake asks for a message that no fact implies: a seasonal greeting, the monthly mail (001 售前五, 002 三2)."""

    request_id: UUID
    customer: CustomerSnapshot
    template: Line = Field(examples=["care_new_products"])
    params: dict[str, str] = Field(default={}, examples=[{"product": "80 款双玻隔断"}])
    channels: tuple[ContactChannel, ...] = ()
    not_before: Instant | None = None
    expires_at: Instant | None = None


CampaignKind = Literal["callback_batch", "seasonal", "telemarketing"]
"""What the customers of a list are called for (002 二3, 002 三2, 002 八(二))."""


class CampaignStarted(Event, key="intake.campaign_started.v1"):
    """A batch of calls was drawn and handed out (002 二3, 002 三2, 002 八1)."""

    campaign_id: UUID
    kind: CampaignKind
    name: Line = Field(examples=["中秋客户回访"])
    customers: Count
    assignees: tuple[StaffId, ...]
    until: date | None = None


class StaffProgress(Part):
    """What one colleague did of a campaign's list."""

    staff: StaffId
    listed: Count
    used: Count = Field(description="Customers with whom it ended one way or the other.")
    attained: Count
    refused: Count


class CampaignProgress(Part):
    """How far a campaign's list is used and its target attained (002 八(二)2, 3)."""

    listed: Count
    used: Count
    utilisation: int = Field(ge=0, le=100, description="Used of the list, in whole percent.", examples=[88])
    target: Count
    attained: Count
    attainment: Count = Field(description="Attained of the target, in whole percent.", examples=[63])
    not_reached: Count
    refused: Count
    staff: tuple[StaffProgress, ...]


class CampaignCompleted(CampaignProgress, Event, key="intake.campaign_completed.v1"):
    """A campaign is summed up: target, use of the list, colleagues, who refused, lessons (002 二3, 002 八(二)3)."""

    campaign_id: UUID
    kind: CampaignKind
    name: Line = Field(examples=["中秋客户回访"])
    refused_customers: tuple[CustomerId, ...]
    lessons: Prose = Field(examples=["下午三点后接通率最高；价格异议集中在玻璃款"])


class DeadlineSetByIntake(DeadlineSet, Event, key="intake.deadline_set.v1"):
    """A clock of intake started: callback, first contact, report, reply (000 §3.6.1b, §4 to §6, 002 一3b, 四4)."""


class DeadlineApproachingAtIntake(DeadlineApproaching, Event, key="intake.deadline_approaching.v1"):
    """A clock of intake is about to run out."""


class DeadlineMissedByIntake(DeadlineMissed, Event, key="intake.deadline_missed.v1"):
    """A duty of intake was not done in time: report, callback, first contact, care quota (000 §3.1, 002 一3b, 四4)."""


class DeadlineMetByIntake(DeadlineMet, Event, key="intake.deadline_met.v1"):
    """A duty of intake is over: the customer was called, or need not be called any more."""


class DeadlineHeldByIntake(DeadlineHeld, Event, key="intake.deadline_held.v1"):
    """A clock of intake stands still, where the policy allows it."""


class DeadlineReassignedByIntake(DeadlineReassigned, Event, key="intake.deadline_reassigned.v1"):
    """Another person has a duty of intake now."""


class RecordTamperDetectedByIntake(RecordTampered, Event, key="intake.record_tamper_detected.v1"):
    """A record that intake keeps is not what it left."""
