"""What may be asked while an order is designed and made."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from orders.api.readers import ORDERS, WHOLE
from orders.api.views import OrderView
from orders.domain.decisions.drawing import review_drawing
from orders.domain.decisions.packaging import pack, plan_packaging, receive_packaging
from orders.domain.decisions.production import (
    inspect,
    issue_work_order,
    judge_sample,
    release,
    review_breakdown,
    schedule,
    send_back,
    send_sample,
)
from orders.domain.lifecycle import deciders
from orders.domain.order import Order
from orders.domain.parts.packaging import PackedItem, PackingMaterial
from orders.domain.parts.works import ProductionPlan, Verdict
from orders.domain.policy.policy import Rules
from orders.store import Orders
from shared.aggregate import Change
from shared.contracts.departments import DrawingKind
from shared.contracts.event import Instant
from shared.contracts.vocabulary import Count, Defect, FileRef, Line, Ordinal, PaperNo, Prose, Quantity
from shared.http import CausedByRequest, RequestBody, Router, allow


class ReviewDrawing(RequestBody):
    """What the review of a drawing came to (000 §3.4.2, §3.5.2)."""

    kind: DrawingKind = Field(examples=["plan"])
    version: Ordinal = Field(examples=[1])
    outcome: Literal["approved", "rejected"] = Field(examples=["approved"])
    notes: str = Field(default="", max_length=4000)


class SendBack(RequestBody):
    """Which drawings are wanting, and why (000 §3.4.3)."""

    drawings: tuple[DrawingKind, ...] = Field(default=("construction",), min_length=1)
    reason: Prose = Field(examples=["门洞尺寸与现场不符"])


class PlanProduction(RequestBody):
    """When the order is made and delivered (004 一㈡2a)."""

    begin: date = Field(examples=["2026-11-02"])
    finish: date = Field(examples=["2026-11-24"])
    delivery_on: date = Field(examples=["2026-11-26"])


class ReviewBreakdown(RequestBody):
    """What R&D says of a breakdown (000 §3.5.3a)."""

    breakdown: Ordinal = Field(examples=[1], description="The one that was read; the order's `works` show it.")
    outcome: Literal["approved", "rejected"] = Field(examples=["approved"])
    notes: str = Field(default="", max_length=4000)


class JudgeSample(RequestBody):
    """What design says of a sample (000 §3.5.3b)."""

    sample_no: PaperNo = Field(examples=["DY-1"])
    breakdown: Count = Field(examples=[1], description="The one by which it was made; the order's `works` show it.")
    outcome: Verdict = Field(examples=["confirmed"])
    notes: str = Field(default="", max_length=4000)


class SendSample(RequestBody):
    """How a sample travels to the customer."""

    sample_no: PaperNo = Field(examples=["DY-1"])
    carrier: Line = Field(examples=["顺丰速运"])


class InspectGoods(RequestBody):
    """What design found before shipping (000 §3.5.3c)."""

    produced_at: Instant = Field(
        examples=["2026-11-24T08:00:00Z"], description="When the goods that were seen were made; the order shows it."
    )
    outcome: Literal["passed", "failed"] = Field(examples=["passed"])
    defects: tuple[Defect, ...] = ()
    photos: tuple[FileRef, ...] = ()


class IssueWorkOrder(RequestBody):
    """The number of engineering's work order (004 三2(1))."""

    work_order_no: PaperNo = Field(examples=["GD-2026-0412"])


class NeededMaterial(PackingMaterial):
    """How many of one kind are needed and in stock; what stock lacks is printed outside (004 三2(2))."""

    quantity: Quantity = Field(examples=[24])
    in_stock: Count = Field(examples=[4])


class PlanPackaging(RequestBody):
    """Which boxes, manuals and labels are needed, what stock has of them, and who prints the rest (004 三2(2))."""

    materials: tuple[NeededMaterial, ...] = Field(
        min_length=1, max_length=100, examples=[[{"item": "安装说明书", "quantity": 24, "in_stock": 100}]]
    )


class ReceivePackaging(RequestBody):
    """What came in from the printer (004 三2(2))."""

    item: Line = Field(examples=["彩印包装箱"])


LONGEST_ITEM = 180
"""Characters of what was packed: it is announced in one line with its quantity."""


class ConfirmedItem(PackedItem):
    """What was packed: boxes, manuals, labels (004 三2(2))."""

    item: Annotated[Line, Field(max_length=LONGEST_ITEM)]
    quantity: Quantity


class ConfirmPackaging(RequestBody):
    """What was packed and how much room it takes (004 三2(2))."""

    items: tuple[ConfirmedItem, ...] = Field(min_length=1, examples=[[{"item": "木箱", "quantity": 6}]])
    volume_litres: int = Field(ge=1, le=200_000, examples=[4200])


def routes(orders: Orders, rules: Rules) -> APIRouter:
    """Drawings, production, samples, inspection, packaging."""
    router = Router(readers=ORDERS, whole=WHOLE, tags=["making"])
    _design(router, orders, rules)
    _production(router, orders, rules)
    _packaging(router, orders, rules)
    return router


def _design(router: APIRouter, orders: Orders, rules: Rules) -> None:
    @router.post("/orders/{order_id}/review-drawing", dependencies=[allow(*deciders("review_drawing"))])
    async def review_order_drawing(order_id: UUID, body: ReviewDrawing, cause: CausedByRequest) -> OrderView:
        """Approve a drawing or send it back: CS for standard orders, the design director for custom ones."""
        approved = body.outcome == "approved"
        return OrderView.of(
            await orders.apply(
                order_id,
                lambda order: review_drawing(order, body.kind, body.version, approved, body.notes, rules, cause),
                cause,
            ),
            rules,
        )

    @router.post("/orders/{order_id}/judge-sample", dependencies=[allow(*deciders("judge_sample"))])
    async def judge_order_sample(order_id: UUID, body: JudgeSample, cause: CausedByRequest) -> OrderView:
        """Confirm a sample or reject it."""

        def decide(order: Order) -> Change[Order]:
            return judge_sample(order, body.sample_no, body.breakdown, body.outcome, body.notes, rules, cause)

        return OrderView.of(await orders.apply(order_id, decide, cause), rules)

    @router.post("/orders/{order_id}/inspect", dependencies=[allow(*deciders("inspect"))])
    async def inspect_order(order_id: UUID, body: InspectGoods, cause: CausedByRequest) -> OrderView:
        """Pass a custom order's goods or send them back."""
        passed = body.outcome == "passed"

        def decide(order: Order) -> Change[Order]:
            return inspect(order, body.produced_at, passed, body.defects, body.photos, rules, cause)

        return OrderView.of(await orders.apply(order_id, decide, cause), rules)

    @router.post("/orders/{order_id}/send-sample", dependencies=[allow(*deciders("send_sample"))])
    async def send_order_sample(order_id: UUID, body: SendSample, cause: CausedByRequest) -> OrderView:
        """Send a sample to the customer (004 二2-3)."""
        return OrderView.of(
            await orders.apply(order_id, lambda order: send_sample(order, body.sample_no, body.carrier, cause), cause),
            rules,
        )


def _production(router: APIRouter, orders: Orders, rules: Rules) -> None:
    @router.post("/orders/{order_id}/release", dependencies=[allow(*deciders("release"))])
    async def release_order(order_id: UUID, cause: CausedByRequest) -> OrderView:
        """Pass the order on to the breakdown section."""
        return OrderView.of(await orders.apply(order_id, lambda order: release(order, rules, cause), cause), rules)

    @router.post("/orders/{order_id}/send-back", dependencies=[allow(*deciders("send_back"))])
    async def send_order_back(order_id: UUID, body: SendBack, cause: CausedByRequest) -> OrderView:
        """Drawings are found wanting before production: they are drawn and reviewed again."""
        return OrderView.of(
            await orders.apply(
                order_id, lambda order: send_back(order, body.drawings, body.reason, rules, cause), cause
            ),
            rules,
        )

    @router.post("/orders/{order_id}/issue-work-order", dependencies=[allow(*deciders("issue_work_order"))])
    async def issue_order_work_order(order_id: UUID, body: IssueWorkOrder, cause: CausedByRequest) -> OrderView:
        """Engineering tells the shop floor to make the order."""
        return OrderView.of(
            await orders.apply(
                order_id, lambda order: issue_work_order(order, body.work_order_no, rules, cause), cause
            ),
            rules,
        )

    @router.post("/orders/{order_id}/schedule", dependencies=[allow(*deciders("schedule"))])
    async def schedule_order(order_id: UUID, body: PlanProduction, cause: CausedByRequest) -> OrderView:
        """Plan production and delivery; the customer is told."""
        plan = ProductionPlan(begin=body.begin, finish=body.finish, delivery_on=body.delivery_on)
        return OrderView.of(
            await orders.apply(order_id, lambda order: schedule(order, plan, rules, cause), cause), rules
        )

    @router.post("/orders/{order_id}/review-breakdown", dependencies=[allow(*deciders("review_breakdown"))])
    async def review_order_breakdown(order_id: UUID, body: ReviewBreakdown, cause: CausedByRequest) -> OrderView:
        """Approve a custom order's breakdown or have it done again."""
        approved = body.outcome == "approved"
        return OrderView.of(
            await orders.apply(
                order_id,
                lambda order: review_breakdown(order, body.breakdown, approved, body.notes, rules, cause),
                cause,
            ),
            rules,
        )


def _packaging(router: APIRouter, orders: Orders, rules: Rules) -> None:
    @router.post("/orders/{order_id}/plan-packaging", dependencies=[allow(*deciders("plan_packaging"))])
    async def plan_order_packaging(order_id: UUID, body: PlanPackaging, cause: CausedByRequest) -> OrderView:
        """Check the stock of packaging, and say who prints what it lacks."""
        return OrderView.of(
            await orders.apply(order_id, lambda order: plan_packaging(order, body.materials, rules, cause), cause),
            rules,
        )

    @router.post("/orders/{order_id}/receive-packaging", dependencies=[allow(*deciders("receive_packaging"))])
    async def receive_order_packaging(order_id: UUID, body: ReceivePackaging, cause: CausedByRequest) -> OrderView:
        """Note that what was printed outside has come in."""
        return OrderView.of(
            await orders.apply(order_id, lambda order: receive_packaging(order, body.item, rules, cause), cause), rules
        )

    @router.post("/orders/{order_id}/pack", dependencies=[allow(*deciders("pack"))])
    async def pack_order(order_id: UUID, body: ConfirmPackaging, cause: CausedByRequest) -> OrderView:
        """Confirm boxes, manuals and labels; without that the goods do not leave."""
        return OrderView.of(
            await orders.apply(
                order_id, lambda order: pack(order, body.items, body.volume_litres, rules, cause), cause
            ),
            rules,
        )
