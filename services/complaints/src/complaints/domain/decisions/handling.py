"""Whose a case is, of what kind it is, and what others found out about it."""

from complaints.domain.complaint import Complaint
from complaints.domain.decisions.escalation import take_to_major
from complaints.domain.lifecycle import LIFECYCLE
from complaints.domain.parts.handling import Classification, WarrantyNote
from complaints.domain.policy.policy import Rules
from shared.aggregate import Cause, Change
from shared.contracts.aftersales import WarrantyChecked
from shared.contracts.complaints import ComplaintClassified, ComplaintOwnerAssigned
from shared.contracts.vocabulary import StaffId


def assign_owner(
    complaint: Complaint, owner: StaffId, visit_required: bool, rules: Rules, cause: Cause
) -> Change[Complaint]:
    """The CS manager in person, or a designated person, handles the case, whichever side is at fault (003 §20).

    All that is still to be done by some moment is this person's duty from now on.
    """
    LIFECYCLE.must(complaint.stage, "assign_owner")
    assigned = ComplaintOwnerAssigned.of(complaint.about_customer, owner=owner, visit_required=visit_required)
    return Change(complaint.but(owner=owner), (assigned,)).then(rules.clocks.assign(owner, "指定为投诉负责人", cause))


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
