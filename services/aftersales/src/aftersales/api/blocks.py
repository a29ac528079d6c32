"""The blocks of form 1 that operations and the executor write, and the manager's countersignature, over HTTP."""

from datetime import date
from typing import Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from aftersales.api.authority import deciders
from aftersales.api.readers import READERS, WHOLE
from aftersales.api.views import ServiceOrderView
from aftersales.domain.decisions import form
from aftersales.domain.lifecycle import LIFECYCLE
from aftersales.domain.policy.policy import Rules
from aftersales.domain.service_order import ServiceOrder
from aftersales.store import ServiceOrders
from shared.aggregate import Change
from shared.contracts.vocabulary import FileRef, Line, Prose
from shared.http import CausedByRequest, RequestBody, Router, allow


class RecordOpinion(RequestBody):
    """How it is handled, or what is brought to resolve it on site."""

    opinion: Prose = Field(examples=["带全套铰链现场更换"])
    mode: Literal["plan", "resolve_on_site"] = Field(default="plan", examples=["resolve_on_site"])
    handle_by: date | None = Field(default=None, description="The end of the handling period.", examples=["2026-12-01"])
    tools: tuple[Line, ...] = Field(default=(), max_length=50, examples=[["电钻", "内六角扳手"]])
    materials: tuple[Line, ...] = Field(default=(), max_length=50, examples=[["80 款铰链两副"]])


class StateExecution(RequestBody):
    """What the executor found and did."""

    opinion: Prose = Field(examples=["铰链螺丝松脱，已更换两副并调试"])
    head: Line = Field(description="Who leads the crew.", examples=["周班长"])
    signature: FileRef | None = None


class Countersign(RequestBody):
    """What was done, as it was seen."""

    work: UUID = Field(description="The name of the work that the service order shows.")


def routes(orders: ServiceOrders, rules: Rules) -> APIRouter:
    """The blocks that are written after a voucher is opened, each a POST to its name."""
    router = Router(readers=READERS, whole=WHOLE, tags=["form 1"], prefix="/service-orders/{service_order_id}")

    @router.post("/record-opinion", dependencies=[allow(*LIFECYCLE.roles("record_opinion"))])
    async def record_opinion(service_order_id: UUID, body: RecordOpinion, cause: CausedByRequest) -> ServiceOrderView:
        """The operations supervisor says how it is handled; nothing is dispatched before."""

        def decide(order: ServiceOrder) -> Change[ServiceOrder]:
            return form.record_opinion(
                order, body.opinion, body.mode, body.handle_by, body.tools, body.materials, rules, cause
            )

        return ServiceOrderView.of(await orders.apply(service_order_id, decide, cause))

    @router.post("/state-execution", dependencies=[allow(*LIFECYCLE.roles("state_execution"))])
    async def state_execution(service_order_id: UUID, body: StateExecution, cause: CausedByRequest) -> ServiceOrderView:
        """The executor says what was found and done, and signs."""

        def decide(order: ServiceOrder) -> Change[ServiceOrder]:
            return form.state_execution(order, body.opinion, body.head, body.signature, cause)

        return ServiceOrderView.of(await orders.apply(service_order_id, decide, cause))

    @router.post("/countersign", dependencies=[allow(*deciders(rules, "countersign"))])
    async def countersign(service_order_id: UUID, body: Countersign, cause: CausedByRequest) -> ServiceOrderView:
        """The manager countersigns the actual time and work, as they saw them."""
        return ServiceOrderView.of(
            await orders.apply(service_order_id, lambda order: form.countersign(order, body.work, cause), cause)
        )

    return router
