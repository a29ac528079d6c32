"""Whose a case is, of what kind it is, and what others found out about it."""

from datetime import datetime

from complaints.domain.complaint import Complaint
from complaints.domain.decisions.checks import must_be_past
from complaints.domain.decisions.escalation import take_to_major
from complaints.domain.lifecycle import LIFECYCLE
from complaints.domain.parts.handling import Classification, Visit, WarrantyNote
from complaints.domain.policy.policy import Rules
from shared.aggregate import Cause, Change, Refused
from shared.contracts.aftersales import WarrantyChecked
from shared.contracts.complaints import ComplaintClassified, ComplaintOwnerAssigned, ComplaintVisitRecorded
from shared.contracts.vocabulary import FileRef, Prose, StaffId


def assign_owner(
    complaint: Complaint, owner: StaffId, visit_required: bool, rules: Rules, cause: Cause
) -> Change[Complaint]:
    """The CS manager in person, or a designated person, handles the case, whichever side is at fault (003 §20).

    All that is still to be done by some moment is this person's duty from now on. Where a visit is required, the case
    is not closed without one.
    """
    LIFECYCLE.must(complaint.stage, "assign_owner")
    assigned = ComplaintOwnerAssigned.of(complaint.about_customer, owner=owner, visit_required=visit_required)
    owned = complaint.but(owner=owner, visit_required=visit_required)
    return Change(owned, (assigned,)).then(rules.clocks.assign(owner, "指定为投诉负责人", cause))


def must_have_owner(complaint: Complaint) -> None:
    """Refused with `owner_missing` until the CS manager has named who handles the case (003 §20)."""
    if complaint.owner is None:
        raise Refused("the CS manager first names the owner of the case: assign-owner", "owner_missing")


def record_visit(
    complaint: Complaint, visited_at: datetime, note: Prose, file: FileRef | None, cause: Cause
) -> Change[Complaint]:
    """Who handles the case was with the customer (003 §20).

    Refused for a visit in the future (`future_date`) and without an owner (`owner_missing`).
    """
    LIFECYCLE.must(complaint.stage, "record_visit")
    must_have_owner(complaint)
    must_be_past("the visit", visited_at, cause)
    visit = Visit(visited_at=visited_at, note=note, file=file, by=cause.actor.id, at=cause.at)
    told = ComplaintVisitRecorded.of(complaint.about_customer, visited_at=visited_at, by=visit.by, note=note)
    return Change(complaint.but(visits=(*complaint.visits, visit)), (told,))


def classify(complaint: Complaint, classification: Classification, rules: Rules, cause: Cause) -> Change[Complaint]:
    """Quality or not, major or not; a major case goes straight to the deputy GM (003 §23, §18a)."""
    LIFECYCLE.must(complaint.stage, "classify")
    told = ComplaintClassified.of(
        complaint.about,
        nature=classification.nature,
        category=classification.category,
        major=classification.major,
    )
    classified = Change(complaint.but(classification=classification), (told,))
    return classified.then(lambda case: take_to_major(case, rules, cause)) if classification.major else classified


def keep_warranty(complaint: Complaint, checked: WarrantyChecked, cause: Cause) -> Change[Complaint]:
    """Keep what after-sales found out; also in a closed case, since a customer may ask about it later."""
    note = WarrantyNote.of(checked, cause.at)
    return Change(complaint.but(warranty=(*complaint.warranty, note)))
