"""A call that we owe a customer: by when, about what, and what the customer really said."""

from datetime import datetime
from types import MappingProxyType
from typing import Literal, Self
from uuid import UUID

from pydantic import Field

from intake.domain.chain import Entry, appended, first_altered
from intake.domain.clocks import CALLBACKS
from shared.aggregate import Aggregate, Cause, Change, Refused
from shared.calendar import CHINA, Calendar
from shared.contracts.event import Event, Instant, Part
from shared.contracts.intake import (
    CallbackCompleted,
    CallbackDue,
    CallbackWaived,
    DeadlineMissedByIntake,
    NegativeFeedbackReceived,
)
from shared.contracts.intake.contacts import CallbackKind, Rating
from shared.contracts.orders import StageGroup
from shared.contracts.vocabulary import (
    CustomerId,
    CustomerSnapshot,
    Line,
    OrderNo,
    RoleName,
    ServiceOrderId,
    StaffId,
)

DUE = "callback"
SUPERVISOR: RoleName = "cs_supervisor"

QUESTIONS = MappingProxyType[CallbackKind, frozenset[str]](
    {
        "visit_30min": frozenset({"ability", "professionalism", "etiquette"}),
        "post_acceptance": frozenset({"installer", "sales_rep", "product"}),
    }
)
"""What has to be asked on a callback of a kind: 000 §3.6.1c and 001 表3."""


STAGES = MappingProxyType[StageGroup, Line](
    {
        "plan": "平面",
        "rendering": "效果",
        "quote": "报价",
        "contract": "合同",
        "payment": "收款",
        "order": "下单",
        "installation": "安装",
    }
)
"""The seven stages at which an existing customer is called (000 §3.6.2)."""


class Reason(Part):
    """What a callback is about."""

    kind: CallbackKind
    stage: Line | None = None
    order_no: OrderNo | None = None
    service_order_id: ServiceOrderId | None = None
    complaint_no: Line | None = None


class Answers(Part):
    """What the customer said, in the customer's words (001 表3 注b)."""

    branch: Rating
    ratings: dict[str, Line] = Field(default={})
    aspect: Line | None = Field(default=None, description="What the customer is not satisfied with.")
    detail: str = ""
    suggestion: str = ""


class Callback(Aggregate):
    """A call we owe a customer."""

    customer_id: CustomerId
    customer: CustomerSnapshot
    reason: Reason
    state: Literal["open", "completed", "waived"] = "open"
    assignee: StaffId | None = None
    assignee_role: RoleName = "cs_specialist"
    due_at: Instant
    missed: bool = False
    preferred_slot: Line | None = None
    file: tuple[Entry, ...] = ()

    @classmethod
    def owed(
        cls,
        id: UUID,
        customer: CustomerSnapshot,
        reason: Reason,
        since: datetime,
        *,
        assignee: StaffId | None = None,
        calendar: Calendar = CHINA,
    ) -> Change["Callback"]:
        """Somebody has to call this customer; the clock of its kind began at `since`."""
        due_at = CALLBACKS[reason.kind].due(since, calendar)
        callback = cls(
            id=id,
            customer_id=customer.customer_id,
            customer=customer,
            reason=reason,
            assignee=assignee,
            due_at=due_at,
        ).awaiting(DUE, due_at)
        said = CallbackDue(
            callback_id=id,
            customer=customer,
            assignee=assignee,
            assignee_role=callback.assignee_role,
            due_at=due_at,
            script=reason.kind,
            **dict(reason),
        )
        return Change(callback, (said,))

    def overdue(self) -> Change["Callback"]:
        """The clock ran out; the call is still owed."""
        said = DeadlineMissedByIntake(
            deadline_id=self.id,
            kind=DUE,
            about=self.reason.order_no or self.reason.complaint_no or self.customer.name,
            due_at=self.due_at,
            assignee=self.assignee,
            assignee_role=self.assignee_role,
            supervisor_role=SUPERVISOR,
            customer_id=self.customer_id,
        )
        return Change(self.but(missed=True), (said,))

    def completed(self, answers: Answers, cause: Cause) -> Change["Callback"]:
        """The customer was called; what was said stays as it was said.

        Refused with `callback_over` when it is completed or waived, `questions_open` when a question of its kind has no
        answer, `aspect_missing` when the customer is not satisfied and nobody asked with what (002 四).
        """
        self._must_be_open()
        _must_be_complete(self.reason.kind, answers)
        callback = self._closed("completed", answers, cause)
        events: tuple[Event, ...] = (callback._completion(answers, cause),)
        if answers.branch != "satisfied":
            events = (*events, callback._complaint(answers, cause))
        return Change(callback, events)

    def waived(self, why: Literal["tender", "special"], report_id: UUID | None, cause: Cause) -> Change["Callback"]:
        """The director allows not to call a special customer (000 §3.6.3). Refused with `callback_over`."""
        self._must_be_open()
        said = CallbackWaived(
            callback_id=self.id,
            customer_id=self.customer_id,
            reason=why,
            approved_by=cause.actor.id,
            report_id=report_id,
        )
        return Change(self._closed("waived", said, cause), (said,))

    def first_altered(self) -> int | None:
        """The first entry of the record that is not what was written, or nothing when it is whole."""
        return first_altered(self.file)

    def _must_be_open(self) -> None:
        if self.state != "open":
            raise Refused(f"this callback is {self.state} already and its record only grows", "callback_over")

    def _closed(self, state: Literal["completed", "waived"], content: Part, cause: Cause) -> Self:
        file = appended(self.file, state, content.model_dump(mode="json"), cause)
        return self.but(state=state, file=file).done_with(DUE)

    def _completion(self, answers: Answers, cause: Cause) -> CallbackCompleted:
        return CallbackCompleted(
            callback_id=self.id,
            customer_id=self.customer_id,
            kind=self.reason.kind,
            order_no=self.reason.order_no,
            service_order_id=self.reason.service_order_id,
            completed_at=cause.at,
            within_due=cause.at <= self.due_at,
            ratings=answers.ratings,
            branch=answers.branch,
            detail=answers.detail,
            suggestion=answers.suggestion,
            recorded_by=cause.actor.id,
            hash=self.file[-1].hash,
        )

    def _complaint(self, answers: Answers, cause: Cause) -> NegativeFeedbackReceived:
        assert answers.branch != "satisfied"
        assert answers.aspect is not None
        return NegativeFeedbackReceived(
            feedback_id=cause.derive("feedback"),
            source="callback",
            customer=self.customer,
            order_no=self.reason.order_no,
            service_order_id=self.reason.service_order_id,
            dimension=answers.aspect,
            text=answers.detail or answers.aspect,
            severity=answers.branch,
        )


def _must_be_complete(kind: CallbackKind, answers: Answers) -> None:
    unanswered = QUESTIONS.get(kind, frozenset()) - answers.ratings.keys()
    if unanswered:
        raise Refused(f"ask and record also: {', '.join(sorted(unanswered))}", "questions_open")
    if answers.branch != "satisfied" and not answers.aspect:
        raise Refused("ask what the customer is not satisfied with and record it as aspect", "aspect_missing")
