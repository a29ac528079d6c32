"""What a technician did at the customer's, and the customer's signature (003 §8, §10, 001 售后六a)."""

from datetime import date, datetime

from aftersales.domain.decisions.dispatch import await_dispatch
from aftersales.domain.parts.service import SignOff, Visit
from aftersales.domain.policy.policy import Rules
from aftersales.domain.service_order import ServiceOrder
from shared.aggregate import Cause, Change, Refused, must_be_recent
from shared.contracts.aftersales import ServiceSignedOff, ServiceVisitCompleted
from shared.contracts.vocabulary import FileRef, Line, Prose


def complete_visit(
    order: ServiceOrder,
    started_at: datetime,
    ended_at: datetime,
    work: Prose,
    resolved: bool,
    rules: Rules,
    cause: Cause,
) -> Change[ServiceOrder]:
    """The technician was there. What is not resolved waits to be dispatched again (003 §8, §10).

    Its appointment is over then, and the leave for it out of town: another one is agreed with the customer, and applied
    for, also where the company's areas do not say that it is out of town. What the executor said of it stays with the
    visit. What is resolved ends the duty of the handling period.

    Refused when it does not end after it has begun (`visit_times`), has not ended yet (`visit_in_future`), began on an
    earlier day than the dispatch and the agreed window (`visit_before_dispatch`; a dispatch may be entered after it was
    made by telephone) or before the last visit had ended (`visit_overlaps`).
    """
    order.lifecycle.must(order.stage, "complete_visit")
    _must_be_plausible(order, started_at, ended_at, rules, cause)
    visit = Visit(
        technician=order.technician or cause.actor.id,
        started_at=started_at,
        ended_at=ended_at,
        work=work,
        resolved=resolved,
        remote=None if resolved else order.remote,
        execution=None if resolved else order.execution,
    )
    completed = ServiceVisitCompleted.of(
        order.about_customer, started_at=started_at, ended_at=ended_at, work=work, resolved=resolved
    )
    visited = order.but(visits=(*order.visits, visit), stage="resolved" if resolved else "open")
    if not resolved:
        away = order.out_of_town or order.remote is not None
        visited = visited.but(appointment=None, put_off_from=None, remote=None, execution=None, out_of_town=away)
    change = Change(visited, (completed,))
    if resolved:
        return change.then(rules.clocks.stop(rules.of(order).handling.name, cause=cause))
    return change.then(lambda waiting: await_dispatch(waiting, rules, cause))


def _must_be_plausible(
    order: ServiceOrder, started_at: datetime, ended_at: datetime, rules: Rules, cause: Cause
) -> None:
    if ended_at <= started_at:
        raise Refused("a visit ends after it has started", "visit_times", "ended_at")
    if ended_at > cause.at:
        raise Refused("a visit is reported after it has ended", "visit_in_future", "ended_at")
    must_be_recent("the visit", started_at, cause, "started_at")
    begun, sent = rules.calendar.day(started_at), _first_day(order, rules)
    if begun < sent:
        raise Refused(
            f"the visit began on {begun}, and the technician was sent for {sent} at the earliest: check both days",
            "visit_before_dispatch",
            "started_at",
        )
    if order.visits and started_at < order.visits[-1].ended_at:
        raise Refused(
            f"the visit before this one ended at {order.visits[-1].ended_at.isoformat()}: this one began then or later",
            "visit_overlaps",
            "started_at",
        )


def _first_day(order: ServiceOrder, rules: Rules) -> date:
    """The local day of the dispatch, or of the window agreed with the customer where that begins earlier."""
    sent = order.dispatched_at or order.opened_at
    return rules.calendar.day(min(sent, order.appointment.begins) if order.appointment else sent)


def sign_off(
    order: ServiceOrder,
    signatory: Line,
    signature: FileRef | None,
    no_file_because: Prose | None,
    photos: tuple[FileRef, ...],
    stamp: FileRef | None,
    cause: Cause,
) -> Change[ServiceOrder]:
    """The customer accepts, signs and stamps; only then may the technician leave (001 售后六a, 003 §8, §10).

    Refused without the file of the signature, unless the reason is on record, and with both.
    """
    order.lifecycle.must(order.stage, "sign_off")
    if (signature is None) == (no_file_because is None):
        raise Refused(
            "the file of the signature goes with it, or the reason why there is none, in no_file_because; not both",
            "signature_missing" if signature is None else "signature_and_reason",
            "signature",
        )
    note = SignOff(
        signatory=signatory,
        signature=signature,
        no_file_because=no_file_because,
        photos=photos,
        stamp=stamp,
        at=cause.at,
    )
    signed = ServiceSignedOff.of(
        order.about_customer,
        signatory=signatory,
        signature=signature,
        no_file_because=no_file_because,
        photos=photos,
        at=cause.at,
        technician=order.technician,
    )
    return Change(order.but(stage="signed_off", sign_off_note=note), (signed,))
