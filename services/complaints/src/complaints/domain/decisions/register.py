"""How a complaint gets its number (002 六1(1), 003 §21)."""

from uuid import UUID

from complaints.domain.parts.form import Form
from complaints.domain.register import Register
from shared.aggregate import Cause, Change
from shared.contracts.complaints import ComplaintResubmitted


def enter(register: Register, complaint_id: UUID, form: Form, cause: Cause) -> Change[Register]:
    """Give the complaint the next number and announce it; an entered one keeps its number and is not announced.

    It is accepted when the cause happened, a time in the register's month. Number and announcement are one write, so no
    number is given without its complaint being announced; the announcement opens the case.
    """
    if register.holds(complaint_id):
        return Change(register)
    entered = register.but(entries=(*register.entries, complaint_id))
    number = entered.number(complaint_id)
    change = Change(entered, (form.announced(complaint_id, number, cause.at),))
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
