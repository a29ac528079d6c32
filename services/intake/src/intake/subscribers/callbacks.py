"""Which facts oblige us to call the customer, and from when on; each of them goes into the timeline as well."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from intake.domain.decisions.callback import owe, withdraw, withdraw_earlier
from intake.domain.decisions.registration import register
from intake.domain.decisions.survey import issue
from intake.domain.parts.calling import STAGES
from intake.domain.parts.withdrawal import Withdrawal
from intake.domain.policy.policy import Rules
from intake.store import Stores
from intake.subscribers.timeline import moments
from shared.aggregate import Cause
from shared.contracts.aftersales import ServiceOrderClosed
from shared.contracts.complaints import ComplaintClosed, ResolutionImplemented
from shared.contracts.event import Event
from shared.contracts.intake import (
    CallbackReason,
    Contact,
    CustomerAssigned,
    Particulars,
    SpecialistAssigned,
    VisitReported,
)
from shared.contracts.orders import (
    AcceptancePassed,
    OrderCancelled,
    OrderStageChanged,
    ShipmentDelayed,
    ShipmentDispatched,
)
from shared.contracts.vocabulary import CustomerSnapshot, StaffId
from shared.store import Touch
from shared.subscriptions import Subscriptions

Touches = list[Touch[Any]]


def subscribe(on: Subscriptions, stores: Stores, rules: Rules) -> None:
    """Each fact obliges us to one call, however often it is heard."""
    calls = Calls(stores, rules)
    _before_the_order(on, stores, calls)
    _while_the_order_runs(on, calls)
    _when_it_is_over(on, calls)


@dataclass(frozen=True, slots=True)
class Calls:
    """Owes calls for facts."""

    stores: Stores
    rules: Rules

    async def erased(self, customer: CustomerSnapshot) -> bool:
        """Whether the customer was erased: the company calls them no more, though their orders go on."""
        return await self.stores.erased_customers.hold(customer.customer_id)

    async def owed_for(
        self,
        event: Event,
        customer: CustomerSnapshot,
        reason: CallbackReason,
        since: datetime,
        cause: Cause,
        assignee: StaffId | None = None,
    ) -> Touches:
        """The fact in the timeline, and the call that it obliges us to; the call's term counts from `since`.

        An erased customer is owed none.
        """
        if await self.erased(customer):
            return [*moments(self.stores, event, cause)]
        call = owe(cause.derive("callback"), customer, reason, since, assignee, self.rules, cause)
        return [*moments(self.stores, event, cause), self.stores.callbacks.birth(call)]


def _before_the_order(on: Subscriptions, stores: Stores, calls: Calls) -> None:
    @on(VisitReported)
    async def call_after_visit(event: VisitReported, cause: Cause) -> Touches:
        """Within 30 minutes of the report (000 §3.6.1b). A shop without a file gets one.

        A customer whose quote or order is at one of the seven stages is asked about what was talked of it (000 §3.6.2).
        """
        customer, opened = await _visited(stores, event, cause)
        rank = cause.actor.role if cause.actor.id == event.staff else await stores.colleagues.role_of(event.staff)
        reached = await stores.moments.stage_of(await stores.customers.files_of(customer.customer_id))
        reason = CallbackReason(
            kind="visit_30min",
            stage=STAGES[reached.group] if reached else None,
            order_no=reached.order_no if reached else None,
            visitor=event.staff,
            visitor_role=rank,
        )
        return [*opened, *await calls.owed_for(event, customer, reason, event.reported_at, cause)]

    @on(CustomerAssigned)
    async def call_as_new_owner(event: CustomerAssigned, cause: Cause) -> Touches:
        """Within a week of the assignment, by the owner (002 一3b)."""
        customer = (await stores.customers.leading(event.customer_id)).snapshot()
        reason = CallbackReason(kind="first_contact_7d")
        return await calls.owed_for(event, customer, reason, cause.at, cause, event.owner)

    @on(SpecialistAssigned)
    async def call_as_new_specialist(event: SpecialistAssigned, cause: Cause) -> Touches:
        """Within a week of the assignment, by the specialist (002 一3b)."""
        customer = (await stores.customers.leading(event.customer_id)).snapshot()
        reason = CallbackReason(kind="first_contact_7d")
        return await calls.owed_for(event, customer, reason, cause.at, cause, event.specialist)


def _while_the_order_runs(on: Subscriptions, calls: Calls) -> None:
    @on(OrderStageChanged)
    async def call_at_stage(event: OrderStageChanged, cause: Cause) -> Touches:
        """At each of the seven stages (000 §3.6.2), unless the order is heard to have been cancelled since."""
        over = {OrderCancelled.key}
        told = await calls.stores.moments.later_than(cause.at, event.customer.customer_id, event.order_no, over)
        if event.stage_group is None or told:
            return [*moments(calls.stores, event, cause)]
        reason = CallbackReason(kind="stage", stage=STAGES[event.stage_group], order_no=event.order_no)
        return await calls.owed_for(event, event.customer, reason, event.at, cause)

    @on(ShipmentDelayed)
    async def call_about_delay(event: ShipmentDelayed, cause: Cause) -> Touches:
        """A delay is also told by phone, before the customer calls us (001 售中二a); of several the last is told.

        An order of which was heard before that it is cancelled, or that its goods have left, leaves nothing to call
        about.
        """
        over = {OrderCancelled.key} | ({ShipmentDispatched.key} if event.kind == "ship" else set())
        if await calls.stores.moments.later_than(cause.at, event.customer.customer_id, event.order_no, over):
            return [*moments(calls.stores, event, cause)]
        reason = CallbackReason(kind="delay", order_no=event.order_no)
        earlier = await calls.stores.callbacks.owed_about(event.order_no, "delay")
        newer = Withdrawal(reason="newer_call")
        replaced = [
            calls.stores.callbacks.touch(each.id, lambda call: withdraw_earlier(call, newer, calls.rules, cause))
            for each in earlier
        ]
        return [*replaced, *await calls.owed_for(event, event.customer, reason, cause.at, cause)]

    @on(ShipmentDispatched)
    async def withdraw_calls_about_delay(event: ShipmentDispatched, cause: Cause) -> Touches:
        """Once goods have left, the customer is not called any more about their leaving late (001 售中二a)."""
        owed = () if event.revision > 1 else await calls.stores.callbacks.owed_about(event.order_no, "delay")
        why = Withdrawal(reason="goods_left")
        withdrawn = [
            calls.stores.callbacks.touch(each.id, lambda call: withdraw_earlier(call, why, calls.rules, cause))
            for each in owed
        ]
        return [*withdrawn, *moments(calls.stores, event, cause)]

    @on(OrderCancelled)
    async def withdraw_calls(event: OrderCancelled, cause: Cause) -> Touches:
        """Of an order that is cancelled the customer is not called about stages and delays any more (004 一㈡1b)."""
        owed = await calls.stores.callbacks.owed_about(event.order_no, "stage", "delay")
        why = Withdrawal(reason="order_cancelled")
        withdrawn = [
            calls.stores.callbacks.touch(each.id, lambda call: withdraw(call, why, calls.rules, cause)) for each in owed
        ]
        return [*withdrawn, *moments(calls.stores, event, cause)]


def _when_it_is_over(on: Subscriptions, calls: Calls) -> None:
    @on(AcceptancePassed)
    async def call_after_acceptance(event: AcceptancePassed, cause: Cause) -> Touches:
        """The first thing after acceptance (001 售后二)."""
        reason = CallbackReason(kind="post_acceptance", order_no=event.order_no)
        return await calls.owed_for(event, event.customer, reason, event.accepted_at, cause)

    @on(ServiceOrderClosed)
    async def call_and_ask_after_service(event: ServiceOrderClosed, cause: Cause) -> Touches:
        """Within three days of the service (002 四4), and a survey of it (003 §16); internal work has no customer."""
        if event.customer is None:
            return []
        served = event.serviced_at or event.closed_at
        reason = CallbackReason(
            kind="post_service_3d",
            service_order_id=event.service_order_id,
            item=event.item,
            on=calls.rules.calendar.day(served),
        )
        survey = issue(
            cause.derive("survey"), event.customer, event.service_order_id, event.order_no, event.technician, cause
        )
        owed = await calls.owed_for(event, event.customer, reason, served, cause)
        return owed if await calls.erased(event.customer) else [*owed, calls.stores.surveys.birth(survey)]

    @on(ResolutionImplemented)
    async def call_after_solution(event: ResolutionImplemented, cause: Cause) -> Touches:
        """After the solution was carried out the customer is asked how it went (002 六1(5)b)."""
        reason = CallbackReason(kind="post_complaint", complaint_no=event.complaint_no, item="解决方案的执行")
        return await calls.owed_for(event, event.customer, reason, event.at, cause)

    @on(ComplaintClosed)
    async def call_after_complaint(event: ComplaintClosed, cause: Cause) -> Touches:
        """After a complaint was handled (002 五a); one that is taken up again under a new number is handled later."""
        if event.outcome == "resubmitted":
            return []
        reason = CallbackReason(kind="post_complaint", order_no=event.order_no, complaint_no=event.complaint_no)
        return await calls.owed_for(event, event.customer, reason, event.closed_at, cause)


async def _visited(stores: Stores, event: VisitReported, cause: Cause) -> tuple[CustomerSnapshot, Touches]:
    """Whose shop it was: a customer we know, by id or number, or one whose file is opened now."""
    customers = stores.customers
    if event.customer_id is not None:
        return (await customers.leading(event.customer_id)).snapshot(), []
    known = await customers.with_mobile(event.mobile)
    if known is not None:
        return known.snapshot(), []
    contact = Contact(name=event.customer_name, mobile=event.mobile)
    particulars = Particulars(name=event.shop_name, contacts=(contact,), owner=event.staff)
    opened = register(cause.derive("customer"), particulars, "sales", cause)
    return opened.state.snapshot(), [customers.birth(opened)]
