"""The material of a service order over HTTP, and the technician's expenses."""

from datetime import date
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from aftersales.api.readers import READERS, WHOLE
from aftersales.api.views import ServiceOrderView
from aftersales.domain.decisions import supply
from aftersales.domain.lifecycle import LIFECYCLE
from aftersales.domain.policy.policy import Rules
from aftersales.domain.service_order import ServiceOrder
from aftersales.store import ServiceOrders
from shared.aggregate import Change
from shared.contracts.aftersales import PartNeeded
from shared.contracts.vocabulary import Line, PaidAmount
from shared.http import CausedByRequest, RequestBody, Router, allow


class RequestParts(RequestBody):
    """The material that is needed; the number of the form is added."""

    parts: tuple[PartNeeded, ...] = Field(min_length=1, max_length=100)
    needed_by: date | None = None


class PromiseParts(RequestBody):
    """The day on which the parts come."""

    on: date = Field(examples=["2026-12-01"])


class UsePart(RequestBody):
    """A part that was built in."""

    part_no: Line = Field(examples=["JL-80-02"])
    quantity: int = Field(default=1, ge=1, le=100_000)


class ClaimExpense(RequestBody):
    """What the technician laid out."""

    amount: PaidAmount
    reason: Line = Field(examples=["长沙往返高铁"])


def routes(orders: ServiceOrders, rules: Rules) -> APIRouter:
    """What concerns material and expenses, each a POST to its name."""
    router = Router(readers=READERS, whole=WHOLE, tags=["parts"], prefix="/service-orders/{service_order_id}")

    @router.post("/request-parts", dependencies=[allow(*LIFECYCLE.roles("request_parts"))])
    async def request_parts(service_order_id: UUID, body: RequestParts, cause: CausedByRequest) -> ServiceOrderView:
        """The sales assistant orders material, after opinion and fee."""

        def decide(order: ServiceOrder) -> Change[ServiceOrder]:
            return supply.request_parts(order, body.parts, body.needed_by, rules, cause)

        return ServiceOrderView.of(await orders.apply(service_order_id, decide, cause))

    @router.post("/promise-parts", dependencies=[allow(*LIFECYCLE.roles("promise_parts"))])
    async def promise_parts(service_order_id: UUID, body: PromiseParts, cause: CausedByRequest) -> ServiceOrderView:
        """On which day the parts come; a customer with an earlier appointment hears of it."""
        return ServiceOrderView.of(
            await orders.apply(
                service_order_id, lambda order: supply.promise_parts(order, body.on, rules, cause), cause
            )
        )

    @router.post("/ready-parts", dependencies=[allow(*LIFECYCLE.roles("ready_parts"))])
    async def ready_parts(service_order_id: UUID, cause: CausedByRequest) -> ServiceOrderView:
        """The parts lie ready, and the job can be scheduled."""
        return ServiceOrderView.of(
            await orders.apply(service_order_id, lambda order: supply.ready_parts(order, rules, cause), cause)
        )

    @router.post("/use-part", dependencies=[allow(*LIFECYCLE.roles("use_part"))])
    async def use_part(service_order_id: UUID, body: UsePart, cause: CausedByRequest) -> ServiceOrderView:
        """A part was built in."""
        return ServiceOrderView.of(
            await orders.apply(
                service_order_id, lambda order: supply.use_part(order, body.part_no, body.quantity, cause), cause
            )
        )

    @router.post("/claim-expense", dependencies=[allow(*LIFECYCLE.roles("claim_expense"))])
    async def claim_expense(service_order_id: UUID, body: ClaimExpense, cause: CausedByRequest) -> ServiceOrderView:
        """The technician claims what he laid out."""

        def decide(order: ServiceOrder) -> Change[ServiceOrder]:
            return supply.claim_expense(order, body.amount, body.reason, cause)

        return ServiceOrderView.of(await orders.apply(service_order_id, decide, cause))

    return router
