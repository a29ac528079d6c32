"""How a department improves: planned, carried out, verified, watched, and opened again when the cause comes back."""

from datetime import datetime, timedelta
from uuid import UUID

from complaints.domain.corrective_action import CorrectiveAction, carried_out_by
from complaints.domain.decisions.clock import pass_on, start, start_until, stop
from complaints.domain.lifecycle import CORRECTIVE_ACTION
from complaints.domain.parts.improvement import Attempt
from complaints.domain.parts.papers import Signed
from complaints.domain.policy.policy import Rules
from shared.aggregate import Cause, Change, Refused, must_be_another, must_be_near
from shared.contracts.complaints import (
    CorrectiveActionOpened,
    CorrectiveActionReopened,
    CorrectiveActionVerified,
)
from shared.contracts.vocabulary import ComplaintNo, FileRef, Prose


def expect_plan(action: CorrectiveAction, rules: Rules, cause: Cause) -> Change[CorrectiveAction]:
    """The department bears a share of the liability: to plan an improvement is a duty (003 §25.4a).

    What was planned for this case already stays as it is.
    """
    if action.attempts or action.clock(rules.of(action).clock_of("action_plan").name) is not None:
        return Change(action)
    return start(action, "action_plan", rules, cause)


def plan(
    action: CorrectiveAction, cause_code: str, change: Prose, until: datetime, rules: Rules, cause: Cause
) -> Change[CorrectiveAction]:
    """Say what is changed and by when, against the root cause of the case.

    Refused for a past time (`due_at`) and one far ahead (`far_day`).
    """
    CORRECTIVE_ACTION.must(action.stage, "plan")
    if until <= cause.at:
        raise Refused("the improvement is due at some later time", "due_at", "due_at")
    must_be_near(until, cause, "due_at")
    attempt = Attempt(attempt_id=cause.derive("attempt"), action=change, due_at=until, planned=_signed(cause))
    opened = CorrectiveActionOpened.of(
        action.case,
        action_id=action.id,
        cause_code=cause_code,
        action=change,
        department=action.department,
        due_at=until,
    )
    planned = action.but(stage="open", cause_code=cause_code, attempts=(*action.attempts, attempt))
    return (
        Change(planned, (opened,))
        .then(lambda each: stop(each, "action_plan", rules=rules, cause=cause))
        .then(lambda each: start_until(each, "action_do", until, rules, cause))
    )


def carry_out(
    action: CorrectiveAction, evidence: tuple[FileRef, ...], rules: Rules, cause: Cause
) -> Change[CorrectiveAction]:
    """It is changed, with what shows it; R&D verifies next whether it works (003 §24-2)."""
    CORRECTIVE_ACTION.must(action.stage, "carry_out")
    attempt = action.attempts[-1].but(carried_out=_signed(cause), evidence=evidence)
    carried = action.but(stage="done", attempts=(*action.attempts[:-1], attempt))
    return pass_on(carried, "action_do", "action_verify", rules, cause)


def verify(
    action: CorrectiveAction, seen: UUID, effective: bool, finding: Prose, rules: Rules, cause: Cause
) -> Change[CorrectiveAction]:
    """Whether it worked. What worked is watched for the days of the policy; what did not is planned anew (004 一㈢3c).

    `seen` is the id of the attempt that was examined; another one is not verified by it (`attempt_changed`). Refused to
    the person who carried it out (`four_eyes`).
    """
    CORRECTIVE_ACTION.must(action.stage, "verify")
    last = action.attempts[-1]
    if last.attempt_id != seen:
        raise Refused(f"it was planned anew meanwhile; examine {last.attempt_id} and name that one", "attempt_changed")
    who = "an improvement is verified by another person than the one who carried it out"
    must_be_another(who, *carried_out_by(action.attempts), cause=cause)
    days = rules.of(action).watch_days
    watched = cause.at + timedelta(days=days) if effective else None
    attempt = last.but(verified=_signed(cause), effective=effective, finding=finding)
    told = CorrectiveActionVerified.of(
        action.case,
        action_id=action.id,
        action=last.action,
        effective=effective,
        watched_until=watched,
        by=cause.actor.id,
    )
    verified = action.but(
        stage="effective" if effective else "due", watched_until=watched, attempts=(*action.attempts[:-1], attempt)
    )
    checked = Change(verified, (told,))
    if effective:
        return checked.then(lambda each: stop(each, "action_verify", rules=rules, cause=cause))
    return checked.then(lambda each: pass_on(each, "action_verify", "action_plan", rules, cause))


def reopen(
    action: CorrectiveAction, recurred_in: ComplaintNo, complained_at: datetime, rules: Rules, cause: Cause
) -> Change[CorrectiveAction]:
    """The same cause came up again in the watch period: the improvement is planned anew (004 一㈢3c).

    Unchanged by a complaint from before the improvement was carried out or from after the watch, whenever its cause is
    found.
    """
    if not action.watches(complained_at) or action.cause_code is None:
        return Change(action)
    CORRECTIVE_ACTION.must(action.stage, "reopen")
    told = CorrectiveActionReopened.of(
        action.case,
        action_id=action.id,
        cause_code=action.cause_code,
        department=action.department,
        recurred_in=recurred_in,
    )
    again = action.but(stage="due", watched_until=None, recurred_in=(*action.recurred_in, recurred_in))
    return Change(again, (told,)).then(lambda each: start(each, "action_plan", rules, cause))


def _signed(cause: Cause) -> Signed:
    return Signed(by=cause.actor.id, at=cause.at)
