"""How a call comes to be owed, and how it is made or waived."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from intake.domain.callback import Callback
from intake.domain.lifecycle import CALLBACK
from intake.domain.parts.chain import appended
from intake.domain.parts.withdrawal import Withdrawal
from intake.domain.policy.policy import Rules
from shared.aggregate import Cause, Change, Refused
from shared.clocks import Matter
from shared.contracts.event import Part
from shared.contracts.intake import (
    CallbackAnswers,
    CallbackCompleted,
    CallbackDue,
    CallbackReason,
    CallbackWaived,
    NegativeFeedbackReceived,
)
from shared.contracts.vocabulary import CustomerSnapshot, StaffId


def owe(
    id: UUID,
    customer: CustomerSnapshot,
    reason: CallbackReason,
    since: datetime,
    assignee: StaffId | None,
    rules: Rules,
    cause: Cause,
) -> Change[Callback]:
    """This customer has to be called; the term of the reason's kind counts from `since`."""
    policy = rules.on(cause.at)
    clock = policy.callbacks[reason.kind].clock
    callback = Callback(
        id=id, customer_id=customer.customer_id, customer=customer, reason=reason, policy_version=policy.version
    )
    matter = Matter(about=callback.title, customer_id=customer.customer_id)
    start = rules.clocks.start(clock, matter, cause, policy=policy, assignee=assignee, since=since)
    started = start(callback)
    due = CallbackDue.of(
        reason,
        callback_id=id,
        customer=customer,
        assignee=assignee,
        assignee_role=clock.role,
        due_at=started.state.due_at,
        script=reason.kind,
    )
    return started.announcing(due)


def complete(callback: Callback, answers: CallbackAnswers, rules: Rules, cause: Cause) -> Change[Callback]:
    """The customer was called; what was said stays as it was said.

    IllegalTransition when it is completed or waived; refused with `questions_open` when a question of its kind has no
    answer, `aspect_missing` when the customer is not satisfied and was not asked with what (002 四).
    """
    CALLBACK.must(callback.stage, "complete")
    questions = rules.of(callback).callbacks[callback.reason.kind].questions
    if unanswered := sorted(questions - answers.ratings.keys()):
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
    change = Change(completed, (said, *_feedback(callback, answers, cause)))
    return change.then(rules.clocks.stop(cause=cause))


def waive(
    callback: Callback, why: Literal["tender", "special"], report_id: UUID | None, rules: Rules, cause: Cause
) -> Change[Callback]:
    """The director allows not to call a special customer (000 §3.6.3). IllegalTransition when it is over."""
    CALLBACK.must(callback.stage, "waive")
    waived = CallbackWaived.of(callback.about, reason=why, approved_by=cause.actor.id, report_id=report_id)
    change = Change(_closed(callback, "waived", waived, cause), (waived,))
    return change.then(rules.clocks.drop(cause=cause))


def withdraw(callback: Callback, why: Withdrawal, rules: Rules, cause: Cause) -> Change[Callback]:
    """There is nothing left to call about. Nothing changes when the call was made or waived already."""
    if not CALLBACK.allows(callback.stage, "withdraw"):
        return Change(callback)
    return Change(_closed(callback, "withdrawn", why, cause)).then(rules.clocks.drop(cause=cause))


def replace(callback: Callback, rules: Rules, cause: Cause) -> Change[Callback]:
    """A call that was owed before this fact is made with the one that the fact obliges us to; a later one stays."""
    if callback.term.started_at >= cause.at:
        return Change(callback)
    return withdraw(callback, Withdrawal(reason="newer_call"), rules, cause)


def _closed(
    callback: Callback, stage: Literal["completed", "waived", "withdrawn"], content: Part, cause: Cause
) -> Callback:
    return callback.but(stage=stage, file=appended(callback.file, stage, content.model_dump(mode="json"), cause))


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
