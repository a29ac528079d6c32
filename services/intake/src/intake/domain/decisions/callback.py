"""How a call comes to be owed, and how it is made, missed or waived."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from intake.domain.callback import LIFECYCLE, Callback
from intake.domain.clocks import CALLBACKS
from intake.domain.parts.chain import appended
from shared.aggregate import Cause, Change, Refused
from shared.calendar import Calendar
from shared.contracts.event import Part
from shared.contracts.intake import (
    CallbackAnswers,
    CallbackCompleted,
    CallbackDue,
    CallbackReason,
    CallbackWaived,
    DeadlineMissedByIntake,
    NegativeFeedbackReceived,
)
from shared.contracts.roles import Role
from shared.contracts.vocabulary import CustomerSnapshot, StaffId

DUE = "callback"


def owe(
    id: UUID,
    customer: CustomerSnapshot,
    reason: CallbackReason,
    since: datetime,
    assignee: StaffId | None,
    calendar: Calendar,
    cause: Cause,
) -> Change[Callback]:
    """This customer has to be called; the clock of the reason's kind began at `since`."""
    due_at = CALLBACKS[reason.kind].due(since, calendar)
    callback = Callback(
        id=id,
        customer_id=customer.customer_id,
        customer=customer,
        reason=reason,
        assignee=assignee,
        due_at=due_at,
    )
    due = CallbackDue.of(
        reason,
        callback_id=id,
        customer=customer,
        assignee=assignee,
        assignee_role=callback.assignee_role,
        due_at=due_at,
        script=reason.kind,
    )
    return Change(callback.awaiting(DUE, due_at), (due,))


def miss(callback: Callback, cause: Cause) -> Change[Callback]:
    """The clock ran out; the call is still owed."""
    missed = DeadlineMissedByIntake(
        deadline_id=callback.id,
        kind=DUE,
        about=callback.title,
        due_at=callback.due_at,
        assignee=callback.assignee,
        assignee_role=callback.assignee_role,
        supervisor_role=Role.CS_SUPERVISOR,
        customer_id=callback.customer_id,
    )
    return Change(callback.but(missed=True), (missed,))


def complete(callback: Callback, answers: CallbackAnswers, cause: Cause) -> Change[Callback]:
    """The customer was called; what was said stays as it was said.

    IllegalTransition when it is completed or waived; refused with `questions_open` when a question of its kind has no
    answer, `aspect_missing` when the customer is not satisfied and was not asked with what (002 四).
    """
    LIFECYCLE.must(callback.state, "complete")
    if unanswered := callback.unanswered(answers):
        raise Refused(f"ask and record also: {', '.join(unanswered)}", "questions_open")
    if answers.branch != "satisfied" and not answers.aspect:
        raise Refused("ask what the customer is not satisfied with and record it as aspect", "aspect_missing")
    completed = _closed(callback, "completed", answers, cause)
    said = CallbackCompleted.of(
        callback.about,
        callback.reason,
        answers,
        completed_at=cause.at,
        within_due=cause.at <= callback.due_at,
        recorded_by=cause.actor.id,
        hash=completed.file[-1].hash,
    )
    return Change(completed, (said, *_feedback(callback, answers, cause)))


def waive(
    callback: Callback, why: Literal["tender", "special"], report_id: UUID | None, cause: Cause
) -> Change[Callback]:
    """The director allows not to call a special customer (000 §3.6.3). IllegalTransition when it is over."""
    LIFECYCLE.must(callback.state, "waive")
    waived = CallbackWaived.of(callback.about, reason=why, approved_by=cause.actor.id, report_id=report_id)
    return Change(_closed(callback, "waived", waived, cause), (waived,))


def _closed(callback: Callback, state: Literal["completed", "waived"], content: Part, cause: Cause) -> Callback:
    file = appended(callback.file, state, content.model_dump(mode="json"), cause)
    return callback.but(state=state, file=file).done_with(DUE)


def _feedback(callback: Callback, answers: CallbackAnswers, cause: Cause) -> tuple[NegativeFeedbackReceived, ...]:
    """What complaints has to hear: nothing from a customer who is satisfied."""
    if answers.branch == "satisfied" or answers.aspect is None:
        return ()
    feedback = NegativeFeedbackReceived(
        feedback_id=cause.derive("feedback"),
        source="callback",
        customer=callback.customer,
        order_no=callback.reason.order_no,
        service_order_id=callback.reason.service_order_id,
        dimension=answers.aspect,
        text=answers.detail or answers.aspect,
        severity=answers.branch,
    )
    return (feedback,)
