"""The register: a request is entered, completed, withdrawn, and whose fault it is (003 §7a, 001 备注1, 备注2)."""

from collections.abc import Collection, Iterable
from uuid import UUID

from aftersales.domain.lifecycle import REQUEST, UNDER_WAY, Stage
from aftersales.domain.parts.entry import VoucherEntry
from aftersales.domain.parts.form import FeedbackForm
from aftersales.domain.parts.warranty import must_carry_a_plausible_date, span
from aftersales.domain.parts.withdrawal import Withdrawal
from aftersales.domain.policy.policy import Rules
from aftersales.domain.service_order import ServiceOrder
from aftersales.domain.service_request import ServiceRequest, register_no
from shared.aggregate import Cause, Change, Refused
from shared.clocks import Matter
from shared.contracts.aftersales import (
    Fault,
    FaultDetermined,
    ServiceContractNamed,
    ServiceOrderClosed,
    ServiceOrderOpened,
    ServiceRequestRegistered,
    ServiceRequestRejected,
    ServiceRequestWithdrawn,
    ServiceVisitCompleted,
    WarrantyChecked,
)
from shared.contracts.vocabulary import FileRef, Prose


def register(id: UUID, form: FeedbackForm, rules: Rules, cause: Cause) -> Change[ServiceRequest]:
    """Enter a request immediately, complete or not; the recorder hears what is missing (003 §7a, 001 备注2)."""
    _must_be_plausible(form, rules, cause)
    policy = rules.on(cause.at)
    entered = ServiceRequest(
        id=id,
        register_no=register_no(id, rules.calendar.day(cause.at)),
        form=form,
        recorded_by=cause.actor.id,
        recorded_at=cause.at,
        policy_version=policy.version,
        authority=policy.authority,
        own_fault=policy.own_fault,
    )
    return _examine(entered, rules, cause)


def complete(
    request: ServiceRequest, vouchers: Iterable[ServiceOrder], form: FeedbackForm, rules: Rules, cause: Cause
) -> Change[ServiceRequest]:
    """Fill in what was missing. A registered form only takes a contract number, which is written in later.

    The number says which warranty counts, so that it is announced (001 售后一d, 四b). While a voucher is under way that
    was opened by one number, another one is refused (`voucher_opened`).
    """
    request.must("complete")
    _must_be_plausible(form, rules, cause)
    if request.stage == REQUEST.start:
        return _examine(request.but(form=form), rules, cause)
    if form != request.form.but(contract_no=form.contract_no):
        raise Refused("a registered form only takes its contract number", "already_registered")
    if form != request.form and (opened := _under_way(vouchers)):
        raise _opened_by(f"contract {request.form.contract_no}", opened, "contract_no")
    written = Change(request.but(form=form))
    if form.contract_no is None or form == request.form:
        return written
    return written.announcing(ServiceContractNamed.of(request.about, contract_no=form.contract_no))


def determine_fault(
    request: ServiceRequest,
    vouchers: Iterable[ServiceOrder],
    fault: Fault,
    evidence: tuple[FileRef, ...],
    cause: Cause,
) -> Change[ServiceRequest]:
    """Whose fault it is: ours is repaired free, the customer's after payment (001 备注1).

    Refused to a role that the company's authority does not name (`not_authorised`), and an answer by which another pays
    than on a voucher that is under way (`voucher_opened`).
    """
    request.must("determine_fault")
    request.authority.must("determine_fault", cause)
    answered = request.but(fault=fault, evidence=evidence, determined_by=cause.actor.id)
    opened = [each for each in _under_way(vouchers) if each.charge_policy != answered.charge_policy]
    if opened and answered.charge_policy != request.charge_policy:
        raise _opened_by(opened[0].charge_policy, opened, "fault")
    determined = FaultDetermined.of(
        request.about,
        fault=fault,
        evidence=evidence,
        by=cause.actor.id,
        complaint_id=request.form.complaint_id,
        customer=request.form.customer,
    )
    return Change(answered, (determined,))


def withdraw(
    request: ServiceRequest, vouchers: Collection[ServiceOrder], reason: Prose, rules: Rules, cause: Cause
) -> Change[ServiceRequest]:
    """The customer does not want it any more: its duty ends, and its vouchers are called off by the announcement.

    Refused once a technician has been there and resolved it (`already_served`): what else is under way is called off
    by itself then.
    """
    request.must("withdraw")
    if served := _named(vouchers, ("resolved", "signed_off", "closed")):
        unresolved = _named(vouchers, ("open", "dispatched"))
        raise Refused(
            f"a technician has resolved it already, on {served}: sign that off and close it"
            + (f"; what is not needed any more of {unresolved}, call off by itself" if unresolved else ""),
            "already_served",
        )
    withdrawn = ServiceRequestWithdrawn.of(
        request.about, customer=request.form.customer, reason=reason, by=cause.actor.id
    )
    entered = Withdrawal(reason=reason, by=cause.actor.id, at=cause.at)
    over = Change(request.but(stage="withdrawn", withdrawn=entered), (withdrawn,))
    return over.then(rules.clocks.drop(cause=cause))


def keep_warranty(request: ServiceRequest, checked: WarrantyChecked, cause: Cause) -> Change[ServiceRequest]:
    """Keep the latest answer about the warranty; one that its check has replaced before it arrives changes nothing."""
    known = request.warranty
    if known and known.check_id == checked.check_id and cause.sequence < request.warranty_sequence:
        return Change(request)
    return Change(request.but(warranty=checked, warranty_sequence=cause.sequence))


def note_voucher(
    request: ServiceRequest, opened: ServiceOrderOpened, rules: Rules, cause: Cause
) -> Change[ServiceRequest]:
    """A voucher is opened for it: the register says which, and the duty to open one is done (003 §7b, §11).

    Unchanged by one that the register names already, since it heard first that it was called off.
    """
    if any(entry.service_order_id == opened.service_order_id for entry in request.vouchers):
        return Change(request)
    entry = VoucherEntry(service_order_id=opened.service_order_id, voucher_no=opened.voucher_no, opened_at=cause.at)
    noted = request.but(vouchers=(*request.vouchers, entry))
    return rules.clocks.stop(rules.of(request).voucher.name, cause=cause)(noted)


def note_resolution(request: ServiceRequest, done: ServiceVisitCompleted, cause: Cause) -> Change[ServiceRequest]:
    """A technician has resolved it: the register says since when (003 §8). Unchanged by a visit that did not."""
    if not done.resolved:
        return Change(request)
    vouchers = tuple(
        entry.but(serviced_at=done.ended_at) if entry.service_order_id == done.service_order_id else entry
        for entry in request.vouchers
    )
    return Change(request.but(vouchers=vouchers))


def note_service(request: ServiceRequest, closed: ServiceOrderClosed, cause: Cause) -> Change[ServiceRequest]:
    """What was done, and when, is entered in the register (003 §8, §10)."""
    vouchers = tuple(
        entry.but(serviced_at=closed.serviced_at, closed_at=closed.closed_at, result=closed.result)
        if entry.service_order_id == closed.service_order_id
        else entry
        for entry in request.vouchers
    )
    return Change(request.but(vouchers=vouchers))


def note_called_off(request: ServiceRequest, order: ServiceOrder, rules: Rules, cause: Cause) -> Change[ServiceRequest]:
    """A voucher was called off: the register says why.

    Where the request goes on and none of its vouchers does or is done, another one has to be opened (003 §7, §11).
    """
    unheard_of = VoucherEntry(service_order_id=order.id, voucher_no=order.voucher_no, opened_at=order.opened_at)
    entries = {each.service_order_id: each for each in request.vouchers}
    entries[order.id] = entries.get(order.id, unheard_of).but(withdrawn=order.withdrawn)
    noted = request.but(vouchers=tuple(entries.values()))
    if noted.stage != "registered" or any(each.withdrawn is None for each in noted.vouchers):
        return Change(noted)
    return _await_voucher(noted, rules, cause)


def mark_scope(request: ServiceRequest, after_sales: bool, cause: Cause) -> Change[ServiceRequest]:
    """Whether its order is installed, accepted and paid; before that it is not after-sales (001 售后 定义)."""
    return Change(request.but(after_sales=after_sales))


def _named(vouchers: Collection[ServiceOrder], stages: Collection[Stage]) -> str:
    return ", ".join(each.voucher_no for each in vouchers if each.stage in stages)


def _under_way(vouchers: Iterable[ServiceOrder]) -> list[ServiceOrder]:
    return [each for each in vouchers if each.stage in UNDER_WAY]


def _opened_by(what: str, vouchers: Iterable[ServiceOrder], field: str) -> Refused:
    named = ", ".join(each.voucher_no for each in vouchers)
    return Refused(
        f"{named} was opened by {what} and is under way: call it off first, or close it where a technician has "
        "resolved it",
        "voucher_opened",
        field,
    )


def _must_be_plausible(form: FeedbackForm, rules: Rules, cause: Cause) -> None:
    today = rules.calendar.day(cause.now)
    for field in ("contract_date", "purchased_on"):
        told = getattr(form, field)
        if told is not None and span(told)[0] > today:
            raise Refused(f"{field} {told.on} lies in the future; today is {today}", "date_in_future", field)
    if form.contract_no is not None:
        must_carry_a_plausible_date(form.contract_no, form.contract_date, today)


def _examine(request: ServiceRequest, rules: Rules, cause: Cause) -> Change[ServiceRequest]:
    form = request.form
    if form.missing:
        rejected = ServiceRequestRejected.of(request.about, missing=form.missing, recorded_by=request.recorded_by)
        return Change(request, (rejected,))
    registered = ServiceRequestRegistered.of(
        request.about,
        form.concerning,
        customer=form.customer,
        address=form.address,
        model=form.model,
        spec=form.spec,
        purchased_on=form.purchased_on,
        purchase_place=form.purchase_place,
        contract_no=form.contract_no,
        contract_date=form.contract_date,
        content=form.content,
        recorded_by=request.recorded_by,
    )
    return Change(request.but(stage="registered"), (registered,)).then(
        lambda asking: _await_voucher(asking, rules, cause)
    )


def _await_voucher(request: ServiceRequest, rules: Rules, cause: Cause) -> Change[ServiceRequest]:
    """To open a voucher is a duty from now on; unchanged while it is one already."""
    policy = rules.of(request)
    if request.clock(policy.voucher.name):
        return Change(request)
    matter = Matter(about=request.register_no, customer_id=request.form.customer.customer_id)
    return rules.clocks.start(policy.voucher, matter, cause, policy=policy)(request)
