"""What may be asked about orders as a whole: lists, promises, exceptions, cancelling."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import AfterValidator, Field

from orders.api.readers import ORDERS, WHOLE
from orders.api.views import ExceptionView, ListedOrder, OrderRow, OrderView, PromisesRow, PromiseView
from orders.domain.decisions.cancellation import ask_to_cancel, cancel, decline_cancelling
from orders.domain.decisions.delay import postpone, word_delay
from orders.domain.decisions.exception import raise_exception, resolve
from orders.domain.decisions.promise import agree
from orders.domain.lifecycle import EXCEPTION, ExceptionStage, deciders
from orders.domain.parts.exception_kind import ExceptionKind
from orders.domain.parts.promise import PromiseKind, PromiseStage
from orders.domain.policy.policy import Rules, cancellers
from orders.domain.route import CANCELLED, CLOSED, stages
from orders.store import Exceptions, Orders, Stores
from shared.conduct import SpokenProse
from shared.contracts.departments import DelayReason
from shared.contracts.vocabulary import ContractNo, OrderNo, Ordinal, Price, Prose
from shared.duties.api import ClockView, clocks_of
from shared.http import After, CausedByRequest, Limit, Listing, RequestBody, Router, allow


def _known(stage: str) -> str:
    if stage not in STAGES:
        raise ValueError(f"there is no stage {stage}; stages are {', '.join(STAGES)}")
    return stage


STAGES = (*stages(), CLOSED, CANCELLED)
StageName = Annotated[str, AfterValidator(_known)]


class CancelOrder(RequestBody):
    """Why an order ends, in which stage it was seen, and what is paid back."""

    stage: StageName = Field(examples=["making"], description="The stage in which the order was seen.")
    reason: Prose = Field(examples=["客户项目取消"])
    refund: Price | None = Field(
        default=None,
        description="Where another person asked that the order ends; otherwise another person pays back afterwards.",
    )


class AskToCancel(RequestBody):
    """Why an order should end."""

    reason: Prose = Field(examples=["客户项目取消"])


class DeclineCancelling(RequestBody):
    """Why an order goes on although it was asked to end."""

    number: Ordinal = Field(examples=[1], description="Which of `cancelling_requests` was read: the first is 1.")
    reason: Prose = Field(examples=["已与客户协商，继续执行"])


class PromiseDay(RequestBody):
    """A day agreed with the customer (004 三2(4))."""

    kind: PromiseKind = Field(examples=["arrive"])
    on: date = Field(examples=["2026-12-02"])


class DelayShipment(RequestBody):
    """A later day for the goods, and why (001 售中二c)."""

    new_ship_date: date = Field(examples=["2026-12-05"])
    reason: DelayReason = Field(examples=["customer_request"])
    reason_text: SpokenProse | None = Field(
        default=None, description="Told to the customer; by default the reason's words."
    )


class WordDelay(RequestBody):
    """The words in which a delay is told; without words the usual ones of its reason (001 售中二c)."""

    new_ship_date: date = Field(examples=["2026-12-05"], description="The day that was read; `untold` shows it.")
    reason_text: SpokenProse | None = Field(default=None, examples=["钢化玻璃补片尚在途中"])


class RaiseException(RequestBody):
    """Something that is wrong with an order (000 §4.1c, form 11)."""

    kind: ExceptionKind = Field(examples=["material"])
    detail: Prose = Field(examples=["五金件供应商断货"])


class ResolveException(RequestBody):
    """The solution that was found."""

    resolution: Prose = Field(examples=["改用备用供应商"])


def routes(stores: Stores, rules: Rules) -> APIRouter:
    """Orders, their promises and their exceptions."""
    router = Router(readers=ORDERS, whole=WHOLE, tags=["orders"])
    _lists(router, stores, rules)
    _decisions(router, stores.orders, rules)
    _exceptions(router, stores.orders, stores.exceptions, rules)
    return router


def _lists(router: APIRouter, stores: Stores, rules: Rules) -> None:
    orders = stores.orders

    @router.get("/orders")
    async def list_orders(
        stage: Annotated[StageName | None, Query(examples=["production"])] = None,
        customer_id: Annotated[UUID | None, Query()] = None,
        order_no: Annotated[OrderNo | None, Query()] = None,
        contract_no: Annotated[ContractNo | None, Query()] = None,
        after: After = None,
        limit: Limit = 50,
    ) -> Listing[OrderRow]:
        """Orders by stage, customer (with every file of that person), number or contract; the oldest first."""
        where = {
            "stage": stage,
            "customer.customer_id": await stores.merged_files.all_of(customer_id),
            "order_no": order_no,
            "contract.no": contract_no,
        }
        page = await orders.rows(ListedOrder, where, sort="placed_on", after=after, limit=limit)
        return Listing(items=[OrderRow.of(order, rules) for order in page.items], next=page.next)

    @router.get("/orders/{order_id}")
    async def show_order(order_id: UUID) -> OrderView:
        """One order with all its parts, and whom to reach at the customer now beside the contact of then."""
        order = await orders.get(order_id)
        now = await stores.files.now(order.customer.customer_id, stores.merged_files)
        return OrderView.of(order, rules, now)

    @router.get("/orders/{order_id}/clocks")
    async def show_clocks(order_id: UUID) -> list[ClockView]:
        """Every clock of the order, running and ended, each with its reasons."""
        return clocks_of(await orders.get(order_id), rules.clocks)

    @router.get("/promises")
    async def list_promises(
        stage: Annotated[PromiseStage, Query()] = "broken", after: After = None, limit: Limit = 50
    ) -> Listing[PromiseView]:
        """Days given to customers, by what became of them (001 售中 理由). The limit counts orders."""
        wanted = {"promises.given.stage": stage}
        page = await orders.rows(PromisesRow, wanted, sort="placed_on", after=after, limit=limit)
        found = [
            PromiseView(order_id=order.order_id, order_no=order.order_no, promise=promise)
            for order in page.items
            for promise in order.given
            if promise.stage == stage
        ]
        return Listing(items=found, next=page.next)


def _decisions(router: APIRouter, orders: Orders, rules: Rules) -> None:
    @router.post("/orders/{order_id}/cancel", dependencies=[allow(*cancellers(rules.policies))])
    async def cancel_order(order_id: UUID, body: CancelOrder, cause: CausedByRequest) -> OrderView:
        """The order ends where it stands, if no goods have left; how far it has come decides who may."""
        return OrderView.of(
            await orders.apply(
                order_id, lambda order: cancel(order, body.stage, body.reason, body.refund, rules, cause), cause
            ),
            rules,
        )

    @router.post("/orders/{order_id}/ask-to-cancel", dependencies=[allow(*deciders("ask_to_cancel"))])
    async def ask_to_cancel_order(order_id: UUID, body: AskToCancel, cause: CausedByRequest) -> OrderView:
        """To decide whether the order ends becomes a duty of the role that may cancel it."""
        return OrderView.of(
            await orders.apply(order_id, lambda order: ask_to_cancel(order, body.reason, rules, cause), cause), rules
        )

    @router.post("/orders/{order_id}/decline-cancelling", dependencies=[allow(*cancellers(rules.policies))])
    async def decline_cancelling_order(order_id: UUID, body: DeclineCancelling, cause: CausedByRequest) -> OrderView:
        """The order goes on in spite of the wish to cancel it."""
        return OrderView.of(
            await orders.apply(
                order_id, lambda order: decline_cancelling(order, body.number, body.reason, rules, cause), cause
            ),
            rules,
        )

    @router.post("/orders/{order_id}/agree", dependencies=[allow(*deciders("agree"))])
    async def agree_order_day(order_id: UUID, body: PromiseDay, cause: CausedByRequest) -> OrderView:
        """A day is agreed with the customer and watched from now on."""
        return OrderView.of(
            await orders.apply(order_id, lambda order: agree(order, body.kind, body.on, rules, cause), cause), rules
        )

    @router.post("/orders/{order_id}/postpone", dependencies=[allow(*deciders("postpone"))])
    async def postpone_order(order_id: UUID, body: DelayShipment, cause: CausedByRequest) -> OrderView:
        """The goods leave later; the customer hears it with reason and days."""
        return OrderView.of(
            await orders.apply(
                order_id,
                lambda order: postpone(order, body.new_ship_date, body.reason, body.reason_text, rules, cause),
                cause,
            ),
            rules,
        )

    @router.post("/orders/{order_id}/word-delay", dependencies=[allow(*deciders("word_delay"))])
    async def word_untold_delay(order_id: UUID, body: WordDelay, cause: CausedByRequest) -> OrderView:
        """What waits to be told is told now, in words that the customer may read."""
        return OrderView.of(
            await orders.apply(
                order_id, lambda order: word_delay(order, body.new_ship_date, body.reason_text, rules, cause), cause
            ),
            rules,
        )


def _exceptions(router: APIRouter, orders: Orders, exceptions: Exceptions, rules: Rules) -> None:
    @router.post("/orders/{order_id}/raise-exception", dependencies=[allow(*deciders("raise_exception"))])
    async def raise_order_exception(order_id: UUID, body: RaiseException, cause: CausedByRequest) -> OrderView:
        """Something is wrong; it is on the Saturday list until resolved."""
        return OrderView.of(
            await orders.apply(order_id, lambda order: raise_exception(order, body.kind, body.detail, cause), cause),
            rules,
        )

    @router.get("/exceptions")
    async def list_exceptions(
        stage: Annotated[ExceptionStage, Query()] = "open", after: After = None, limit: Limit = 50
    ) -> Listing[ExceptionView]:
        """The exception feedback forms, the oldest first."""
        page = await exceptions.rows(ExceptionView, {"stage": stage}, sort="raised_at", after=after, limit=limit)
        return Listing.of(page)

    @router.get("/exceptions/{exception_id}/clocks")
    async def show_clocks_of_exception(exception_id: UUID) -> list[ClockView]:
        """By when a solution is due, whose duty that is, and why."""
        return clocks_of(await exceptions.get(exception_id), rules.clocks)

    @router.post("/exceptions/{exception_id}/resolve", dependencies=[allow(*EXCEPTION.roles("resolve"))])
    async def resolve_exception(exception_id: UUID, body: ResolveException, cause: CausedByRequest) -> ExceptionView:
        """A solution was found."""
        return ExceptionView.of(
            await exceptions.apply(
                exception_id, lambda exception: resolve(exception, body.resolution, rules, cause), cause
            )
        )
