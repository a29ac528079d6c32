"""What CS does beside the case's way: going through it, turning to departments, reporting opinions (003 §24-3)."""

from complaints.domain.complaint import Complaint, whole
from complaints.domain.lifecycle import COMPLAINT
from complaints.domain.parts.handling import Contact, HandlingAudit, Opinion
from shared.aggregate import Cause, Change, Refused, must_be_another
from shared.contracts.complaints import DepartmentContacted, OpinionReported
from shared.contracts.vocabulary import DepartmentName, Prose


def audit(complaint: Complaint, complete: bool, findings: Prose, cause: Cause) -> Change[Complaint]:
    """A manager goes through what stands in the case; while something is missing it is not closed (003 §24-3).

    Refused to those who handle it (`four_eyes`).
    """
    COMPLAINT.must(complaint.stage, "audit")
    must_be_another(
        "a case is audited by another person than those who handle it", *complaint.hands["audit"], cause=cause
    )
    audited = HandlingAudit(complete=complete, findings=findings, by=cause.actor.id, at=cause.at)
    return Change(complaint.but(audits=(*complaint.audits, audited)))


def must_be_complete(complaint: Complaint) -> None:
    """Refused with `audit_open` after an audit that found something missing, until another one finds the case whole."""
    if not whole(complaint):
        raise Refused(f"{complaint.audits[-1].by} found something missing: add it, then audit again", "audit_open")


def contact_department(
    complaint: Complaint, department: DepartmentName, words: Prose, cause: Cause
) -> Change[Complaint]:
    """CS turns to a department about the case, for its part in it or to help it with the customer (003 §24-3)."""
    COMPLAINT.must(complaint.stage, "contact_department")
    contact = Contact(department=department, words=words, by=cause.actor.id, at=cause.at)
    told = DepartmentContacted.of(complaint.about, department=department, words=words, by=contact.by, at=contact.at)
    return Change(complaint.but(contacts=(*complaint.contacts, contact)), (told,))


def report_opinion(complaint: Complaint, department: DepartmentName, opinion: Prose, cause: Cause) -> Change[Complaint]:
    """An opinion that came up goes to a department: to plan an improvement is a duty from its announcement on."""
    COMPLAINT.must(complaint.stage, "report_opinion")
    reported = Opinion(department=department, opinion=opinion, by=cause.actor.id, at=cause.at)
    told = OpinionReported.of(complaint.about, department=department, opinion=opinion, by=reported.by, at=reported.at)
    return Change(complaint.but(opinions=(*complaint.opinions, reported)), (told,))
