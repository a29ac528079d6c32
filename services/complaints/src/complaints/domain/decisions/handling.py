"""Whose a case is, of what kind it is, and what others found out about it."""

from datetime import datetime

from complaints.domain.complaint import (
    Complaint,
    give_turn,
    reviewed_if_major,
    told_by_letter_if_major,
    warranty_known,
)
from complaints.domain.decisions.checks import must_be_past
from complaints.domain.decisions.escalation import take_to_major
from complaints.domain.lifecycle import COMPLAINT
from complaints.domain.parts.handling import (
    Acknowledgement,
    Call,
    Classification,
    Notice,
    NoticeWay,
    Panel,
    Visit,
    WarrantyNote,
)
from complaints.domain.policy.policy import Rules
from shared.aggregate import Cause, Change, Refused, must_be_near
from shared.contracts.aftersales import WarrantyChecked
from shared.contracts.complaints import (
    ComplaintAcknowledged,
    ComplaintClassified,
    ComplaintDecisionTold,
    ComplaintOwnerAssigned,
    ComplaintVisitRecorded,
    MajorComplaintPanelConvened,
)
from shared.contracts.intake import CallbackCompleted
from shared.contracts.roles import HANDLERS
from shared.contracts.vocabulary import DepartmentName, FileRef, Prose, StaffId


def assign_owner(
    complaint: Complaint, owner: StaffId, visit_required: bool, rules: Rules, cause: Cause
) -> Change[Complaint]:
    """The CS manager in person, or a designated person, handles the case, whichever side is at fault (003 §20).

    All that CS still has to do by some moment is this person's duty from now on. Where a visit is required, the case
    is not closed without one.
    """
    COMPLAINT.must(complaint.stage, "assign_owner")
    assigned = ComplaintOwnerAssigned.of(complaint.about_customer, owner=owner, visit_required=visit_required)
    owned = complaint.but(owner=owner, visit_required=visit_required)
    change = Change(owned, (assigned,))
    for run in owned.running:
        if run.clock.role in HANDLERS:
            change = change.then(rules.clocks.reassign(run.id, owner, "指定为投诉负责人", cause))
    return change


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
    COMPLAINT.must(complaint.stage, "record_visit")
    must_have_owner(complaint)
    must_be_past("the visit", visited_at, cause, "visited_at")
    visit = Visit(visited_at=visited_at, note=note, file=file, by=cause.actor.id, at=cause.at)
    told = ComplaintVisitRecorded.of(complaint.about_customer, visited_at=visited_at, by=visit.by, note=note)
    return Change(complaint.but(visits=(*complaint.visits, visit)), (told,))


def record_notice(
    complaint: Complaint, way: NoticeWay, words: Prose, letter: FileRef | None, cause: Cause
) -> Change[Complaint]:
    """A colleague has told the customer the decision by letter or in person; in which words is kept (003 §25.6b, §18).

    Refused for a letter without its file (`letter_not_attached`).
    """
    COMPLAINT.must(complaint.stage, "record_notice")
    if way == "letter" and letter is None:
        raise Refused("give the file of the letter that was sent", "letter_not_attached", "letter")
    notice = Notice(way=way, words=words, letter=letter, by=cause.actor.id, at=cause.at)
    told = ComplaintDecisionTold.of(complaint.about_customer, way=way, words=words, by=notice.by, at=notice.at)
    return Change(complaint.but(notices=(*complaint.notices, notice)), (told,))


def must_have_letter_if_major(complaint: Complaint) -> None:
    """Refused with `letter_missing` until the customer of a major case was informed by letter (003 §18a)."""
    if not told_by_letter_if_major(complaint):
        raise Refused("the customer of a major case is informed by letter first: record-notice", "letter_missing")


def classify(complaint: Complaint, classification: Classification, rules: Rules, cause: Cause) -> Change[Complaint]:
    """Quality or not, major or not; a major case goes straight to the deputy GM, and before others (003 §23, §18a)."""
    COMPLAINT.must(complaint.stage, "classify")
    told = ComplaintClassified.of(
        complaint.about,
        nature=classification.nature,
        category=classification.category,
        major=classification.major,
    )
    classified = Change(give_turn(complaint.but(classification=classification)), (told,))
    return classified.then(lambda case: take_to_major(case, rules, cause)) if classification.major else classified


def acknowledge(complaint: Complaint, restated: Prose, cause: Cause) -> Change[Complaint]:
    """What was understood is confirmed with the customer; a later confirmation takes its place (004 一㈢3a)."""
    COMPLAINT.must(complaint.stage, "acknowledge")
    told = ComplaintAcknowledged.of(complaint.about_customer, confirmed_at=cause.at, restated=restated)
    confirmed = Acknowledgement(restated=restated, by=cause.actor.id, at=cause.at)
    return Change(complaint.but(acknowledgement=confirmed), (told,))


def convene_panel(
    complaint: Complaint, departments: tuple[DepartmentName, ...], meets_at: datetime, cause: Cause
) -> Change[Complaint]:
    """The departments meet to review the measures of a major case; convened anew, they review anew (004 一㈢3b).

    Refused for a case that is not major (`not_major`), for a time that is past (`meets_at`) and one far ahead
    (`far_day`).
    """
    COMPLAINT.must(complaint.stage, "convene_panel")
    if not complaint.major:
        raise Refused("departments review major cases: classify it as major first", "not_major")
    if meets_at <= cause.at:
        raise Refused("the departments meet at some later time", "meets_at", "meets_at")
    must_be_near(meets_at, cause, "meets_at")
    each_once = tuple(dict.fromkeys(departments))
    told = MajorComplaintPanelConvened.of(complaint.about, departments=each_once, at=meets_at)
    panel = Panel(departments=each_once, meets_at=meets_at, convened_by=cause.actor.id, convened_at=cause.at)
    return Change(complaint.but(panel=panel), (told,))


def record_panel(complaint: Complaint, measures: Prose, minutes: FileRef | None, cause: Cause) -> Change[Complaint]:
    """What the departments found the right measures: from now on solutions may be proposed (004 一㈢3b).

    Refused until the departments were convened (`panel_not_convened`) and before they meet (`future_date`).
    """
    COMPLAINT.must(complaint.stage, "record_panel")
    if complaint.panel is None:
        raise Refused("the departments are convened first: convene-panel", "panel_not_convened")
    must_be_past("the departments' meeting", complaint.panel.meets_at, cause)
    recorded = complaint.panel.but(measures=measures, minutes=minutes, recorded_by=cause.actor.id, recorded_at=cause.at)
    return Change(complaint.but(panel=recorded))


def must_be_reviewed_if_major(complaint: Complaint) -> None:
    """Refused with `panel_missing` until the departments have reviewed the measures of a major case (004 一㈢3b)."""
    if not reviewed_if_major(complaint):
        raise Refused("departments review a major case first: convene-panel, then record-panel", "panel_missing")


def must_know_warranty(complaint: Complaint) -> None:
    """Refused until it is known whether a matter of quality is under warranty, where an order or a contract is named.

    While after-sales has not answered (`warranty_awaited`), and until a person has decided what is uncertain, with a
    reason (`warranty_uncertain`). Source: 001 售后四, 备注3; 003 §25.4a.
    """
    if warranty_known(complaint):
        return
    if not complaint.warranty:
        raise Refused("after-sales has not answered yet whether it is under warranty; wait for it", "warranty_awaited")
    check = complaint.warranty[-1].check_id
    raise Refused(
        f"whether it is under warranty is uncertain: decide check {check} in after-sales, with a reason",
        "warranty_uncertain",
    )


def keep_call(complaint: Complaint, called: CallbackCompleted, cause: Cause) -> Change[Complaint]:
    """Keep what the customer said on the call after the closing (002 五a, 004 一㈢3d)."""
    words = "；".join(filter(None, (called.detail, called.suggestion)))
    call = Call(satisfied=called.branch, words=words, by=called.recorded_by, at=called.completed_at)
    return Change(complaint.but(calls=(*complaint.calls, call)))


def keep_warranty(complaint: Complaint, checked: WarrantyChecked, cause: Cause) -> Change[Complaint]:
    """Keep what after-sales found out; also in a closed case, since a customer may ask about it later.

    The answers of one check stand in the order in which they were given, however they arrive: the last one holds.
    """
    note, notes = WarrantyNote.of(checked, cause), complaint.warranty
    later = (
        place for place, each in enumerate(notes) if each.check_id == note.check_id and each.sequence > note.sequence
    )
    place = next(later, len(notes))
    return Change(complaint.but(warranty=(*notes[:place], note, *notes[place:])))
