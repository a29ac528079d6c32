"""Appointments and services out of town over HTTP."""

from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from aftersales.api.authority import deciders
from aftersales.api.readers import READERS, WHOLE
from aftersales.api.views import ServiceOrderView
from aftersales.domain.decisions import trip
from aftersales.domain.lifecycle import LIFECYCLE
from aftersales.domain.policy.policy import Rules
from aftersales.domain.service_order import ServiceOrder
from aftersales.store import ServiceOrders
from shared.aggregate import Change
from shared.contracts.event import Instant
from shared.contracts.vocabulary import Line, Price
from shared.http import CausedByRequest, RequestBody, Router, allow


class AgreeAppointment(RequestBody):
    """The window in which the technician comes."""

    begins: Instant = Field(examples=["2026-12-01T01:00:00Z"])
    ends: Instant = Field(examples=["2026-12-01T04:00:00Z"])
    agreed_with: Line = Field(examples=["王建国"])


class RequestRemote(RequestBody):
    """The application for a service out of town."""

    place: Line = Field(examples=["湖南长沙"])
    estimated_travel: Price


class ApproveRemote(RequestBody):
    """The application that is approved, as it was seen."""

    application: UUID = Field(description="The id of the application that the service order shows under `remote`.")


def routes(orders: ServiceOrders, rules: Rules) -> APIRouter:
    """What is arranged before a technician leaves, each a POST to its name."""
    router = Router(readers=READERS, whole=WHOLE, tags=["service orders"], prefix="/service-orders/{service_order_id}")

    @router.post("/agree-appointment", dependencies=[allow(*LIFECYCLE.roles("agree_appointment"))])
    async def agree_appointment(
        service_order_id: UUID, body: AgreeAppointment, cause: CausedByRequest
    ) -> ServiceOrderView:
        """A day and a window are agreed with the customer."""

        def decide(order: ServiceOrder) -> Change[ServiceOrder]:
            return trip.agree_appointment(order, body.begins, body.ends, body.agreed_with, rules, cause)

        return ServiceOrderView.of(await orders.apply(service_order_id, decide, cause))

    @router.post("/request-remote", dependencies=[allow(*LIFECYCLE.roles("request_remote"))])
    async def request_remote(service_order_id: UUID, body: RequestRemote, cause: CausedByRequest) -> ServiceOrderView:
        """Apply for a service out of town; no technician leaves before the manager has approved it."""

        def decide(order: ServiceOrder) -> Change[ServiceOrder]:
            return trip.request_remote(order, body.place, body.estimated_travel, cause)

        return ServiceOrderView.of(await orders.apply(service_order_id, decide, cause))

    @router.post("/approve-remote", dependencies=[allow(*deciders(rules, "approve_remote"))])
    async def approve_remote(service_order_id: UUID, body: ApproveRemote, cause: CausedByRequest) -> ServiceOrderView:
        """The manager approves the service out of town, as they saw it."""
        return ServiceOrderView.of(
            await orders.apply(
                service_order_id, lambda order: trip.approve_remote(order, body.application, cause), cause
            )
        )

    return router
