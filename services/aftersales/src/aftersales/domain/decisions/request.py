"""The service register: entering a request, completing its form, whose fault it is (003 §7a, 001 备注1, 备注2)."""

from uuid import UUID

from aftersales.domain.parts.form import FeedbackForm
from aftersales.domain.policy.policy import Rules
from aftersales.domain.service_request import ServiceRequest, register_no
from shared.aggregate import Cause, Change, Refused
from shared.contracts.aftersales import (
    Fault,
    FaultDetermined,
    ServiceRequestRegistered,
    ServiceRequestRejected,
    WarrantyChecked,
)
from shared.contracts.vocabulary import FileRef


def register(id: UUID, form: FeedbackForm, rules: Rules, cause: Cause) -> Change[ServiceRequest]:
    """Enter a request at once, complete or not; the recorder hears what is missing (003 §7a, 001 备注2)."""
    entered = ServiceRequest(
        id=id,
        register_no=register_no(id, rules.day(cause.at)),
        form=form,
        recorded_by=cause.actor.id,
        recorded_at=cause.at,
    )
    return _examine(entered, cause)


def complete(request: ServiceRequest, form: FeedbackForm, cause: Cause) -> Change[ServiceRequest]:
    """Fill in what was missing. A registered form only takes a contract number, which is written in later."""
    if request.stage == "incomplete":
        return _examine(request.but(form=form), cause)
    if form != request.form.but(contract_no=form.contract_no):
        raise Refused("a registered form only takes its contract number", "already_registered")
    return Change(request.but(form=form))


def determine_fault(
    request: ServiceRequest, fault: Fault, evidence: tuple[FileRef, ...], cause: Cause
) -> Change[ServiceRequest]:
    """Whose fault it is: ours is repaired free, the customer's after payment (001 备注1)."""
    request.must_be_complete()
    determined = FaultDetermined.of(
        request.about,
        fault=fault,
        evidence=evidence,
        by=cause.actor.id,
        complaint_id=request.form.complaint_id,
        customer=request.form.customer,
    )
    return Change(request.but(fault=fault, evidence=evidence, determined_by=cause.actor.id), (determined,))


def keep_warranty(request: ServiceRequest, checked: WarrantyChecked, cause: Cause) -> Change[ServiceRequest]:
    """Keep the latest answer about the warranty."""
    return Change(request.but(warranty=checked))


def _examine(request: ServiceRequest, cause: Cause) -> Change[ServiceRequest]:
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
    return Change(request.but(stage="registered"), (registered,))
