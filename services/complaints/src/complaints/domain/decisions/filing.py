"""How a complaint begins: drafted, taken in, opened under its number, or dismissed (002 六1(1), 003 §18a)."""

from uuid import UUID

from complaints.domain.complaint import Complaint, give_turn, put_form
from complaints.domain.decisions.checks import must_fit, must_fit_details
from complaints.domain.decisions.clock import start, stop
from complaints.domain.decisions.escalation import take_to_major
from complaints.domain.decisions.stage import move
from complaints.domain.known_order import KnownOrder, filled_in
from complaints.domain.lifecycle import COMPLAINT
from complaints.domain.parts.form import AddedDetails, Additions, Details, Form, NamedOrder, completed
from complaints.domain.policy.policy import Rules
from complaints.domain.register import Register
from shared.aggregate import Cause, Change, Refused
from shared.contracts.complaints import ComplaintFiled, ComplaintOrderNamed, ComplaintTakenIn
from shared.contracts.vocabulary import ContractNo, OrderNo


def draft(id: UUID, form: Form, rules: Rules, cause: Cause) -> Change[Complaint]:
    """Write down what may be a complaint; whether it is one has to be decided soon (002 五a)."""
    return start(put_form(Complaint(id=id, form=form), form), "draft", rules, cause)


def take_in(id: UUID, form: Form, order: KnownOrder | None, rules: Rules, cause: Cause) -> Change[Complaint]:
    """A person files what a customer said. What the form says is held against the order: see `must_fit`."""
    return _taken_in(Complaint(id=id, form=form), form, order, rules, cause)


def file(
    complaint: Complaint, added: Additions, order: KnownOrder | None, rules: Rules, cause: Cause
) -> Change[Complaint]:
    """A person makes a complaint of a draft, with what that person adds; the duty to look at it is done.

    The first filing decides on the form and on the month whose register gives the number.
    """
    COMPLAINT.must(complaint.stage, "file")
    form = complaint.form
    named = completed(form, added).but(
        order_no=added.order_no or form.order_no,
        contract_no=added.contract_no or form.contract_no,
        nature=added.nature or form.nature,
        severity=added.severity or form.severity,
    )
    return _taken_in(complaint, named, order, rules, cause)


def add_details(
    complaint: Complaint, added: Details, order: KnownOrder | None, rules: Rules, cause: Cause
) -> Change[Complaint]:
    """What sales found out after the filing stands on the form, and who added it is kept (003 §24-1, §25.1).

    It is held against the order where that is the customer's: see `must_fit`. Refused when the form says it already
    (`nothing_changes`).
    """
    COMPLAINT.must(complaint.stage, "add_details")
    form = completed(complaint.form, added)
    if form == complaint.form:
        raise Refused(
            "the form says that already; give a batch, day, quantity, sample, photo, demand or opinion that it lacks",
            "nothing_changes",
        )
    customers = order if order and order.customer_id == complaint.form.customer.customer_id else None
    must_fit_details(added, customers, rules.calendar, cause)
    kept = AddedDetails(found=added, by=cause.actor.id, at=cause.at)
    return Change(put_form(complaint.but(details=(*complaint.details, kept)), form))


def name_order(
    complaint: Complaint,
    order_no: OrderNo | None,
    contract_no: ContractNo | None,
    order: KnownOrder | None,
    rules: Rules,
    cause: Cause,
) -> Change[Complaint]:
    """It turned out which order or contract the complaint is about; before a solution is proposed (003 §24-1).

    What the form says is held against the order: see `must_fit`. Refused when the form names one already
    (`order_named`): a complaint about another order is a case of its own.
    """
    COMPLAINT.must(complaint.stage, "name_order")
    form = complaint.form
    for field, given, there in (
        ("order_no", order_no, form.order_no),
        ("contract_no", contract_no, form.contract_no),
    ):
        if given is not None and there is not None:
            raise Refused(f"it is about {there}; a complaint about another is filed by itself", "order_named", field)
    if order_no is None and contract_no is None:
        raise Refused("give the number of the order or of the contract", "order_missing", "order_no")
    named = form.but(order_no=order_no or form.order_no, contract_no=contract_no or form.contract_no)
    must_fit(named, order, rules.calendar, cause)
    known = filled_in(named, order, rules.calendar) if order else named
    kept = NamedOrder(order_no=known.order_no, contract_no=known.contract_no, by=cause.actor.id, at=cause.at)
    told = ComplaintOrderNamed.of(
        complaint.about_customer,
        known.concerning,
        contract_no=known.contract_no,
        contract_date=known.contract_date,
        received_at=known.received_at,
        refused=complaint.stage in ("not_upheld", "appealed"),
        by=cause.actor.id,
    )
    return Change(put_form(complaint.but(named_orders=(*complaint.named_orders, kept)), known), (told,))


def find_anew(before: Complaint, after: Complaint, cause: Cause) -> Change[Complaint]:
    """An erased customer's case is found by its numbers and its words alone."""
    return Change(put_form(after, after.form))


def _taken_in(
    complaint: Complaint, form: Form, order: KnownOrder | None, rules: Rules, cause: Cause
) -> Change[Complaint]:
    must_fit(form, order, rules.calendar, cause)
    known = filled_in(form, order, rules.calendar) if order else form
    taken = put_form(complaint.but(stage="taken_in", taken_in_at=cause.at), known)
    told = ComplaintTakenIn(complaint_id=complaint.id, taken_in_at=cause.at, by=cause.actor.id)
    return Change(taken, (told,)).then(lambda case: stop(case, rules=rules, cause=cause))


def dismiss(complaint: Complaint, rules: Rules, cause: Cause) -> Change[Complaint]:
    """A draft that is no complaint; it gets no number, and the duty to look at it is done."""
    COMPLAINT.must(complaint.stage, "dismiss")
    return stop(complaint.but(stage="dismissed"), rules=rules, cause=cause)


def open_entered(complaint: Complaint, register: Register, rules: Rules, cause: Cause) -> Change[Complaint]:
    """What was taken in and entered is opened under its number, as its announcement will open it."""
    filed = complaint.form.announced(complaint.id, register.number(complaint.id), cause.at)
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
    found = give_turn(put_form(numbered, Form.of(filed)))
    opened = (
        stop(found, rules=rules, cause=cause)
        .then(lambda case: start(case, "close", rules, cause))
        .then(lambda case: move(case, "filed", rules, cause))
    )
    return opened.then(lambda case: take_to_major(case, rules, cause)) if filed.severity == "major" else opened
