"""Orders over HTTP: recorded with care, verified with the customer, then handed on."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import date, timedelta
from typing import Annotated, Literal, Self
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import AliasPath, ConfigDict, Field

from intake.api import readers
from intake.api.enquiries import must_be_asked_by
from intake.domain.decisions.placement import take, verify
from intake.domain.lifecycle import ORDER, OrderStage
from intake.domain.order import Order, must_be_ahead, order_no_of, possible
from intake.domain.parts.papers import OrderPaper, Papers
from intake.domain.parts.verification import Verification
from intake.domain.policy.policy import Rules, verifiers
from intake.store import Stores
from shared.aggregate import Cause, Refused
from shared.contracts.event import Instant, Money, PreciseDate
from shared.contracts.intake import Wish
from shared.contracts.vocabulary import (
    ContractNo,
    CustomerId,
    CustomerSnapshot,
    Line,
    OrderKind,
    OrderLine,
    OrderNo,
    PaidAmount,
    StaffId,
    order_id_of,
)
from shared.http import After, CausedByRequest, Limit, Listing, RequestBody, Router, View, allow, made_once
from shared.lifecycle import Possible


class PapersNamed(RequestBody):
    """The papers that come before the order; the company's policy says which of them a route needs."""

    design_intake_id: UUID | None = Field(default=None, description="The three forms before a design.")
    quote_id: UUID | None = Field(default=None, description="The quote that the customer accepted.")
    project_id: UUID | None = Field(default=None, description="The project file.")


class TakeOrder(PapersNamed):
    """What the customer ordered."""

    customer_id: CustomerId
    order_no: OrderNo | None = Field(default=None, description="The number on the papers; without one it gets one.")
    kind: OrderKind = Field(default="standard", examples=["custom"])
    lines: tuple[OrderLine, ...] = Field(min_length=1, max_length=1000)
    total: PaidAmount | None = None
    contract_no: ContractNo | None = None
    contract_date: PreciseDate | None = None
    requested_ship_date: date | None = None
    promised_arrival_date: date | None = Field(default=None, description="For goods from stock.")
    site_address: Line | None = None
    region: Line | None = Field(default=None, description="The customer's own when left out.")
    sales_owner: StaffId | None = Field(default=None, description="The customer's owner when left out.")
    intake_channel: Literal["phone", "visit", "email", "web"] = "phone"
    enquiry_id: UUID | None = Field(default=None, description="The enquiry that the order answers.")
    verified: Verification | None = Field(
        default=None, description="Who went through it with the customer; left out, that is still to be done."
    )


class VerifyOrder(PapersNamed):
    """When the order was gone through with the customer, and the papers that it did not name when it was taken."""

    at: Instant | None = Field(default=None, description="Just now when left out.")


class OrderFacts(View):
    """What a list reads of an order."""

    model_config = ConfigDict(frozen=True, validate_by_name=True, validate_by_alias=True)

    order_id: UUID = Field(validation_alias="id")
    order_no: OrderNo = Field(validation_alias=AliasPath("wish", "order_no"))
    kind: OrderKind = Field(validation_alias=AliasPath("wish", "kind"))
    customer_id: CustomerId
    customer_name: Line = Field(validation_alias=AliasPath("customer", "name"))
    stage: OrderStage
    taken_at: Instant
    total: Money | None = Field(default=None, validation_alias=AliasPath("wish", "total"))
    requested_ship_date: date | None = Field(default=None, validation_alias=AliasPath("wish", "requested_ship_date"))
    sales_owner: StaffId | None = Field(default=None, validation_alias=AliasPath("wish", "sales_owner"))


class OrderRow(OrderFacts):
    """An order in a list, and what may be done with it now."""

    possible: tuple[Possible, ...]

    @classmethod
    def of(cls, order: OrderFacts, rules: Rules) -> Self:
        return cls(**dict(order), possible=possible(order.kind, order.stage, rules.on(order.taken_at)))


class OrderView(View):
    """An order as it was taken, and what may be done with it now."""

    order_id: UUID
    customer: CustomerSnapshot
    stage: OrderStage
    taken_at: Instant
    verification: Verification | None
    wish: Wish
    possible: tuple[Possible, ...]

    @classmethod
    def of(cls, order: Order, rules: Rules) -> Self:
        return cls(
            order_id=order.id,
            customer=order.customer,
            stage=order.stage,
            taken_at=order.taken_at,
            verification=order.verification,
            wish=order.wish,
            possible=possible(order.wish.kind, order.stage, rules.on(order.taken_at)),
        )


async def _papers(stores: Stores, named: PapersNamed, customer_id: UUID) -> Papers:
    """How the papers stand that an order names. Refused with `another_customers` for another customer's."""
    quote = await stores.quotes.get(named.quote_id) if named.quote_id else None
    intake = await stores.design_intakes.get(named.design_intake_id) if named.design_intake_id else None
    project = await stores.projects.get(named.project_id) if named.project_id else None
    files = await stores.customers.files_of(customer_id)
    for field, paper in (("quote_id", quote), ("design_intake_id", intake), ("project_id", project)):
        if paper and paper.customer_id not in files:
            raise Refused("a paper is another customer's; name one of this customer", "another_customers", field)
    ready: dict[OrderPaper, bool] = {
        "quote": quote is not None and quote.stage == "accepted",
        "design_intake": intake is not None and intake.stage == "passed",
        "project": project is not None,
    }
    return Papers(
        quote_id=named.quote_id,
        design_intake_id=named.design_intake_id,
        project_id=named.project_id,
        ready=tuple(paper for paper, is_ready in ready.items() if is_ready),
        ordered=await stores.orders.placed_from(quote.id) if quote else None,
    )


def _ids(body: TakeOrder, today: date, cause: Cause) -> Sequence[UUID]:
    """Which ids its order may have: a number that a request draws names the day, and it may be repeated on the next."""
    if body.order_no:
        return (order_id_of(body.order_no),)
    return tuple(order_id_of(order_no_of(cause.id, day)) for day in (today, today - timedelta(days=1)))


async def _placed_once(place: Callable[[], Awaitable[Order]]) -> Order:
    """Of two orders that are placed from one quote at the same moment, the second meets the first in the store."""
    try:
        return await place()
    except Refused as refused:
        if refused.code != "duplicate":
            raise
    return await place()


def routes(stores: Stores, rules: Rules) -> APIRouter:
    """The routes under /orders."""
    calendar = rules.calendar
    router = Router(readers=readers.ORDERS, whole=readers.WHOLE_FILES, tags=["orders"], prefix="/orders")
    orders = stores.orders

    @router.post("", status_code=201, dependencies=[allow(*ORDER.roles("take"))])
    @made_once(
        orders,
        lambda body, cause: _ids(body, calendar.day(cause.at), cause),
        lambda made: OrderView.of(made, rules),
    )
    async def take_order(body: TakeOrder, cause: CausedByRequest) -> OrderView:
        """Record an order; one that is verified with the customer already is placed by the same request."""
        today = calendar.day(cause.at)
        customer = await stores.customers.served(body.customer_id)
        asked = body.model_dump(exclude={"customer_id", "verified"})
        asked["order_no"] = body.order_no or order_no_of(cause.id, today)
        asked["region"] = body.region or customer.particulars.region
        asked["sales_owner"] = body.sales_owner or customer.particulars.owner
        for field in ("requested_ship_date", "promised_arrival_date"):
            must_be_ahead(asked[field], today, rules.on(cause.at).horizon_days, field)
        order = Order.blank(Wish.model_validate(asked), customer.snapshot(), cause)
        await must_be_asked_by(stores, customer.id, body.enquiry_id)

        async def taken() -> Order:
            papers = await _papers(stores, body, customer.id)
            return await orders.create(take(order, order.wish, body.verified, papers, rules, cause), cause)

        return OrderView.of(await _placed_once(taken), rules)

    @router.post("/{order_id}/verify", dependencies=[allow(*verifiers(rules.policies))])
    async def verify_order(order_id: UUID, body: VerifyOrder, cause: CausedByRequest) -> OrderView:
        """Say that the customer confirmed what is in the order; it is placed now, with the papers that it needs."""
        verification = Verification(by=cause.actor.id, at=body.at or cause.at)
        taken = await orders.get(order_id)
        named = PapersNamed(
            design_intake_id=body.design_intake_id or taken.wish.design_intake_id,
            quote_id=body.quote_id or taken.wish.quote_id,
            project_id=body.project_id or taken.wish.project_id,
        )

        async def placed() -> Order:
            papers = await _papers(stores, named, taken.customer_id)
            return await orders.apply(order_id, lambda order: verify(order, verification, papers, rules, cause), cause)

        return OrderView.of(await _placed_once(placed), rules)

    @router.get("")
    async def list_orders(
        customer_id: UUID | None = None,
        stage: Annotated[Literal["unverified", "placed", "withdrawn"] | None, Query()] = None,
        after: After = None,
        limit: Limit = 50,
    ) -> Listing[OrderRow]:
        """Orders as they were taken, the latest first."""
        where = {"customer_id": await stores.customers.all_of(customer_id), "stage": stage}
        page = await orders.rows(OrderFacts, where, sort="-taken_at", after=after, limit=limit)
        return Listing(items=[OrderRow.of(order, rules) for order in page.items], next=page.next)

    @router.get("/{order_id}")
    async def show_order(order_id: UUID) -> OrderView:
        """One order."""
        return OrderView.of(await orders.get(order_id), rules)

    return router
