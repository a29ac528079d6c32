"""What was done at the customer's over HTTP, the signature, and the end of a service order."""

from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from aftersales.api.readers import READERS, WHOLE
from aftersales.api.views import ServiceOrderView
from aftersales.domain.decisions import closing, visit
from aftersales.domain.lifecycle import LIFECYCLE
from aftersales.domain.policy.policy import Rules
from aftersales.domain.service_order import ServiceOrder
from aftersales.store import ServiceOrders
from shared.aggregate import Change
from shared.conduct import SpokenProse
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
    signature: FileRef | None = Field(default=None, examples=["signatures/FW-20261122.png"])
    no_file_because: Prose | None = Field(
        default=None,
        description="Why there is no file of the signature, such as that it stands on paper.",
        examples=[None],
    )
    photos: tuple[FileRef, ...] = Field(default=(), max_length=50)
    stamp: FileRef | None = Field(default=None, description="The customer's stamp on the voucher.")


class CallOffServiceOrder(RequestBody):
    """That this voucher is not needed, and why; its request goes on."""

    reason: Prose = Field(examples=["同一故障已在另一张凭证上处理"])


class CloseServiceOrder(RequestBody):
    """What came of it."""

    result: SpokenProse = Field(examples=["已更换铰链，客户确认正常"])
    head: Line | None = Field(default=None, description="Who answers for the result block.", examples=["陈经理"])


def routes(orders: ServiceOrders, rules: Rules) -> APIRouter:
    """What follows dispatching, each a POST to its name."""
    router = Router(readers=READERS, whole=WHOLE, tags=["service orders"], prefix="/service-orders/{service_order_id}")

    @router.post("/complete-visit", dependencies=[allow(*LIFECYCLE.roles("complete_visit"))])
    async def complete_visit(service_order_id: UUID, body: CompleteVisit, cause: CausedByRequest) -> ServiceOrderView:
        """The technician was there."""

        def decide(order: ServiceOrder) -> Change[ServiceOrder]:
            return visit.complete_visit(order, body.started_at, body.ended_at, body.work, body.resolved, rules, cause)

        return ServiceOrderView.of(await orders.apply(service_order_id, decide, cause))

    @router.post("/sign-off", dependencies=[allow(*LIFECYCLE.roles("sign_off"))])
    async def sign_off(service_order_id: UUID, body: SignOffService, cause: CausedByRequest) -> ServiceOrderView:
        """The customer accepts and signs. Refused without the file of the signature or the reason why there is none."""

        def decide(order: ServiceOrder) -> Change[ServiceOrder]:
            return visit.sign_off(
                order, body.signatory, body.signature, body.no_file_because, body.photos, body.stamp, cause
            )

        return ServiceOrderView.of(await orders.apply(service_order_id, decide, cause))

    return router


def endings(orders: ServiceOrders, rules: Rules) -> APIRouter:
    """How a service order ends, each a POST to its name."""
    router = Router(readers=READERS, whole=WHOLE, tags=["service orders"], prefix="/service-orders/{service_order_id}")

    @router.post("/close", dependencies=[allow(*LIFECYCLE.roles("close"))])
    async def close(service_order_id: UUID, body: CloseServiceOrder, cause: CausedByRequest) -> ServiceOrderView:
        """Done and archived. Refused with the blocks of form 1 that are missing."""

        def decide(order: ServiceOrder) -> Change[ServiceOrder]:
            return closing.close(order, body.result, body.head, cause)

        return ServiceOrderView.of(await orders.apply(service_order_id, decide, cause))

    @router.post("/call-off", dependencies=[allow(*LIFECYCLE.roles("call_off"))])
    async def call_off(service_order_id: UUID, body: CallOffServiceOrder, cause: CausedByRequest) -> ServiceOrderView:
        """This voucher is not needed; its request goes on, with its other vouchers or another one."""

        def decide(order: ServiceOrder) -> Change[ServiceOrder]:
            return closing.call_off_alone(order, body.reason, rules, cause)

        return ServiceOrderView.of(await orders.apply(service_order_id, decide, cause))

    return router
