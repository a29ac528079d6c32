"""What may be decided about a complaint, from draft to close (002 六, 003 §18-§27)."""

from datetime import datetime
from typing import Self
from uuid import UUID

from complaints.domain.form import Form
from complaints.domain.policy import Clock, ComplaintPolicy
from complaints.domain.record import Classification, Closing, Investigation, Judgement, Outcome, WarrantyNote
from complaints.domain.resolution import Resolvable
from complaints.domain.stage import Stage
from shared.aggregate import Change, Refused
from shared.contracts.complaints import (
    ComplaintClassified,
    ComplaintFiled,
    ComplaintJudged,
    ComplaintOwnerAssigned,
    InvestigationAssigned,
    InvestigationCompleted,
)
from shared.contracts.event import Actor
from shared.contracts.vocabulary import FileRef, Line, Prose, StaffId


class Complaint(Resolvable):
    """A customer's complaint and its handling. Ends once: closed with one outcome, or dismissed as a draft."""

    @classmethod
    def draft(cls, id: UUID, form: Form) -> Self:
        """What may become a complaint when a person files it."""
        return cls(id=id, form=form)

    def open(self, filed: ComplaintFiled, policy: ComplaintPolicy) -> Change[Self]:
        """The complaint has its number: the case begins, and with it the clocks of the case and of its first step.

        Opening it again changes nothing.
        """
        if self.number == filed.complaint_no:
            return Change(self)
        self.must("open")
        at = filed.accepted_at
        case = self.but(
            form=Form.of(filed),
            number=filed.complaint_no,
            accepted_at=at,
            close_by=policy.close.due(at, policy.calendar),
        )
        running = case._started("close", policy.close, policy, at, ())
        opened = running.state._moved("filed", policy, at, *running.events)
        if filed.severity == "major":
            return opened.state._to_the_top(policy, opened)
        return opened

    def dismiss(self) -> Change[Self]:
        """A draft that is no complaint; it gets no number."""
        self.must("dismiss")
        return Change(self.but(stage="dismissed"))

    def assign_owner(self, owner: StaffId, visit_required: bool) -> Change[Self]:
        """The CS manager in person, or somebody designated, handles the case, whoever is at fault (003 §20)."""
        self.must("assign_owner")
        assigned = ComplaintOwnerAssigned(
            owner=owner, visit_required=visit_required, customer=self.form.customer, **self._named()
        )
        return Change(self.but(owner=owner), (assigned,))

    def classify(self, classification: Classification, policy: ComplaintPolicy) -> Change[Self]:
        """Quality or not, major or not; a major case goes to the deputy GM at once (003 §23, §18a)."""
        self.must("classify")
        classified = Change(
            self.but(classification=classification),
            (ComplaintClassified(**classification.model_dump(), **self._named()),),
        )
        return classified.state._to_the_top(policy, classified) if classification.major else classified

    def judge(self, judgement: Judgement, policy: ComplaintPolicy, at: datetime) -> Change[Self]:
        """Upheld or not. An upheld complaint names the responsible department (002 六1(2))."""
        self.must("judge")
        if judgement.upheld != (judgement.responsible_department is not None):
            raise Refused(
                "name the responsible department if and only if the complaint is upheld", "responsible_department"
            )
        judged = ComplaintJudged(
            **judgement.model_dump(),
            order_id=self.form.order_id,
            order_no=self.form.order_no,
            customer=self.form.customer,
            **self._named(),
        )
        stage: Stage = "upheld" if judgement.upheld else "not_upheld"
        return self.but(judgement=judgement)._moved(stage, policy, at, judged)

    def assign_investigation(
        self, investigation: Investigation, due_at: datetime | None, policy: ComplaintPolicy, at: datetime
    ) -> Change[Self]:
        """A department has to find the cause by the time that CS sets on the form, with others if need be (003 §25.2).

        Without a time the step's own limit holds. Refused when the time is past, or beyond the closing of the case.
        """
        self.must("assign_investigation")
        clock = policy.steps["investigate"]
        due = due_at or self.deadline("step") or clock.due(at, policy.calendar)
        if due <= at or (self.close_by and at < self.close_by < due):
            raise Refused(
                f"the investigation is due between now and the closing of the case, {self.close_by}", "due_at"
            )
        assigned = InvestigationAssigned(
            department=investigation.department,
            joint_with=investigation.joint_with,
            due_at=due,
            customer=self.form.customer,
            **self._named(),
        )
        case = self._stopped("step").but(stage="investigating", investigation=investigation)
        return case._started("step", clock, policy, at, (assigned,), due)

    def complete_investigation(
        self,
        cause: Prose,
        evidence: tuple[FileRef, ...],
        responsible: tuple[Line, ...],
        policy: ComplaintPolicy,
        at: datetime,
    ) -> Change[Self]:
        """The cause is found; the case is submitted for instruction within three days from here (003 §25.3)."""
        self.must("complete_investigation")
        assert self.investigation is not None
        found = {"cause": cause, "evidence": evidence, "responsible": responsible}
        investigation = self.investigation.model_copy(update={**found, "completed_at": at})
        completed = InvestigationCompleted(**found, at=at, **self._named())
        moved = self.but(investigation=investigation)._moved("investigated", policy, at, completed)
        return moved.state._started("submit", policy.submit, policy, at, moved.events)

    def close(self, result: Prose | None, by: Actor, policy: ComplaintPolicy, at: datetime) -> Change[Self]:
        """Carried out, or answered as not upheld: the case is archived and the customer is told (002 五, 003 §26.1)."""
        self.must("close")
        outcome: Outcome = "not_upheld" if self.stage == "not_upheld" else "resolved"
        return self._closed(Closing(outcome=outcome, result=result, at=at, by=by.id), policy)

    def withdraw(self, by: Actor, policy: ComplaintPolicy, at: datetime) -> Change[Self]:
        """The customer takes the complaint back."""
        self.must("withdraw")
        return self._closed(Closing(outcome="withdrawn", at=at, by=by.id), policy)

    def escalate(self, policy: ComplaintPolicy) -> Change[Self]:
        """Somebody sends the case up one rung. Refused at the top."""
        self.must("escalate")
        if self.level == len(policy.ladder):
            raise Refused(f"the case is with {policy.ladder[-1]} already; there is nobody above", "top_of_the_ladder")
        return self._raised(self.level + 1, "manual", policy)

    def note_warranty(self, note: WarrantyNote) -> Change[Self]:
        """Keep what after-sales found out; also in a closed case, since it may be asked about later."""
        return Change(self.but(warranty=(*self.warranty, note)))

    def _due_by(self, due_at: datetime, at: datetime) -> datetime:
        late = self.close_by is not None and at < self.close_by < due_at
        if due_at <= at or late:
            raise Refused(f"an investigation is due between now and the closing of the case, {self.close_by}", "due_at")
        return due_at

    def _usual_due(self, clock: Clock, policy: ComplaintPolicy, at: datetime) -> datetime:
        """The end of the step that is running; after a miss, the step's limit from now."""
        running = self.deadline("step")
        return running if running and running > at else clock.due(at, policy.calendar)

    def _to_the_top(self, policy: ComplaintPolicy, change: Change[Self]) -> Change[Self]:
        raised = self._raised(policy.rung(policy.major_to), "severity", policy)
        return Change(raised.state, (*change.events, *raised.events))
