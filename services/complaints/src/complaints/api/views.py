"""How a case is shown inside the house."""

from typing import Self
from uuid import UUID

from complaints.domain.complaint import Complaint
from complaints.domain.form import Form
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
from complaints.domain.stage import Decision, Stage, possible
from shared.aggregate import Deadline
from shared.contracts.event import Instant, Part
from shared.contracts.vocabulary import ComplaintNo, OrderId, StaffId


class ComplaintView(Part):
    """The internal form with everything on it, and what may be decided next. Never for the customer (003 §25.6)."""

    complaint_id: UUID
    complaint_no: ComplaintNo | None
    stage: Stage
    possible: tuple[Decision, ...]
    form: Form
    order_id: OrderId | None
    accepted_at: Instant | None
    close_by: Instant | None
    owner: StaffId | None
    classification: Classification | None
    judgement: Judgement | None
    investigation: Investigation | None
    proposals: tuple[Proposal, ...]
    verdicts: tuple[Verdict, ...]
    blocked: tuple[Blocked, ...]
    answer: Answer | None
    implementation: Implementation | None
    warranty: tuple[WarrantyNote, ...]
    level: int
    missed: tuple[Missed, ...]
    deadlines: tuple[Deadline, ...]
    closing: Closing | None

    @classmethod
    def of(cls, complaint: Complaint) -> Self:
        """Everything on the form."""
        shown = {name: getattr(complaint, name) for name in cls.model_fields.keys() & Complaint.model_fields.keys()}
        return cls(
            complaint_id=complaint.id,
            complaint_no=complaint.number,
            possible=possible(complaint.stage),
            order_id=complaint.form.order_id,
            **shown,
        )
