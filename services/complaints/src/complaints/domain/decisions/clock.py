"""A case: the form, what our departments add to it, and the clocks that run on it (003 §24-3, §26)."""

from datetime import datetime
from typing import Any, Literal, Self
from uuid import UUID, uuid5

from complaints.domain.form import Form
from complaints.domain.policy import Clock, ComplaintPolicy
from complaints.domain.record import (
    Answer,
    Blocked,
    Classification,
    Closing,
    Implementation,
    Investigation,
    Judgement,
    Missed,
    Proposal,
    Verdict,
    WarrantyNote,
)
from complaints.domain.stage import ALLOWED, LIVE, STEP_OF, TERMINAL, Decision, Stage, possible
from shared.aggregate import Aggregate, Change, Refused
from shared.contracts.complaints import (
    ComplaintEscalated,
    DeadlineApproachingAtComplaints,
    DeadlineMissedByComplaints,
    DeadlineSetByComplaints,
)
from shared.contracts.event import Event, Instant
from shared.contracts.vocabulary import ComplaintNo, RoleName, StaffId

ClockKind = Literal["close", "submit", "step"]
CLOCKS: tuple[ClockKind, ...] = ("close", "submit", "step")
ESCALATION = "escalation"
BELOW_THE_LADDER: RoleName = "complaint_handler"


class IllegalTransition(Refused):
    """A decision that the stage of the case does not allow."""

    code = "illegal_transition"


class Case(Aggregate):
    """What is known about a complaint, and its running clocks. A draft has no number and no clock."""

    form: Form
    stage: Stage = "draft"
    number: ComplaintNo | None = None
    accepted_at: Instant | None = None
    close_by: Instant | None = None
    owner: StaffId | None = None
    classification: Classification | None = None
    judgement: Judgement | None = None
    investigation: Investigation | None = None
    proposals: tuple[Proposal, ...] = ()
    verdicts: tuple[Verdict, ...] = ()
    blocked: tuple[Blocked, ...] = ()
    answer: Answer | None = None
    implementation: Implementation | None = None
    warranty: tuple[WarrantyNote, ...] = ()
    level: int = 0
    missed: tuple[Missed, ...] = ()
    closing: Closing | None = None

    def warn(self, kind: ClockKind, policy: ComplaintPolicy, at: datetime) -> Change[Self]:
        """A clock comes near its end: say so while there is time (003 §24-3)."""
        due_at = self.deadline(kind)
        assert due_at is not None, "a warning ends with its clock"
        warning = DeadlineApproachingAtComplaints(
            remaining=due_at - at, **self._running(self._clock(kind, policy), due_at)
        )
        return Change(self, (warning,))

    def miss(self, kind: ClockKind, policy: ComplaintPolicy, at: datetime) -> Change[Self]:
        """A clock ran out at `at`: report it and take the case up the ladder (003 §21, §24-3, §26)."""
        clock = self._clock(kind, policy)
        missed = self.but(missed=(*self.missed, Missed(clock=clock.name, due_at=at)))
        overdue = DeadlineMissedByComplaints(supervisor_role=clock.escalates_to, **self._running(clock, at))
        raised = missed._raised(policy.rung(clock.escalates_to), "deadline", policy, clock)
        state = raised.state
        if kind == "close" and state.level < len(policy.ladder):
            state = state.awaiting(ESCALATION, at + policy.patience)
        return Change(state, (overdue, *raised.events))

    def climb(self, policy: ComplaintPolicy, at: datetime) -> Change[Self]:
        """An overdue case that is still open goes up one more rung, until it is at the top."""
        raised = self._raised(self.level + 1, "deadline", policy, policy.close)
        if raised.state.level < len(policy.ladder):
            return Change(raised.state.awaiting(ESCALATION, at + policy.patience), raised.events)
        return raised

    def must(self, decision: Decision) -> None:
        """Raises IllegalTransition, with what is possible instead, when the stage does not allow the decision."""
        if self.stage in ALLOWED[decision]:
            return
        offers = ", ".join(possible(self.stage)) or "nothing any more"
        raise IllegalTransition(
            f"{decision} is not possible while the complaint is {self.stage}; possible now: {offers}"
        )

    def _moved(self, stage: Stage, policy: ComplaintPolicy, at: datetime, *events: Event) -> Change[Self]:
        """In another stage, with that stage's step clock instead of the old one; a terminal stage stops all clocks."""
        stopped = self._stopped(*CLOCKS) if stage in TERMINAL else self._stopped("step")
        moved = stopped.but(stage=stage)
        step = STEP_OF.get(stage)
        if step is None:
            return Change(moved, events)
        return moved._started("step", policy.steps[step], policy, at, events)

    def _started(
        self,
        kind: ClockKind,
        clock: Clock,
        policy: ComplaintPolicy,
        at: datetime,
        events: tuple[Event, ...],
        due_at: datetime | None = None,
    ) -> Change[Self]:
        """With a clock running, and its announcement behind the other events."""
        due_at = due_at or clock.due(at, policy.calendar)
        warns_at = clock.warns_at(due_at)
        warns_at = warns_at if warns_at and warns_at > at else None
        started = self.awaiting(kind, due_at)
        if warns_at:
            started = started.awaiting(f"{kind}_warning", warns_at)
        announced = DeadlineSetByComplaints(
            calendar="working" if clock.term.working else "calendar",
            policy_version=clock.version,
            warn_at=(warns_at,) if warns_at else (),
            **self._running(clock, due_at),
        )
        return Change(started, (*events, announced))

    def _stopped(self, *kinds: ClockKind) -> Self:
        stopped = self.done_with(*kinds, *(f"{kind}_warning" for kind in kinds))
        return stopped.done_with(ESCALATION) if "close" in kinds else stopped

    def _raised(
        self,
        level: int,
        reason: Literal["deadline", "severity", "manual"],
        policy: ComplaintPolicy,
        clock: Clock | None = None,
    ) -> Change[Self]:
        """On this rung of the ladder, or left where it is if that is as high or higher."""
        if level <= self.level or self.stage not in LIVE:
            return Change(self)
        escalated = ComplaintEscalated(
            level=level,
            from_role=policy.ladder[self.level - 1] if self.level else BELOW_THE_LADDER,
            to_role=policy.ladder[level - 1],
            reason=reason,
            clock=clock.name if clock else None,
            customer=self.form.customer,
            **self._named(),
        )
        return Change(self.but(level=level), (escalated,))

    def _clock(self, kind: ClockKind, policy: ComplaintPolicy) -> Clock:
        if kind == "step":
            return policy.steps[STEP_OF[self.stage]]
        return policy.close if kind == "close" else policy.submit

    def _named(self) -> dict[str, Any]:
        return {"complaint_id": self.id, "complaint_no": self.number}

    def _running(self, clock: Clock, due_at: datetime) -> dict[str, Any]:
        return {
            "deadline_id": _deadline_id(self.id, clock, due_at),
            "kind": clock.name,
            "about": self.number,
            "due_at": due_at,
            "assignee": self.owner,
            "assignee_role": "cs_manager",
            "customer_id": self.form.customer.customer_id,
        }


def _deadline_id(complaint: UUID, clock: Clock, due_at: datetime) -> UUID:
    """The same for one running clock whenever it is spoken of."""
    return uuid5(complaint, f"{clock.name}@{due_at.isoformat()}")
