"""Which facts oblige us to call the customer, and by when."""

from datetime import datetime
from functools import singledispatchmethod
from typing import Any

from intake.domain.callback import STAGES, Callback, Reason
from intake.domain.customer import Customer, Particulars
from intake.store import Records
from shared.aggregate import Cause
from shared.calendar import Calendar
from shared.contracts.aftersales import ServiceOrderClosed
from shared.contracts.complaints import ComplaintClosed
from shared.contracts.event import Event
from shared.contracts.intake import Contact, CustomerAssigned, VisitReported
from shared.contracts.orders import AcceptancePassed, OrderStageChanged, ShipmentDelayed
from shared.contracts.vocabulary import CustomerSnapshot, StaffId
from shared.store import Touch

Touches = list[Touch[Any]]


class Calls:
    """The calls that facts oblige us to; the same fact obliges once."""

    def __init__(self, records: Records, calendar: Calendar) -> None:
        self._records = records
        self._calendar = calendar

    @singledispatchmethod
    async def owed_for(self, event: Event, cause: Cause) -> Touches:
        """What comes of a fact: most oblige us to nothing."""
        return []

    @owed_for.register
    async def _(self, event: VisitReported, cause: Cause) -> Touches:
        """Within 30 minutes of the report (000 §3.6.1b). A shop without a file gets one."""
        customer, opened = await self._visited(event, cause)
        return [*opened, self._call(customer, Reason(kind="visit_30min"), cause, event.reported_at)]

    @owed_for.register
    async def _(self, event: CustomerAssigned, cause: Cause) -> Touches:
        """Within a week of the assignment, by the owner (002 一3b)."""
        customer = (await self._records.customers.get(event.customer_id)).snapshot()
        return [self._call(customer, Reason(kind="first_contact_7d"), cause, cause.at, event.owner)]

    @owed_for.register
    async def _(self, event: OrderStageChanged, cause: Cause) -> Touches:
        """At each of the seven stages (000 §3.6.2)."""
        if event.stage_group is None:
            return []
        reason = Reason(kind="stage", stage=STAGES[event.stage_group], order_no=event.order_no)
        return [self._call(event.customer, reason, cause, event.at)]

    @owed_for.register
    async def _(self, event: ShipmentDelayed, cause: Cause) -> Touches:
        """A delay is also told by phone, before the customer calls us (001 售中二a)."""
        return [self._call(event.customer, Reason(kind="delay", order_no=event.order_no), cause, cause.at)]

    @owed_for.register
    async def _(self, event: AcceptancePassed, cause: Cause) -> Touches:
        """The first thing after acceptance (001 售后二)."""
        reason = Reason(kind="post_acceptance", order_no=event.order_no)
        return [self._call(event.customer, reason, cause, event.accepted_at)]

    @owed_for.register
    async def _(self, event: ServiceOrderClosed, cause: Cause) -> Touches:
        """Within three days of the service (002 四4); internal work has no customer."""
        if event.customer is None:
            return []
        reason = Reason(kind="post_service_3d", service_order_id=event.service_order_id)
        return [self._call(event.customer, reason, cause, event.serviced_at or event.closed_at)]

    @owed_for.register
    async def _(self, event: ComplaintClosed, cause: Cause) -> Touches:
        """After a complaint was handled (002 五a)."""
        reason = Reason(kind="post_complaint", order_no=event.order_no, complaint_no=event.complaint_no)
        return [self._call(event.customer, reason, cause, event.closed_at)]

    def _call(
        self, customer: CustomerSnapshot, reason: Reason, cause: Cause, since: datetime, assignee: StaffId | None = None
    ) -> Touch[Any]:
        callback = Callback.owed(
            cause.derive("callback"), customer, reason, since, assignee=assignee, calendar=self._calendar
        )
        return self._records.callbacks.birth(callback)

    async def _visited(self, event: VisitReported, cause: Cause) -> tuple[CustomerSnapshot, Touches]:
        """Whose shop it was: a customer we know, by id or number, or one whose file is opened now."""
        customers = self._records.customers
        if event.customer_id is not None:
            return (await customers.get(event.customer_id)).snapshot(), []
        known = await customers.with_mobile(event.mobile)
        if known is not None:
            return known.snapshot(), []
        contact = Contact(name=event.customer_name, mobile=event.mobile)
        particulars = Particulars(name=event.shop_name, contacts=(contact,), owner=event.staff)
        opened = Customer.registered(cause.derive("customer"), particulars, "sales", cause)
        return opened.state.snapshot(), [customers.birth(opened)]
