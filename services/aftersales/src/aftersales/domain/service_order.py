"""A service order from its voucher to its close: who goes, when, and who signs (003 §7-§11, 001 售后六)."""

from datetime import datetime
from typing import Self
from uuid import UUID, uuid5

from aftersales.domain.billing import Billable
from aftersales.domain.policy import AftersalesPolicy
from aftersales.domain.service_request import ServiceRequest
from aftersales.domain.voucher import Charge, Payment, ServiceType, SignOff, Visit
from shared.aggregate import Change, Refused
from shared.contracts.aftersales import (
    DeadlineMissedByAftersales,
    DeadlineSetByAftersales,
    ServiceDispatched,
    ServiceOrderClosed,
    ServiceOrderOpened,
    ServiceSignedOff,
    ServiceVisitCompleted,
)
from shared.contracts.deadline import RunningDeadline
from shared.contracts.event import Event
from shared.contracts.vocabulary import Line, Prose, StaffId

DISPATCH = "dispatch"


class ServiceOrder(Billable):
    """One job. It ends once, signed by the customer; internal work ends when it is done."""

    @classmethod
    def requested(
        cls,
        id: UUID,
        request: ServiceRequest,
        voucher_no: Line,
        type: ServiceType,
        policy: AftersalesPolicy,
        at: datetime,
    ) -> Change[Self]:
        """An order for a registered request. Refused while its form is incomplete or nobody can say who pays.

        Source: 001 备注1, 备注2, 售后一d; 003 §7b.
        """
        request.must_be_schedulable()
        order = cls(
            id=id,
            voucher_no=voucher_no,
            type=type,
            content=request.form.content or "",
            opened_at=at,
            request_id=request.id,
            complaint_id=request.form.complaint_id,
            order_no=request.form.order_no,
            customer=request.form.customer,
            item=request.form.model,
            fault=request.fault,
            verdict=request.verdict,
            charge_policy=request.charge_policy,
        )
        return order._opened(policy, at)

    @classmethod
    def internal(
        cls, id: UUID, content: Prose, voucher_no: Line, policy: AftersalesPolicy, at: datetime
    ) -> Change[Self]:
        """Internal work, type D, such as the custody of promotional material (003 §13)."""
        return cls(id=id, voucher_no=voucher_no, type="D", content=content, opened_at=at)._opened(policy, at)

    def dispatch(self, technician: StaffId, technician_name: Line | None, at: datetime) -> Change[Self]:
        """Send somebody, with priority if the job was left over. The customer's own fault has to be paid for first.

        Source: 003 §7b, §11, 001 备注1.
        """
        self.must("dispatch")
        if self._waits_for_money:
            raise Refused(
                "the fault is the customer's: the fee has to be received before anybody is sent", "charge_unpaid"
            )
        dispatched = ServiceDispatched(
            technician=technician,
            technician_name=technician_name,
            at=at,
            priority=self.priority,
            carried_over_days=self.carried_over_days,
            customer=self.customer,
            **self._named(),
        )
        return Change(self.done_with(DISPATCH).but(stage="dispatched", technician=technician), (dispatched,))

    def carry_over(self, policy: AftersalesPolicy, at: datetime) -> Change[Self]:
        """Not dispatched on its day: the job goes to the manager, who dispatches it first tomorrow (003 §11)."""
        missed = DeadlineMissedByAftersales(supervisor_role=policy.dispatch.supervisor_role, **self._clock(policy, at))
        left_over = self.but(priority=True, carried_over_days=self.carried_over_days + 1)
        waiting = left_over._waiting(policy, at)
        return Change(waiting.state, (missed, *waiting.events))

    def complete_visit(self, visit: Visit, policy: AftersalesPolicy, at: datetime) -> Change[Self]:
        """Somebody was there. What is not resolved waits to be dispatched again (003 §8, §10)."""
        self.must("complete_visit")
        if visit.ended_at < visit.started_at:
            raise Refused("a visit ends after it has started", "visit_times")
        completed = ServiceVisitCompleted(
            **visit.model_dump(exclude={"technician"}), customer=self.customer, **self._named()
        )
        visited = self.but(visits=(*self.visits, visit), stage="resolved" if visit.resolved else "open")
        if visit.resolved:
            return Change(visited, (completed,))
        waiting = visited._waiting(policy, at)
        return Change(waiting.state, (completed, *waiting.events))

    def sign_off(self, note: SignOff) -> Change[Self]:
        """The customer accepts and signs; only then may the technician leave (001 售后六a, 003 §8)."""
        self.must("sign_off")
        signed = ServiceSignedOff(
            **note.model_dump(), technician=self.technician, customer=self.customer, **self._named()
        )
        return Change(self.but(stage="signed_off", sign_off_note=note), (signed,))

    def close(self, result: Prose, by: StaffId, at: datetime) -> Change[Self]:
        """Done and archived. Needs the cost, and the charge where the customer has to pay (001 表1, 003 §10)."""
        self.must("close")
        if self.type != "D" and self.cost is None:
            raise Refused("the cost of the service is not filled in yet", "cost_missing")
        if self.charge_policy != "free" and self.charge is None:
            raise Refused("the customer has to pay for this service and has not been charged yet", "charge_missing")
        closed = ServiceOrderClosed(
            type=self.type,
            closed_at=at,
            result=result,
            serviced_at=self.visits[-1].ended_at if self.visits else None,
            item=self.item,
            closed_by=by,
            complaint_id=self.complaint_id,
            customer=self.customer,
            cost=self.cost.total if self.cost else None,
            charged=self.charge.amount if self.charge else None,
            **self._named(),
        )
        return Change(self.done_with(DISPATCH).but(stage="closed", result=result, closed_at=at), (closed,))

    def raise_charge(self, charge: Charge, policy: AftersalesPolicy, at: datetime) -> Change[Self]:
        """The customer has to pay: before we come, if it is the customer's own fault (001 售后四a, 备注1; 003 §9)."""
        return self._freed(self._charged(charge), policy, at)

    def receive(self, payment: Payment, policy: AftersalesPolicy, at: datetime) -> Change[Self]:
        """Money came in; a job that was held back for it waits to be dispatched from now on (001 备注1, 003 §9)."""
        return self._freed(self._received(payment), policy, at)

    @property
    def _waits_for_money(self) -> bool:
        return self.charge_policy == "pay_first" and not self.paid

    def _freed(self, change: Change[Self], policy: AftersalesPolicy, at: datetime) -> Change[Self]:
        order = change.state
        if not self._waits_for_money or order._waits_for_money or order.stage != "open":
            return change
        waiting = order._waiting(policy, at)
        return Change(waiting.state, (*change.events, *waiting.events))

    def _opened(self, policy: AftersalesPolicy, at: datetime) -> Change[Self]:
        opened = ServiceOrderOpened(
            type=self.type,
            request_id=self.request_id,
            charge_policy=self.charge_policy,
            complaint_id=self.complaint_id,
            order_no=self.order_no,
            content=self.content,
            customer=self.customer,
            **self._named(),
        )
        if self.type == "D" or self._waits_for_money:
            return Change(self, (opened,))
        waiting = self._waiting(policy, at)
        return Change(waiting.state, (opened, *waiting.events))

    def _waiting(self, policy: AftersalesPolicy, at: datetime) -> Change[Self]:
        """With the day's end as the deadline to send somebody."""
        due_at = policy.dispatch.due(at, policy.calendar)
        announced = DeadlineSetByAftersales(policy_version=policy.dispatch.version, **self._clock(policy, due_at))
        events: tuple[Event, ...] = (announced,)
        return Change(self.awaiting(DISPATCH, due_at), events)

    def _clock(self, policy: AftersalesPolicy, due_at: datetime) -> dict[str, object]:
        clock = policy.dispatch
        return RunningDeadline(
            deadline_id=uuid5(self.id, f"{clock.name}@{due_at.isoformat()}"),
            kind=clock.name,
            about=self.voucher_no,
            due_at=due_at,
            assignee_role=clock.assignee_role,
            customer_id=self.customer.customer_id if self.customer else None,
        ).model_dump()
