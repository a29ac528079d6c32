"""What intake announces about talks with customers: records, visits, callbacks, surveys."""

from datetime import date, time
from typing import Literal
from uuid import UUID

from pydantic import Field

from shared.contracts.event import Event, Instant, Part
from shared.contracts.roles import Role
from shared.contracts.vocabulary import (
    CallbackId,
    CustomerId,
    CustomerSnapshot,
    DueAt,
    Hash,
    Line,
    OrderNo,
    PaperNo,
    Phone,
    Prose,
    RoleName,
    ServiceOrderId,
    StaffId,
)

Rating = Literal["satisfied", "average", "dissatisfied"]
Grade = Literal["very_satisfied", "satisfied", "average", "poor"]
CallbackWay = Literal["phone", "sms", "email", "chat", "letter", "visit"]
"""How a customer is reached for a callback: by phone, by a text message, otherwise (002 二1)."""
CallbackKind = Literal[
    "visit_30min",
    "stage",
    "post_acceptance",
    "post_service_3d",
    "first_contact_7d",
    "post_complaint",
    "delay",
    "member",
    "seasonal",
]


class Talk(Part):
    """What is written down of a talk: the fields of the service record, no more and no fewer (001 售前二a).

    The twelfth of them is the customer, whose record it stands in.
    """

    subject: Line = Field(examples=["售前电话回访"])
    service_type: Line = Field(examples=["售前"])
    service_method: Line = Field(examples=["电话"])
    on: date
    at: time = Field(examples=["10:30"])
    contact_name: Line = Field(examples=["王建国"])
    status: Line = Field(examples=["已完成"])
    started_at: Instant
    content: Prose = Field(examples=["了解以往隔断使用情况"])
    feedback: str = Field(default="", max_length=4000, examples=["使用良好，近期有新项目"])
    remarks: str = Field(default="", max_length=4000)
    answers: dict[str, str] = Field(
        default={}, description="The seven pre-sales questions, by number (001 售前一).", examples=[{"q1": "使用良好"}]
    )


class ContactRecorded(Talk, Event, key="intake.contact_recorded.v1"):
    """A talk with a customer is in the record, which only grows (001 售前二a: exactly these fields; 二b)."""

    contact_id: UUID
    sequence_no: int = Field(ge=1, description="Position in the hash chain.")
    customer_id: CustomerId
    previous_hash: Hash | None = Field(default=None, description="Absent for the first record of all.")
    hash: Hash


class ContactCorrected(Event, key="intake.contact_corrected.v1"):
    """A record is corrected by adding an entry; the wrong one stays readable (001 售前二b)."""

    contact_id: UUID
    corrects: UUID
    customer_id: CustomerId
    field: Line = Field(examples=["feedback"])
    before: str = Field(max_length=4000, examples=["使用良好"])
    after: str = Field(max_length=4000, examples=["使用良好，近期有新项目"])
    reason: Line = Field(examples=["录入笔误"])
    by: StaffId
    hash: Hash


class ItineraryConfirmed(Event, key="intake.itinerary_confirmed.v1"):
    """An account manager's day is agreed on the phone between 09:00 and 09:30 (000 §3.2)."""

    staff: StaffId = Field(examples=["am-03"])
    day: date
    stops: tuple[Line, ...] = Field(examples=[["10:00 恒达装饰", "15:00 明镜眼镜店"]])
    changes: tuple[Line, ...] = ()
    confirmed_by: StaffId


class VisitScheduled(Event, key="intake.visit_scheduled.v1"):
    """A visit to a customer who is known, interested and has consented (001 售前三a, b)."""

    visit_id: UUID
    customer: CustomerSnapshot
    staff: StaffId = Field(examples=["am-03"])
    at: Instant
    consent: Line = Field(examples=["2026-11-20 电话征得同意"])
    checklist: tuple[Line, ...] = Field(default=(), examples=[["名片", "卷尺", "产品图册"]])
    samples: tuple[Line, ...] = ()


class VisitReport(Part):
    """What the account manager says on leaving: shop, name and mobile (000 §3.6.1a)."""

    shop_name: Line = Field(examples=["明镜眼镜店"])
    customer_id: CustomerId | None = Field(default=None, description="Absent for a shop without a file.")
    customer_name: Line = Field(examples=["陈先生"])
    mobile: Phone = Field(examples=["13700137000"])
    left_at: Instant
    punctual: bool | None = Field(default=None, description="Absent when no time had been agreed.")
    via: Literal["sms", "app", "phone"] = "sms"
    plan_id: UUID | None = Field(default=None, description="The visit as it was planned; absent when it was not.")
    talk: Prose | None = Field(
        default=None, description="The talk in detail.", examples=["想做两层玻璃隔断，下周给平面图"]
    )


class VisitReported(VisitReport, Event, key="intake.visit_reported.v1"):
    """Leaving a customer, the account manager reports shop, name and mobile; the callback is due in 30 minutes.

    Source: 000 §3.6.1a, b; arrival ten minutes early 001 售前三c.
    """

    visit_id: UUID
    staff: StaffId = Field(examples=["am-03"])
    reported_at: Instant


class ShowroomVisitBooked(Event, key="intake.showroom_visit_booked.v1"):
    """A customer comes to the showroom; the sales assistant hears that day and ten minutes before (001 售前四a, b)."""

    visit_id: UUID
    customer: CustomerSnapshot
    at: Instant
    party_size: int = Field(ge=1)
    needs_presentation: bool = False
    host: StaffId
    told_at: Instant = Field(description="When the sales assistant is to be told: in the morning of the day.")


class ShowroomVisitCancelled(Event, key="intake.showroom_visit_cancelled.v1"):
    """A customer who was expected in the showroom does not come."""

    visit_id: UUID
    customer: CustomerSnapshot
    at: Instant
    reason: Line = Field(examples=["客户改期"])


class ShowroomStep(Part):
    """A station of the tour and how long it took."""

    name: Line = Field(examples=["前厅观看宣传片"])
    minutes: int = Field(ge=0, examples=[8])


class ShowroomVisitCompleted(Event, key="intake.showroom_visit_completed.v1"):
    """The visitor's form (001 表2): the tour, who decides, rating on three levels, signature."""

    visit_id: UUID
    customer_id: CustomerId
    steps: tuple[ShowroomStep, ...]
    decision_maker: Line | None = Field(default=None, examples=["王总"])
    rating: Rating
    impression: str = Field(default="", max_length=4000)
    evaluation: str = Field(default="", max_length=4000)
    suggestion: str = Field(default="", max_length=4000)
    signed: bool


class CallbackReason(Part):
    """What a callback is about: its kind, and what else is set where it applies."""

    kind: CallbackKind = Field(examples=["post_acceptance"])
    stage: Line | None = Field(
        default=None,
        description="Set for kind `stage`, and for `visit_30min` where an order or quote is at a stage.",
        examples=[None],
    )
    order_no: OrderNo | None = None
    service_order_id: ServiceOrderId | None = Field(default=None, examples=[None])
    complaint_no: PaperNo | None = None
    item: Line | None = Field(default=None, description="What was serviced.", examples=[None])
    on: date | None = Field(default=None, description="The day of the service.", examples=[None])
    visitor: StaffId | None = Field(default=None, description="Who visited the customer.", examples=[None])
    visitor_role: RoleName | None = Field(default=None, description="In which rank.", examples=[None])
    campaign_id: UUID | None = Field(
        default=None, description="The batch of calls to which it belongs.", examples=[None]
    )
    wish: Line | None = Field(default=None, description="What the customer is wished at the end.", examples=[None])


class CallbackDue(CallbackReason, Event, key="intake.callback_due.v1"):
    """The department owes a customer a call by a certain time; each kind has its own clock.

    Source: 000 §3.6.1b (30 minutes), 000 §3.6.2 (stages), 001 售后二 (after acceptance), 002 四4 (3 days after
    service), 002 一3b (first contact), 002 五a (after a complaint).
    """

    callback_id: CallbackId
    customer: CustomerSnapshot
    assignee: StaffId | None = Field(default=None, description="Absent while the role has the duty and no person.")
    assignee_role: RoleName = Role.CS_SPECIALIST
    due_at: DueAt
    preferred_slot: Line | None = Field(default=None, examples=["下午三点以后"])
    script: Line | None = Field(default=None, examples=["post_acceptance"])


class AboutCallback(Part):
    """The call that a fact is about, and the customer who was to be called."""

    callback_id: CallbackId
    customer_id: CustomerId


class CallbackAnswers(Part):
    """What the customer said on a callback, in the customer's own words (001 表3 注b)."""

    branch: Rating = Field(examples=["average"])
    ratings: dict[str, Line] = Field(
        default={},
        description="ability, professionalism, etiquette (000 §3.6.1c) or installer, sales_rep, product (001 表3).",
        examples=[{"installer": "满意", "sales_rep": "满意", "product": "一般"}],
    )
    aspect: Line | None = Field(
        default=None,
        description="What the customer is not satisfied with; absent when satisfied.",
        examples=["installer"],
    )
    detail: str = Field(default="", max_length=4000, examples=["玻璃门闭合有异响"])
    suggestion: str = Field(default="", max_length=4000)
    via: CallbackWay = Field(default="phone", description="How the customer was reached (002 二1).")


class CallbackCompleted(AboutCallback, CallbackReason, CallbackAnswers, Event, key="intake.callback_completed.v1"):
    """What the customer really said on a callback (000 §3.6.1c, 001 表3, 002 四); only grows, like every record."""

    completed_at: Instant
    within_due: bool
    recorded_by: StaffId
    hash: Hash
    manager_said: str | None = Field(
        default=None, description="What the account manager told of the talk before the customer was called."
    )


class CallbackWaived(AboutCallback, Event, key="intake.callback_waived.v1"):
    """The director allowed not to call, for a tender or a special case; noted on the daily report (000 §3.6.3)."""

    reason: Literal["tender", "special"]
    approved_by: StaffId = Field(examples=["director-01"])
    report_id: UUID | None = None


WithdrawalReason = Literal["order_cancelled", "goods_left", "newer_call", "customer_erased"]


class CallbackWithdrawn(AboutCallback, Event, key="intake.callback_withdrawn.v1"):
    """There is nothing left to call about: the order was cancelled, its late goods have left, a newer call says the
    same, or the customer was erased (003 二1-7). Who was to call need not any more.
    """

    reason: WithdrawalReason


class CallbackAudited(AboutCallback, Event, key="intake.callback_audited.v1"):
    """The market supervisor asked the customer about the one who called (000 §3.7, 001 表3 注b)."""

    auditor: StaffId = Field(examples=["market-01"])
    ratings: dict[str, Line] = Field(examples=[{"ability": "满意", "professionalism": "满意", "etiquette": "满意"}])
    matches_record: bool
    remarks: str = Field(default="", max_length=4000)


class NegativeFeedbackReceived(Event, key="intake.negative_feedback_received.v1"):
    """A customer is not satisfied; complaints drafts a case of it (002 四, 002 五a)."""

    feedback_id: UUID
    source: Literal["callback", "survey", "sms", "showroom"]
    customer: CustomerSnapshot
    order_no: OrderNo | None = None
    service_order_id: ServiceOrderId | None = None
    dimension: Line = Field(examples=["installer"])
    text: Prose = Field(examples=["安装师傅迟到两小时，玻璃门闭合有异响"])
    severity: Literal["average", "dissatisfied"] = Field(examples=["dissatisfied"])


class SurveyIssued(Event, key="intake.survey_issued.v1"):
    """A customer is asked for an opinion in four dimensions and four grades (003 §14, §16, §17)."""

    survey_id: UUID
    customer: CustomerSnapshot
    service_order_id: ServiceOrderId | None = Field(default=None, description="Absent when asked in between.")
    order_no: OrderNo | None = None
    technician: StaffId | None = Field(default=None, description="Who went last, and is judged.", examples=["tech-03"])


class Opinion(Part):
    """What a customer thinks of a service, in four dimensions (003 §15, §17). 非常满意, 满意, 一般, 较差."""

    attitude: Grade
    technique: Grade
    arrival_time: Grade
    promises: Grade
    suggestion: str = Field(default="", max_length=4000)
    complaint: str = Field(default="", max_length=4000)
    via: Literal["sms", "web", "phone", "letter", "email"] = "phone"


class SurveyAnswered(Opinion, Event, key="intake.survey_answered.v1"):
    """A customer's opinion and rating of the service staff (003 §15, §17)."""

    survey_id: UUID
    customer_id: CustomerId
    service_order_id: ServiceOrderId | None = None
    technician: StaffId | None = Field(default=None, description="Who is judged.", examples=["tech-03"])
    answered_at: Instant
