"""Quotes over HTTP: given on site or at the counter, revised, agreed to or not."""

from datetime import date
from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field, computed_field

from intake.api import readers
from intake.api.enquiries import must_be_asked_by
from intake.domain.decisions.quoting import accept, decline, issue, revise
from intake.domain.lifecycle import QUOTE, QuoteStage
from intake.domain.parts.offer import Offer
from intake.domain.policy.policy import Rules
from intake.domain.quote import Quote, QuoteKind
from intake.domain.roles import QUOTERS
from intake.store import Stores
from shared.contracts.event import Instant
from shared.contracts.vocabulary import CustomerId, CustomerSnapshot, Line, OrderLine, Ordinal, PaperNo, StaffId
from shared.http import (
    After,
    CausedByRequest,
    Limit,
    Listing,
    RequestBody,
    Router,
    View,
    allow,
    changed_once,
    made_once,
)
from shared.lifecycle import Possible

_LINES = [
    [
        {
            "description": "80 款双玻百叶高隔断",
            "spec": "3000×2700 mm",
            "quantity": 24,
            "unit": "樘",
            "unit_price": {"amount": "1280.00"},
        }
    ]
]


class ReviseQuote(RequestBody):
    """The lines with their prices, and how long they hold."""

    lines: tuple[OrderLine, ...] = Field(min_length=1, max_length=1000, examples=_LINES)
    valid_until: date | None = Field(default=None, description="The company's usual term when left out.")


class IssueQuote(ReviseQuote):
    """A price for a customer, and where it is given."""

    customer_id: CustomerId
    kind: QuoteKind = Field(examples=["counter"])
    enquiry_id: UUID | None = Field(default=None, description="The enquiry that it answers.")


class AcceptQuote(RequestBody):
    """Which revision the customer agrees to."""

    revision: Ordinal = Field(examples=[1])


class DeclineQuote(RequestBody):
    """Why the customer does not agree."""

    reason: Line = Field(examples=["价格偏高"])


class QuoteView(View):
    """A quote with all its revisions, and what may be done with it now; the same in a list."""

    quote_id: UUID = Field(validation_alias="id")
    quote_no: PaperNo
    customer: CustomerSnapshot
    kind: QuoteKind
    enquiry_id: UUID | None
    stage: QuoteStage
    offers: tuple[Offer, ...] = Field(description="The last one holds.")
    answered_at: Instant | None
    answered_by: StaffId | None
    declined_because: Line | None

    @computed_field  # type: ignore[prop-decorator]
    @property
    def possible(self) -> tuple[Possible, ...]:
        """What may be decided now, and by whom."""
        return QUOTE.possible(self.stage)

    @classmethod
    def of(cls, quote: Quote) -> Self:
        return cls.model_validate(quote, from_attributes=True)


def routes(stores: Stores, rules: Rules) -> APIRouter:
    """The routes under /quotes."""
    router = Router(readers=readers.ORDERS, whole=readers.WHOLE_FILES, tags=["orders"], prefix="/quotes")
    quotes = stores.quotes

    @router.post("", status_code=201, dependencies=[allow(*QUOTERS)])
    @made_once(quotes, "quote", QuoteView.of)
    async def issue_quote(body: IssueQuote, cause: CausedByRequest) -> QuoteView:
        """Give a customer our price; every line has one, and the customer is told."""
        customer = (await stores.customers.served(body.customer_id)).snapshot()
        await must_be_asked_by(stores, customer.customer_id, body.enquiry_id)
        change = issue(
            cause.derive("quote"), customer, body.kind, body.lines, body.valid_until, body.enquiry_id, rules, cause
        )
        return QuoteView.of(await quotes.create(change, cause))

    @router.get("")
    async def list_quotes(
        stage: Annotated[QuoteStage | None, Query()] = None,
        customer_id: UUID | None = None,
        after: After = None,
        limit: Limit = 50,
    ) -> Listing[QuoteView]:
        """The quotes in one stage or of one customer, the latest first."""
        where = {"stage": stage, "customer_id": await stores.customers.all_of(customer_id)}
        page = await quotes.rows(QuoteView, where, sort="-quote_no", after=after, limit=limit)
        return Listing.of(page)

    @router.get("/{quote_id}")
    async def show_quote(quote_id: UUID) -> QuoteView:
        """One quote."""
        return QuoteView.of(await quotes.get(quote_id))

    @router.post("/{quote_id}/revise", dependencies=[allow(*QUOTE.roles("revise"))])
    @changed_once(quotes, "quote_id", QuoteView.of)
    async def revise_quote(quote_id: UUID, body: ReviseQuote, cause: CausedByRequest) -> QuoteView:
        """Give another price; the earlier ones stay readable."""
        await stores.customers.served((await quotes.get(quote_id)).customer_id)
        revised = await quotes.apply(
            quote_id, lambda quote: revise(quote, body.lines, body.valid_until, rules, cause), cause
        )
        return QuoteView.of(revised)

    @router.post("/{quote_id}/accept", dependencies=[allow(*QUOTE.roles("accept"))])
    @changed_once(quotes, "quote_id", QuoteView.of)
    async def accept_quote(quote_id: UUID, body: AcceptQuote, cause: CausedByRequest) -> QuoteView:
        """Record that the customer agrees to the revision that holds."""
        await stores.customers.served((await quotes.get(quote_id)).customer_id)
        return QuoteView.of(await quotes.apply(quote_id, lambda quote: accept(quote, body.revision, cause), cause))

    @router.post("/{quote_id}/decline", dependencies=[allow(*QUOTE.roles("decline"))])
    async def decline_quote(quote_id: UUID, body: DeclineQuote, cause: CausedByRequest) -> QuoteView:
        """Record that the customer does not agree, and why."""
        return QuoteView.of(await quotes.apply(quote_id, lambda quote: decline(quote, body.reason, cause), cause))

    return router
