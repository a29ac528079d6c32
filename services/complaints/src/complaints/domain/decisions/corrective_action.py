"""How a department improves: planned, carried out, verified, watched, and opened again when the cause comes back."""

from datetime import datetime, timedelta

from complaints.domain.corrective_action import LIFECYCLE, CorrectiveAction
from complaints.domain.decisions.followup import done, due
from complaints.domain.parts.improvement import Attempt
from complaints.domain.parts.papers import Signed
from complaints.domain.policy.policy import Rules
from shared.aggregate import Cause, Change, Refused, must_be_another
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
    if action.attempts or action.clock("action_plan") is not None:
        return Change(action)
    return due(action, "action_plan", rules, cause=cause)


def plan(
    action: CorrectiveAction, cause_code: str, change: Prose, until: datetime, rules: Rules, cause: Cause
) -> Change[CorrectiveAction]:
    """Say what is changed and by when, against the root cause of the case. Refused for a past time (`due_at`)."""
    LIFECYCLE.must(action.stage, "plan")
    if until <= cause.at:
        raise Refused("the improvement is due at some later time", "due_at")
    attempt = Attempt(action=change, due_at=until, planned=_signed(cause))
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
        .then(lambda each: done(each, "action_plan", rules=rules, cause=cause))
        .then(lambda each: due(each, "action_do", rules, until=until, cause=cause))
    )


def carry_out(
    action: CorrectiveAction, evidence: tuple[FileRef, ...], rules: Rules, cause: Cause
) -> Change[CorrectiveAction]:
    """It is changed, with what shows it; R&D verifies next whether it works (003 §24-2)."""
    LIFECYCLE.must(action.stage, "carry_out")
    attempt = action.attempts[-1].but(carried_out=_signed(cause), evidence=evidence)
    carried = action.but(stage="done", attempts=(*action.attempts[:-1], attempt))
    return done(carried, "action_do", rules=rules, cause=cause).then(
        lambda each: due(each, "action_verify", rules, cause=cause)
    )


def verify(
    action: CorrectiveAction, effective: bool, finding: Prose, rules: Rules, cause: Cause
) -> Change[CorrectiveAction]:
    """Whether it worked. What worked is watched for the days of the policy; what did not is planned anew (004 一㈢3c).

    Refused to the person who carried it out (`four_eyes`).
    """
    LIFECYCLE.must(action.stage, "verify")
    last = action.attempts[-1]
    who = "an improvement is verified by another person than the one who carried it out"
    must_be_another(who, last.carried_out.by if last.carried_out else None, cause=cause)
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
    checked = Change(verified, (told,)).then(lambda each: done(each, "action_verify", rules=rules, cause=cause))
    return checked if effective else checked.then(lambda each: due(each, "action_plan", rules, cause=cause))


def reopen(action: CorrectiveAction, recurred_in: ComplaintNo, rules: Rules, cause: Cause) -> Change[CorrectiveAction]:
    """The same cause came up again in the watch period: the improvement is planned anew. Unchanged when not watched."""
    if not action.watches(cause.at) or action.cause_code is None:
        return Change(action)
    LIFECYCLE.must(action.stage, "reopen")
    told = CorrectiveActionReopened.of(
        action.case,
        action_id=action.id,
        cause_code=action.cause_code,
        department=action.department,
        recurred_in=recurred_in,
    )
    again = action.but(stage="due", watched_until=None, recurred_in=(*action.recurred_in, recurred_in))
    return Change(again, (told,)).then(lambda each: due(each, "action_plan", rules, cause=cause))


def _signed(cause: Cause) -> Signed:
    return Signed(by=cause.actor.id, at=cause.at)
