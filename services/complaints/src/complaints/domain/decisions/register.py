"""How a complaint gets its number (002 六1(1), 003 §21)."""

from uuid import UUID

from complaints.domain.parts.form import Form
from complaints.domain.register import Entry, Register
from shared.aggregate import Cause, Change
from shared.contracts.complaints import ComplaintFiled, ComplaintResubmitted
from shared.contracts.vocabulary import AboutCustomersComplaint, ComplaintNo


def enter(register: Register, complaint_id: UUID, form: Form, cause: Cause) -> Change[Register]:
    """Give the complaint the next number and announce it; an entered one keeps its number and is not announced.

    Number and announcement are one write, so no number is given without its complaint being announced; the announcement
    opens the case.
    """
    if register.holds(complaint_id):
        return Change(register)
    entered = register.but(entries=(*register.entries, Entry(complaint_id=complaint_id, cause=cause.id)))
    number = entered.number(complaint_id)
    change = Change(entered, (announcement(complaint_id, number, form, cause),))
    if not form.chain:
        return change
    resubmitted = ComplaintResubmitted(
        complaint_id=complaint_id,
        complaint_no=number,
        previous_no=form.chain[-1],
        chain=form.chain,
        customer=form.customer,
    )
    return change.announcing(resubmitted)


def announcement(complaint_id: UUID, number: ComplaintNo, form: Form, cause: Cause) -> ComplaintFiled:
    """What is announced of a form under its number: it is accepted at the time of the cause."""
    return ComplaintFiled.of(
        AboutCustomersComplaint(complaint_id=complaint_id, complaint_no=number, customer=form.customer),
        form.concerning,
        form.said,
        accepted_at=cause.at,
        previous_no=form.chain[-1] if form.chain else None,
    )
