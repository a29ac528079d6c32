"""How a call comes to be owed, and how it is made or waived."""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal
from uuid import UUID

from intake.domain.callback import Callback, waits_for_manager
from intake.domain.lifecycle import CALLBACK
from intake.domain.parts.calling import Appointment, CallAudit, ManagerWord
from intake.domain.parts.chain import appended
from intake.domain.parts.withdrawal import Withdrawal
from intake.domain.policy.policy import Rules
from shared.aggregate import Cause, Change, Refused, must_be_another
from shared.clocks import Matter
from shared.contracts.event import Part
from shared.contracts.intake import (
    CallbackAnswers,
    CallbackAudited,
    CallbackCompleted,
    CallbackDue,
    CallbackReason,
    CallbackWaived,
    CallbackWithdrawn,
    NegativeFeedbackReceived,
)
from shared.contracts.vocabulary import CustomerSnapshot, Line, Prose, StaffId


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


def hear_manager(callback: Callback, said: Prose, cause: Cause) -> Change[Callback]:
    """The account manager was rung first and told of the talk (000 §3.6.1b). IllegalTransition afterwards."""
    CALLBACK.must(callback.stage, "hear_manager")
    word = ManagerWord(said=said, heard_by=cause.actor.id, heard_at=cause.at)
    file = appended(callback.file, "manager_heard", word.model_dump(mode="json"), cause)
    return Change(callback.but(manager_word=word, file=file))


def appoint(callback: Callback, when: datetime, words: Line, cause: Cause) -> Change[Callback]:
    """The customer names a convenient time within the term (002 四4).

    Refused with `past_time` for a moment that is over, `after_due` for one after the end of the term.
    """
    CALLBACK.must(callback.stage, "appoint")
    if when <= cause.at:
        raise Refused("agree on a time that is still to come", "past_time", "at")
    if when > callback.due_at:
        raise Refused(
            f"the call is due at {callback.due_at.isoformat()}; agree on a time until then", "after_due", "at"
        )
    appointment = Appointment(at=when, words=words)
    file = appended(callback.file, "appointed", appointment.model_dump(mode="json"), cause)
    return Change(callback.but(appointment=appointment, preferred_slot=words, file=file))


def audit(
    callback: Callback, ratings: Mapping[str, Line], matches_record: bool, remarks: str, cause: Cause
) -> Change[Callback]:
    """The market supervisor asked the customer about the call and the caller (000 §3.7, 001 表3 注b).

    IllegalTransition for a call that was not made; refused with `audited_already` the second time, `questions_open`
    unless ability, professionalism and etiquette are all rated, `four_eyes` to the person who made the call.
    """
    CALLBACK.must(callback.stage, "audit")
    must_be_another("a call is audited by another person than the one who made it", callback.completed_by, cause=cause)
    if callback.audit is not None:
        raise Refused("the call was audited already; what was found stays", "audited_already")
    if unasked := sorted({"ability", "professionalism", "etiquette"} - ratings.keys()):
        raise Refused(f"ask and record also: {', '.join(unasked)}", "questions_open", "ratings")
    found = CallAudit(
        auditor=cause.actor.id,
        audited_at=cause.at,
        ratings=dict(ratings),
        matches_record=matches_record,
        remarks=remarks,
    )
    said = CallbackAudited.of(
        callback.about,
        auditor=found.auditor,
        ratings=found.ratings,
        matches_record=matches_record,
        remarks=remarks,
    )
    file = appended(callback.file, "audited", found.model_dump(mode="json"), cause)
    return Change(callback.but(audit=found, file=file), (said,))


def complete(callback: Callback, answers: CallbackAnswers, rules: Rules, cause: Cause) -> Change[Callback]:
    """The customer was called; what was said stays as it was said.

    IllegalTransition when it is completed or waived; refused with `questions_open` when a question of its kind has no
    answer, `aspect_missing` when the customer is not satisfied and was not asked with what (002 四),
    `manager_not_heard` when the account manager was to be rung first (000 §3.6.1b), `detail_missing` when the talk is
    to be recorded in detail (002 一3b).
    """
    CALLBACK.must(callback.stage, "complete")
    rule = rules.of(callback).callbacks[callback.reason.kind]
    if waits_for_manager(callback, rule):
        raise Refused("ring the account manager first and record what was told of the talk", "manager_not_heard")
    if rule.detailed and not answers.detail.strip():
        raise Refused("record in detail what was said", "detail_missing", "detail")
    if unanswered := sorted(rule.questions - answers.ratings.keys()):
        raise Refused(f"ask and record also: {', '.join(unanswered)}", "questions_open", "ratings")
    if answers.branch != "satisfied" and not answers.aspect:
        raise Refused("ask what the customer is not satisfied with and record it as aspect", "aspect_missing", "aspect")
    completed = _closed(callback, "completed", answers, cause).but(completed_by=cause.actor.id, completed_at=cause.at)
    said = CallbackCompleted.of(
        callback.about,
        callback.reason,
        answers,
        completed_at=cause.at,
        within_due=callback.term.in_time(cause.at),
        recorded_by=cause.actor.id,
        hash=completed.file[-1].hash,
        manager_said=callback.manager_word.said if callback.manager_word else None,
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
    withdrawn = CallbackWithdrawn.of(callback.about, reason=why.reason)
    change = Change(_closed(callback, "withdrawn", why, cause), (withdrawn,))
    return change.then(rules.clocks.drop(cause=cause))


def withdraw_earlier(callback: Callback, why: Withdrawal, rules: Rules, cause: Cause) -> Change[Callback]:
    """The same for a call that was owed before this fact; a later one stays."""
    if callback.term.started_at >= cause.at:
        return Change(callback)
    return withdraw(callback, why, rules, cause)


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
