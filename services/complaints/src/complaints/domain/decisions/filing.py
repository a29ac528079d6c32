"""How a complaint begins: drafted, opened under its number, or dismissed (002 六1(1), 003 §18a)."""

from uuid import UUID

from complaints.domain.complaint import Complaint
from complaints.domain.decisions.clock import start, stop
from complaints.domain.decisions.escalation import take_to_major
from complaints.domain.decisions.stage import move
from complaints.domain.lifecycle import COMPLAINT
from complaints.domain.parts.form import Form
from complaints.domain.policy.policy import Rules
from complaints.domain.register import Register
from shared.aggregate import Cause, Change
from shared.contracts.complaints import ComplaintFiled


def draft(id: UUID, form: Form, rules: Rules, cause: Cause) -> Change[Complaint]:
    """Write down what may be a complaint; whether it is one has to be decided soon (002 五a)."""
    return start(Complaint(id=id, form=form).with_form(form), "draft", rules, cause)


def dismiss(complaint: Complaint, rules: Rules, cause: Cause) -> Change[Complaint]:
    """A draft that is no complaint; it gets no number, and the duty to look at it is done."""
    COMPLAINT.must(complaint.stage, "dismiss")
    return stop(complaint.but(stage="dismissed"), rules=rules, cause=cause)


def open_entered(complaint: Complaint, register: Register, form: Form, rules: Rules, cause: Cause) -> Change[Complaint]:
    """The request that gave the complaint its number opens the case, so that the person who filed it can go on.

    What another cause entered is opened by its announcement, with the form that stands in it: here nothing changes.
    """
    if register.entered_by(complaint.id) != cause.id:
        return Change(complaint)
    filed = form.announced(complaint.id, register.number(complaint.id), cause.at)
    return open_case(complaint, filed, rules, cause)


def open_case(complaint: Complaint, filed: ComplaintFiled, rules: Rules, cause: Cause) -> Change[Complaint]:
    """The complaint has its number: the case begins, and with it the clocks of the case and of its first step.

    Opening it again changes nothing.
    """
    if complaint.number == filed.complaint_no:
        return Change(complaint)
    COMPLAINT.must(complaint.stage, "open")
    policy = rules.on(filed.accepted_at)
    numbered = complaint.but(
        number=filed.complaint_no,
        policy_version=policy.version,
        accepted_at=filed.accepted_at,
        close_by=policy.close.term.due(filed.accepted_at, rules.calendar),
    )
    found = numbered.with_form(Form.of(filed)).in_its_turn()
    opened = (
        stop(found, rules=rules, cause=cause)
        .then(lambda case: start(case, "close", rules, cause))
        .then(lambda case: move(case, "filed", rules, cause))
    )
    return opened.then(lambda case: take_to_major(case, rules, cause)) if filed.severity == "major" else opened
