"""When the clocks of a case, of its papers and of what follows run, and what a miss does to the case (003 §21, §26)."""

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from complaints.domain.allowance import Allowance
from complaints.domain.complaint import Complaint
from complaints.domain.corrective_action import CorrectiveAction
from complaints.domain.decisions.escalation import take_up
from complaints.domain.goods_return import GoodsReturn
from complaints.domain.monthly_review import MonthlyReview
from complaints.domain.penalty import Penalty
from complaints.domain.policy.policy import STEPS, Rules, TimedStep
from shared.aggregate import Cause, Change
from shared.clocks import ClockRun

T = TypeVar("T", Complaint, Allowance, GoodsReturn, Penalty, CorrectiveAction, MonthlyReview)


def start(timed: T, duty: TimedStep, rules: Rules, cause: Cause) -> Change[T]:
    """This is a duty from now on, to the end of the term that the policy of the case gives it."""
    return _begin(timed, duty, None, rules, cause)


def start_until(timed: T, duty: TimedStep, until: datetime, rules: Rules, cause: Cause) -> Change[T]:
    """This is a duty from now on, to a moment that a person has named."""
    return _begin(timed, duty, until, rules, cause)


def stop(timed: T, *duties: TimedStep, rules: Rules, cause: Cause) -> Change[T]:
    """These are no duties any more, without names none is; what does not run is fine."""
    policy = rules.of(timed) if timed.policy_version is not None else rules.on(cause.at)
    names = [policy.clock_of(duty).name for duty in duties]
    end: Callable[[T], Change[T]] = rules.clocks.stop(*names, cause=cause)
    return end(timed)


def pass_on(timed: T, done: TimedStep, following: TimedStep, rules: Rules, cause: Cause) -> Change[T]:
    """One duty is done, and the following one begins."""
    return stop(timed, done, rules=rules, cause=cause).then(lambda each: start(each, following, rules, cause))


def stop_step(complaint: Complaint, rules: Rules, cause: Cause) -> Change[Complaint]:
    """The step that the case waited for is done."""
    return stop(complaint, *STEPS, rules=rules, cause=cause)


def report_miss(complaint: Complaint, run: ClockRun, rules: Rules, cause: Cause) -> Change[Complaint]:
    """A clock has run out, or an overdue one has gone up a rung of its own ladder: the case goes up with it.

    A draft is no case yet and has no rung.
    """
    if not complaint.live:
        return Change(complaint)
    to_role = run.clock.ladder[run.rung - 1]
    level = rules.of(complaint).rung(to_role)
    return take_up(complaint, level, "deadline", rules, run.clock.name, cause)


def _begin(timed: T, duty: TimedStep, due_at: datetime | None, rules: Rules, cause: Cause) -> Change[T]:
    policy = rules.of(timed) if timed.policy_version is not None else rules.on(cause.at)
    begin: Callable[[T], Change[T]] = rules.clocks.start(
        policy.clock_of(duty),
        timed.matter,
        cause,
        policy=policy,
        assignee=timed.owner if isinstance(timed, Complaint) else None,
        due_at=due_at,
    )
    return begin(timed)
