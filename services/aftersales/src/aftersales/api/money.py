"""Costs, charges and payments of service orders over HTTP."""

from decimal import Decimal
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from aftersales.api.authority import deciders
from aftersales.api.readers import READERS, WHOLE
from aftersales.api.views import ServiceOrderView
from aftersales.domain.decisions import money
from aftersales.domain.lifecycle import LIFECYCLE
from aftersales.domain.parts.money import Mode
from aftersales.domain.policy.policy import Rules
from aftersales.domain.service_order import ServiceOrder
from aftersales.store import ServiceOrders
from shared.aggregate import Change
from shared.contracts.event import Instant, Money
from shared.contracts.vocabulary import Line, PaidAmount, PaperNo, Price
from shared.http import CausedByRequest, RequestBody, Router, allow

_NOTHING = Money(amount=Decimal("0.00"))


class RecordCost(RequestBody):
    """What the service cost us; travel is for service out of town."""

    material: Price = _NOTHING
    transport: Price = _NOTHING
    labour: Price = _NOTHING
    travel: Price = _NOTHING


class SignFee(RequestBody):
    """The fee that is signed, as it was seen."""

    fee: UUID = Field(description="The id of the cost that the service order shows.")


class RaiseCharge(RequestBody):
    """What the customer has to pay, and how."""

    amount: PaidAmount
    mode: Mode = Field(examples=["invoiced"])


class ReceivePayment(RequestBody):
    """Money that came in."""

    amount: PaidAmount
    received_at: Instant | None = Field(default=None, description="Now by default.")
    invoice_no: PaperNo | None = Field(default=None, examples=["FP-88120"])


class PayBack(RequestBody):
    """Money that went back to the customer."""

    amount: PaidAmount
    refunded_at: Instant | None = Field(default=None, description="Now by default.")
    reference: Line | None = Field(default=None, examples=["TK-88120"], description="The number of the transfer.")


def routes(orders: ServiceOrders, rules: Rules) -> APIRouter:
    """What a service costs and what is charged for it, each a POST to its name."""
    router = Router(readers=READERS, whole=WHOLE, tags=["money"], prefix="/service-orders/{service_order_id}")

    @router.post("/record-cost", dependencies=[allow(*LIFECYCLE.roles("record_cost"))])
    async def record_cost(service_order_id: UUID, body: RecordCost, cause: CausedByRequest) -> ServiceOrderView:
        """CS fills in the cost under warranty, finance outside it."""

        def decide(order: ServiceOrder) -> Change[ServiceOrder]:
            return money.record_cost(order, body.material, body.transport, body.labour, body.travel, rules, cause)

        return ServiceOrderView.of(await orders.apply(service_order_id, decide, cause))

    @router.post("/sign-fee", dependencies=[allow(*deciders(rules, "sign_fee"))])
    async def sign_fee(service_order_id: UUID, body: SignFee, cause: CausedByRequest) -> ServiceOrderView:
        """The head of the department and the general manager each sign the fee before it is charged, as they saw it."""
        return ServiceOrderView.of(
            await orders.apply(service_order_id, lambda order: money.sign_fee(order, body.fee, rules, cause), cause)
        )

    @router.post("/raise-charge", dependencies=[allow(*LIFECYCLE.roles("raise_charge"))])
    async def raise_charge(service_order_id: UUID, body: RaiseCharge, cause: CausedByRequest) -> ServiceOrderView:
        """The customer has to pay."""
        return ServiceOrderView.of(
            await orders.apply(
                service_order_id, lambda order: money.raise_charge(order, body.amount, body.mode, rules, cause), cause
            )
        )

    return router


def payments(orders: ServiceOrders, rules: Rules) -> APIRouter:
    """What comes in and what goes back, each a POST to its name."""
    router = Router(readers=READERS, whole=WHOLE, tags=["money"], prefix="/service-orders/{service_order_id}")

    @router.post("/receive-payment", dependencies=[allow(*LIFECYCLE.roles("receive_payment"))])
    async def receive_payment(service_order_id: UUID, body: ReceivePayment, cause: CausedByRequest) -> ServiceOrderView:
        """Money came in, on the spot or at finance."""
        received_at = body.received_at or cause.at

        def decide(order: ServiceOrder) -> Change[ServiceOrder]:
            return money.receive_payment(order, body.amount, received_at, body.invoice_no, rules, cause)

        return ServiceOrderView.of(await orders.apply(service_order_id, decide, cause))

    @router.post("/refund", dependencies=[allow(*LIFECYCLE.roles("refund"))])
    async def refund(service_order_id: UUID, body: PayBack, cause: CausedByRequest) -> ServiceOrderView:
        """Finance pays back what the customer paid above the charge, or for a service that was called off."""
        refunded_at = body.refunded_at or cause.at

        def decide(order: ServiceOrder) -> Change[ServiceOrder]:
            return money.refund(order, body.amount, refunded_at, body.reference, rules, cause)

        return ServiceOrderView.of(await orders.apply(service_order_id, decide, cause))

    return router
