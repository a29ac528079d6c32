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
from complaints.domain.roles import NOT_URGED
from shared.aggregate import Cause, Change
from shared.clocks import ClockRun, Timed
from shared.contracts.complaints import DepartmentChased
from shared.contracts.roles import HANDLERS, Role
from shared.contracts.vocabulary import DepartmentName

CHASE = "chase"
"""The kind of the deadline at which those who are late are urged."""

Chased = TypeVar("Chased", Complaint, CorrectiveAction)
T = TypeVar("T", Complaint, Allowance, GoodsReturn, Penalty, CorrectiveAction, MonthlyReview)


def start(timed: T, duty: TimedStep, rules: Rules, cause: Cause) -> Change[T]:
    """This is a duty from now on, to the end of the term that the policy of the case gives it."""
    return _begin(timed, duty, None, rules, cause)


def start_until(timed: T, duty: TimedStep, until: datetime, rules: Rules, cause: Cause) -> Change[T]:
    """This is a duty from now on, to a moment that a person has named."""
    return _begin(timed, duty, until, rules, cause)


def stop(timed: T, *duties: TimedStep, rules: Rules, cause: Cause) -> Change[T]:
    """The clocks of these duties end; all clocks where none is named. One that does not run is no error."""
    policy = rules.of_or_on(timed, cause.at)
    names = [policy.clock_of(duty).name for duty in duties]
    end: Callable[[T], Change[T]] = rules.clocks.stop(*names, cause=cause)
    return end(timed)


def pass_on(timed: T, done: TimedStep, following: TimedStep, rules: Rules, cause: Cause) -> Change[T]:
    """One duty is done, and the following one begins."""
    return stop(timed, done, rules=rules, cause=cause).then(lambda each: start(each, following, rules, cause))


def stop_step(complaint: Complaint, rules: Rules, cause: Cause) -> Change[Complaint]:
    """The step that the case waited for is done."""
    return stop(complaint, *STEPS, rules=rules, cause=cause)


def give_investigation(
    complaint: Complaint, run: ClockRun, due_at: datetime | None, rules: Rules, cause: Cause
) -> Change[Complaint]:
    """The step that runs is the duty of the department that finds the cause, to its own end or to this one."""
    give: Callable[[Complaint], Change[Complaint]] = rules.clocks.entrust(
        run.id, _head(complaint, rules), "指定负责调查的部门", cause, due_at=due_at
    )
    return give(complaint)


def carry_on_investigation(
    complaint: Complaint, run: ClockRun, due_at: datetime | None, rules: Rules, cause: Cause
) -> Change[Complaint]:
    """The investigation that a department has goes to the one that is named now.

    Under the same head it stays the duty of the person who took it, to its own end or to this one.
    """
    if run.clock.role != _head(complaint, rules):
        return give_investigation(complaint, run, due_at, rules, cause)
    if due_at is None:
        return Change(complaint)
    carry_on: Callable[[Complaint], Change[Complaint]] = rules.clocks.end_at(run.id, due_at, cause)
    return carry_on(complaint)


def _head(complaint: Complaint, rules: Rules) -> Role:
    """Whose duty the investigation is: of the head of the department, or of whom the step names."""
    assert complaint.investigation is not None
    policy = rules.of(complaint)
    return policy.heads.get(complaint.investigation.department, policy.steps["investigate"].role)


def report_miss(complaint: Complaint, run: ClockRun, rules: Rules, cause: Cause) -> Change[Complaint]:
    """A clock has run out, or an overdue one has gone up a rung of its own ladder: the case goes up with it.

    A draft is no case yet and has no rung.
    """
    if not complaint.live:
        return Change(complaint)
    to_role = run.clock.ladder[run.rung - 1]
    level = rules.of(complaint).rung(to_role)
    raised = take_up(complaint, level, "deadline", rules, run.clock.name, cause)
    return raised.then(lambda case: begin_chase(case, run, rules, cause))


def begin_chase(timed: Chased, run: ClockRun, rules: Rules, cause: Cause) -> Change[Chased]:
    """A department is late: it is urged from now on until it is done (003 §19). Duties of CS and leaders go up."""
    if run.clock.role in NOT_URGED or timed.deadline(CHASE):
        return Change(timed)
    return Change(timed.awaiting(CHASE, cause.at + rules.of(timed).chase_every))


def chase(timed: Chased, rules: Rules, cause: Cause) -> Change[Chased]:
    """Urge the departments that are late, again after a while, until none is (003 §19)."""
    late = [run for run in timed.running if run.missed_at and run.clock.role not in NOT_URGED]
    if not late:
        return Change(timed.done_with(CHASE))
    about = timed.about if isinstance(timed, Complaint) else timed.case
    told = [
        DepartmentChased.of(about, role=run.clock.role, title=run.clock.title, due_at=run.due_at, at=cause.at)
        for run in late
    ]
    return Change(timed.awaiting(CHASE, cause.at + rules.of(timed).chase_every), tuple(told))


def _begin(
    timed: T,
    duty: TimedStep,
    due_at: datetime | None,
    rules: Rules,
    cause: Cause,
) -> Change[T]:
    policy = rules.of_or_on(timed, cause.at)
    clock, department = policy.clock_of(duty), _department(timed, duty)
    if department is not None:
        clock = clock.but(role=policy.heads.get(department, clock.role))
    owner = timed.owner if isinstance(timed, Complaint) and clock.role in HANDLERS and department is None else None
    if isinstance(timed, Complaint) and duty == "approve":
        clock, owner = clock.but(role=policy.authority.band(timed.proposals[-1].dearest).roles[0]), None
    begin: Callable[[T], Change[T]] = rules.clocks.start(
        clock, timed.matter, cause, policy=policy, assignee=owner, due_at=due_at
    )
    return begin(timed)


def _department(timed: Timed, duty: TimedStep) -> DepartmentName | None:
    """The department whose work the duty is, where it is one's."""
    if isinstance(timed, Complaint) and duty == "investigate" and timed.investigation:
        return timed.investigation.department
    return timed.department if isinstance(timed, CorrectiveAction) and duty in ("action_plan", "action_do") else None
