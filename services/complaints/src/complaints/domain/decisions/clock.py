"""The clocks that run on a case: set, near their end, missed (003 §21, §24-3, §26)."""

from datetime import datetime
from typing import Literal
from uuid import uuid5

from complaints.domain.complaint import Complaint
from complaints.domain.decisions.escalation import ESCALATION, take_up, wait_on_the_rung
from complaints.domain.lifecycle import STEP_OF
from complaints.domain.parts.handling import Missed
from complaints.domain.policy.policy import Clock, Rules
from shared.aggregate import Cause, Change
from shared.contracts.complaints import (
    DeadlineApproachingAtComplaints,
    DeadlineMissedByComplaints,
    DeadlineSetByComplaints,
)
from shared.contracts.deadline import RunningDeadline
from shared.contracts.roles import Role

ClockKind = Literal["close", "submit", "step"]
CLOCKS: tuple[ClockKind, ...] = ("close", "submit", "step")


def start(
    complaint: Complaint, kind: ClockKind, rules: Rules, cause: Cause, due_at: datetime | None = None
) -> Change[Complaint]:
    """Let a clock run, to the end of its term or to a given moment."""
    clock = _clock(complaint, kind, rules)
    due_at = due_at or clock.due(cause.at, rules.calendar)
    warns_at = clock.warns_at(due_at)
    warns_at = warns_at if warns_at and warns_at > cause.at else None
    started = complaint.awaiting(kind, due_at)
    if warns_at:
        started = started.awaiting(f"{kind}_warning", warns_at)
    announced = DeadlineSetByComplaints.of(
        _running(complaint, clock, due_at),
        calendar="working" if clock.term.working else "calendar",
        policy_version=clock.version,
        warn_at=(warns_at,) if warns_at else (),
    )
    return Change(started, (announced,))


def stop(complaint: Complaint, *kinds: ClockKind) -> Change[Complaint]:
    """Stop these clocks; one that does not run is fine. With the clock of the case the climbing ends."""
    stopped = complaint.done_with(*kinds, *(f"{kind}_warning" for kind in kinds))
    return Change(stopped.done_with(ESCALATION) if "close" in kinds else stopped)


def warn(complaint: Complaint, kind: ClockKind, rules: Rules, cause: Cause) -> Change[Complaint]:
    """A clock comes near its end: say so while there is time (003 §24-3)."""
    due_at = complaint.deadline(kind)
    assert due_at is not None, "a warning ends with its clock"
    running = _running(complaint, _clock(complaint, kind, rules), due_at)
    return Change(complaint, (DeadlineApproachingAtComplaints.of(running, remaining=due_at - cause.at),))


def miss(complaint: Complaint, kind: ClockKind, rules: Rules, cause: Cause) -> Change[Complaint]:
    """A clock ran out at the cause's time: report it and take the case up the ladder (003 §21, §24-3, §26)."""
    policy, clock = rules.version(complaint.policy_version), _clock(complaint, kind, rules)
    noted = complaint.but(missed=(*complaint.missed, Missed(clock=clock.name, due_at=cause.at)))
    overdue = DeadlineMissedByComplaints.of(
        _running(complaint, clock, cause.at), supervisor_role=clock.escalates_to
    )
    missed = Change(noted, (overdue,)).then(
        lambda case: take_up(case, policy.rung(clock.escalates_to), "deadline", rules, clock.name)
    )
    return missed.then(lambda case: wait_on_the_rung(case, rules, cause)) if kind == "close" else missed


def _clock(complaint: Complaint, kind: ClockKind, rules: Rules) -> Clock:
    policy = rules.version(complaint.policy_version)
    if kind == "step":
        return policy.steps[STEP_OF[complaint.stage]]
    return policy.close if kind == "close" else policy.submit


def _running(complaint: Complaint, clock: Clock, due_at: datetime) -> RunningDeadline:
    """The same id for one running clock whenever it is spoken of."""
    return RunningDeadline(
        deadline_id=uuid5(complaint.id, f"{clock.name}@{due_at.isoformat()}"),
        kind=clock.name,
        about=complaint.about.complaint_no,
        due_at=due_at,
        assignee=complaint.owner,
        assignee_role=Role.CS_MANAGER,
        customer_id=complaint.form.customer.customer_id,
    )
