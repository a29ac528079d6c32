"""Costs, charges and payments of service orders over HTTP."""

from decimal import Decimal
from typing import Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from aftersales.api.roles import BOOKKEEPERS, READERS, SERVICE, TECHNICIANS
from aftersales.api.views import ServiceOrderView
from aftersales.domain.policy import AftersalesPolicy
from aftersales.domain.voucher import Charge, Payment
from aftersales.store import Records
from shared.contracts.event import Instant, Money
from shared.contracts.roles import Role
from shared.contracts.vocabulary import Line
from shared.http import CausedByRequest, RequestBody, Router, allow

_NOTHING = Money(amount=Decimal("0.00"))


class RecordCost(RequestBody):
    """What the service cost us; travel is for service out of town."""

    material: Money = _NOTHING
    transport: Money = _NOTHING
    labour: Money = _NOTHING
    travel: Money = _NOTHING


class RaiseCharge(RequestBody):
    """What the customer has to pay, and how."""

    amount: Money
    mode: Literal["on_spot", "invoiced", "prepaid"] = Field(examples=["invoiced"])


class ReceivePayment(RequestBody):
    """Money that came in."""

    amount: Money
    received_at: Instant | None = Field(default=None, description="Now by default.")
    invoice_no: Line | None = Field(default=None, examples=["FP-88120"])


def routes(records: Records, policy: AftersalesPolicy) -> APIRouter:
    """What concerns money, each a POST to its name."""
    router = Router(readers=READERS, tags=["money"], prefix="/service-orders/{service_order_id}")
    orders = records.service_orders

    @router.post("/record-cost", dependencies=[allow(*BOOKKEEPERS)])
    async def record_cost(service_order_id: UUID, body: RecordCost, cause: CausedByRequest) -> ServiceOrderView:
        """CS fills in the cost under warranty, finance outside it."""
        return ServiceOrderView.of(
            await orders.apply(
                service_order_id,
                lambda order: order.record_cost(body.material, body.transport, body.labour, body.travel, cause.actor),
                cause,
            )
        )

    @router.post("/raise-charge", dependencies=[allow(*BOOKKEEPERS)])
    async def raise_charge(service_order_id: UUID, body: RaiseCharge, cause: CausedByRequest) -> ServiceOrderView:
        """The customer has to pay."""
        charge = Charge(amount=body.amount, mode=body.mode)
        return ServiceOrderView.of(
            await orders.apply(service_order_id, lambda order: order.raise_charge(charge, policy, cause.at), cause)
        )

    @router.post("/receive-payment", dependencies=[allow(Role.FINANCE, *SERVICE, *TECHNICIANS)])
    async def receive_payment(service_order_id: UUID, body: ReceivePayment, cause: CausedByRequest) -> ServiceOrderView:
        """Money came in, on the spot or at finance."""
        payment = Payment(amount=body.amount, at=body.received_at or cause.at, invoice_no=body.invoice_no)
        return ServiceOrderView.of(
            await orders.apply(service_order_id, lambda order: order.receive(payment, policy, cause.at), cause)
        )

    return router
