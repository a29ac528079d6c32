"""When the clocks of a case run, and what a miss does to the case (003 §21, §24-3, §26)."""

from datetime import datetime

from complaints.domain.complaint import Complaint
from complaints.domain.decisions.escalation import take_up
from complaints.domain.policy.policy import Rules
from shared.aggregate import Cause, Change
from shared.clocks import Clock, ClockRun, Matter


def start(complaint: Complaint, clock: Clock, rules: Rules, cause: Cause) -> Change[Complaint]:
    """Let a clock of the complaint's policy run, to the end of its term."""
    return _begin(complaint, clock, None, rules, cause)


def start_until(complaint: Complaint, clock: Clock, due_at: datetime, rules: Rules, cause: Cause) -> Change[Complaint]:
    """Let a clock of the complaint's policy run, to a moment that a person has named."""
    return _begin(complaint, clock, due_at, rules, cause)


def stop_step(complaint: Complaint, rules: Rules, cause: Cause) -> Change[Complaint]:
    """The step that the case waited for is done."""
    steps = rules.of(complaint).steps.values()
    return rules.clocks.stop(*(clock.name for clock in steps), cause=cause)(complaint)


def report_miss(complaint: Complaint, run: ClockRun, rules: Rules, cause: Cause) -> Change[Complaint]:
    """A clock has run out, or an overdue one has gone up a rung of its own ladder: the case goes up with it.

    A draft is no case yet and has no rung.
    """
    if not complaint.live:
        return Change(complaint)
    to_role = run.clock.ladder[run.rung - 1]
    level = rules.of(complaint).rung(to_role)
    return take_up(complaint, level, "deadline", rules, run.clock.name, cause)


def _begin(
    complaint: Complaint, clock: Clock, due_at: datetime | None, rules: Rules, cause: Cause
) -> Change[Complaint]:
    begin = rules.clocks.start(
        clock,
        Matter(about=complaint.about.complaint_no, customer_id=complaint.form.customer.customer_id),
        cause,
        policy=rules.of(complaint),
        assignee=complaint.owner,
        due_at=due_at,
    )
    return begin(complaint)
