"""When the technician comes, and leave for a service out of town (003 §7, §12)."""

from datetime import datetime
from uuid import UUID

from aftersales.domain.decisions.supply import await_parts
from aftersales.domain.parts.blocks import Signature
from aftersales.domain.parts.money import must_be_payable
from aftersales.domain.parts.trip import Appointment, Remote
from aftersales.domain.policy.policy import Rules
from aftersales.domain.service_order import ServiceOrder, hands_in
from shared.aggregate import Cause, Change, Refused, must_be_another, must_be_near
from shared.contracts.aftersales import RemoteServiceApproved, RemoteServiceRequested, ServiceAppointmentAgreed
from shared.contracts.event import Money
from shared.contracts.vocabulary import Line


def agree_appointment(
    order: ServiceOrder, begins: datetime, ends: datetime, agreed_with: Line, rules: Rules, cause: Cause
) -> Change[ServiceOrder]:
    """A window on one local day, agreed with the customer; agreed again, it replaces what was there.

    A technician who was sent already is named, and hears the new window; an unchanged window is not announced.

    Refused in the past, far ahead, over two days, backwards, and before the day for which the parts are promised.
    """
    order.lifecycle.must(order.stage, "agree_appointment")
    day = rules.calendar.day(begins)
    if begins < cause.at:
        raise Refused("an appointment lies in the future", "day_is_past", "begins")
    must_be_near(begins, cause, "begins")
    if ends <= begins or rules.calendar.day(ends) != day:
        raise Refused("an appointment ends after it begins, on the same day", "appointment_times", "ends")
    promised = order.supply.promised_on if order.supply and order.waits_for_parts else None
    if promised is not None and day < promised:
        raise Refused(f"the parts come on {promised}: agree on that day or a later one", "parts_late", "begins")
    before = order.appointment
    agreed = Appointment(day=day, begins=begins, ends=ends, agreed_with=agreed_with, by=cause.actor.id)
    said = ServiceAppointmentAgreed.of(
        order.about_customer,
        begins=begins,
        ends=ends,
        agreed_with=agreed_with,
        technician=order.technician if order.stage == "dispatched" and not agreed.same_window(before) else None,
        moved_from=before.begins if before else order.put_off_from,
    )
    return Change(order.but(appointment=agreed), (said,)).then(lambda waiting: await_parts(waiting, rules, cause))


def request_remote(order: ServiceOrder, place: Line, estimated_travel: Money, cause: Cause) -> Change[ServiceOrder]:
    """An application for a service out of town; until it is approved, no technician leaves (003 §12)."""
    order.lifecycle.must(order.stage, "request_remote")
    if order.remote is not None and order.remote.approval is not None:
        raise Refused("the service out of town is approved already", "already_approved")
    must_be_payable(estimated_travel=estimated_travel)
    asked = Remote(
        id=cause.derive("application"), place=place, estimated_travel=estimated_travel, by=cause.actor.id, at=cause.at
    )
    requested = RemoteServiceRequested.of(
        order.about, place=place, estimated_travel=estimated_travel, by=cause.actor.id
    )
    return Change(order.but(remote=asked), (requested,))


def approve_remote(order: ServiceOrder, application: UUID, cause: Cause) -> Change[ServiceOrder]:
    """The manager approves it, once, and not their own application (003 §12).

    `application` is the id of the one that they have seen: one that was written anew meanwhile is not approved by it
    (`application_changed`).
    """
    order.lifecycle.must(order.stage, "approve_remote")
    order.authority.must("approve_remote", cause)
    if order.remote is None:
        raise Refused("no service out of town was applied for: request it first", "no_application")
    if order.remote.approval is not None:
        raise Refused("the service out of town is approved already", "already_approved")
    if order.remote.id != application:
        raise Refused(
            f"the application was written anew meanwhile, for {order.remote.place}: "
            f"look at it and name that one, {order.remote.id}",
            "application_changed",
        )
    who = "an application is approved by another person than the one who made it"
    must_be_another(who, *hands_in(order)["approve_remote"], cause=cause)
    approved = order.remote.but(approval=Signature(by=cause.actor.id, at=cause.at))
    return Change(order.but(remote=approved), (RemoteServiceApproved.of(order.about, by=cause.actor.id),))
