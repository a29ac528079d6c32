"""What was done at the customer's over HTTP, the signature, and the end of a service order."""

from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from aftersales.api.roles import DISPATCHERS, READERS, SERVICE, TECHNICIANS
from aftersales.api.views import ServiceOrderView
from aftersales.domain.policy import AftersalesPolicy
from aftersales.domain.service_order import ServiceOrder
from aftersales.domain.voucher import SignOff, Visit
from aftersales.store import Records
from shared.aggregate import Change
from shared.contracts.event import Instant
from shared.contracts.vocabulary import FileRef, Line, Prose
from shared.http import CausedByRequest, RequestBody, Router, allow


class CompleteVisit(RequestBody):
    """Actual times and work."""

    started_at: Instant
    ended_at: Instant
    work: Prose = Field(examples=["更换两副铰链并调试"])
    resolved: bool = Field(description="What is not resolved waits to be dispatched again.")


class SignOffService(RequestBody):
    """The customer's signature."""

    signatory: Line = Field(examples=["王建国"])
    signature: FileRef | None = None
    photos: tuple[FileRef, ...] = Field(default=(), max_length=50)


class CloseServiceOrder(RequestBody):
    """What came of it."""

    result: Prose = Field(examples=["已更换铰链，客户确认正常"])


def routes(records: Records, policy: AftersalesPolicy) -> APIRouter:
    """What follows dispatching, each a POST to its name."""
    router = Router(readers=READERS, tags=["service orders"], prefix="/service-orders/{service_order_id}")
    orders = records.service_orders

    @router.post("/complete-visit", dependencies=[allow(*TECHNICIANS, *DISPATCHERS, *SERVICE)])
    async def complete_visit(service_order_id: UUID, body: CompleteVisit, cause: CausedByRequest) -> ServiceOrderView:
        """Somebody was there."""

        def visited(order: ServiceOrder) -> Change[ServiceOrder]:
            return order.complete_visit(
                Visit(technician=order.technician or cause.actor.id, **body.model_dump()), policy, cause.at
            )

        return ServiceOrderView.of(await orders.apply(service_order_id, visited, cause))

    @router.post("/sign-off", dependencies=[allow(*TECHNICIANS, *SERVICE)])
    async def sign_off(service_order_id: UUID, body: SignOffService, cause: CausedByRequest) -> ServiceOrderView:
        """The customer accepts and signs."""
        note = SignOff(**body.model_dump(), at=cause.at)
        return ServiceOrderView.of(await orders.apply(service_order_id, lambda order: order.sign_off(note), cause))

    @router.post("/close", dependencies=[allow(*SERVICE)])
    async def close(service_order_id: UUID, body: CloseServiceOrder, cause: CausedByRequest) -> ServiceOrderView:
        """Done and archived."""
        return ServiceOrderView.of(
            await orders.apply(
                service_order_id, lambda order: order.close(body.result, cause.actor.id, cause.at), cause
            )
        )

    return router
