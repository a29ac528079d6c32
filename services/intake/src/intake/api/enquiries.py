"""Enquiries over HTTP: taken, whichever way they came, and answered."""

from typing import Annotated, Literal, Self
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import AliasPath, Field, computed_field, model_validator

from intake.api import readers
from intake.domain.customer import Customer
from intake.domain.decisions.enquiry import answer, receive
from intake.domain.decisions.registration import register
from intake.domain.enquiry import Enquiry
from intake.domain.lifecycle import ENQUIRY, EnquiryStage
from intake.domain.parts.asking import EnquiryDetails, EnquiryOutcome
from intake.domain.policy.policy import Rules
from intake.domain.roles import ENQUIRY_DESK
from intake.store import Stores
from shared.aggregate import Refused
from shared.contracts.event import Instant
from shared.contracts.intake import Contact, Particulars
from shared.contracts.intake.customers import EnquiryKind
from shared.contracts.roles import Role
from shared.contracts.vocabulary import CustomerId, CustomerSnapshot, Line, PaperNo, Phone, Prose, StaffId
from shared.duties.api import ClockView, clocks_of
from shared.http import After, CausedByRequest, Limit, Listing, RequestBody, Router, View, allow, made_once
from shared.lifecycle import Possible


class Caller(RequestBody):
    """Who asks, when there is no file: one is opened, or found by the number."""

    name: Line = Field(
        description="The company or shop; a person's own name where there is none.", examples=["明镜眼镜店"]
    )
    contact_name: Line | None = Field(default=None, examples=["陈先生"])
    mobile: Phone = Field(examples=["13700137000"])


class ReceiveEnquiry(RequestBody):
    """What a customer asks of us."""

    customer_id: CustomerId | None = Field(default=None, description="The customer; or else who calls.")
    caller: Caller | None = None
    kind: EnquiryKind = Field(examples=["stock"])
    channel: Literal["phone", "visit", "email", "sms", "web"] = "phone"
    text: Prose = Field(examples=["请问 80 款双玻隔断还有库存吗？"])
    order_no: PaperNo | None = None

    @model_validator(mode="after")
    def _says_who_asks(self) -> Self:
        if (self.customer_id is None) == (self.caller is None):
            raise ValueError("say who asks: customer_id for a customer with a file, caller for one without")
        return self


class AnswerEnquiry(RequestBody):
    """What the customer was told."""

    answer: Prose = Field(examples=["80 款双玻隔断有现货 40 樘，三天内可以发货"])


class EnquiryRow(View):
    """An enquiry, whose duty it is, and what may be done with it now."""

    enquiry_id: UUID = Field(validation_alias="id")
    customer: CustomerSnapshot
    asked: EnquiryDetails
    received_at: Instant
    due_at: Instant
    stage: EnquiryStage
    outcome: EnquiryOutcome | None
    assignee: StaffId | None = Field(default=None, validation_alias=AliasPath("clocks", 0, "assignee"))
    assignee_role: Role = Field(validation_alias=AliasPath("clocks", 0, "clock", "role"))

    @computed_field  # type: ignore[prop-decorator]
    @property
    def possible(self) -> tuple[Possible, ...]:
        """What may be decided now, and by whom."""
        return ENQUIRY.possible(self.stage)

    @classmethod
    def of(cls, enquiry: Enquiry) -> Self:
        return cls.model_validate(enquiry, from_attributes=True)


async def _who_asks(stores: Stores, body: ReceiveEnquiry, cause: CausedByRequest) -> Customer:
    if body.customer_id is not None:
        return await stores.customers.served(body.customer_id)
    assert body.caller is not None
    known = await stores.customers.with_mobile(body.caller.mobile)
    if known is not None:
        return known
    contact = Contact(name=body.caller.contact_name or body.caller.name, mobile=body.caller.mobile)
    particulars = Particulars(name=body.caller.name, contacts=(contact,))
    return await stores.customers.create(register(cause.derive("customer"), particulars, "cs", cause), cause)


async def must_be_asked_by(stores: Stores, customer_id: UUID, enquiry_id: UUID | None) -> None:
    """Refused with `another_customers` for an enquiry of another customer, whichever file it came in under."""
    if enquiry_id is None:
        return
    enquiry = await stores.enquiries.get(enquiry_id)
    if enquiry.customer_id not in await stores.customers.files_of(customer_id):
        told = "the enquiry is another customer's; name one of this customer"
        raise Refused(told, "another_customers", "enquiry_id")


def routes(stores: Stores, rules: Rules) -> APIRouter:
    """The routes under /enquiries."""
    router = Router(readers=readers.ENQUIRIES, tags=["orders"], prefix="/enquiries")
    enquiries = stores.enquiries

    @router.post("", status_code=201, dependencies=[allow(*ENQUIRY_DESK)])
    @made_once(enquiries, "enquiry", EnquiryRow.of)
    async def receive_enquiry(body: ReceiveEnquiry, cause: CausedByRequest) -> EnquiryRow:
        """Take down what a customer asks; it is the duty of the handler for its kind from now on."""
        customer = (await _who_asks(stores, body, cause)).snapshot()
        asked = EnquiryDetails(kind=body.kind, channel=body.channel, text=body.text, order_no=body.order_no)
        change = receive(cause.derive("enquiry"), customer, asked, rules, cause)
        return EnquiryRow.of(await enquiries.create(change, cause))

    @router.get("")
    async def list_enquiries(
        stage: Annotated[EnquiryStage, Query()] = "open",
        customer_id: UUID | None = None,
        after: After = None,
        limit: Limit = 50,
    ) -> Listing[EnquiryRow]:
        """The enquiries in one stage, what is due first at the top."""
        where = {"stage": stage, "customer_id": await stores.customers.all_of(customer_id)}
        page = await enquiries.rows(EnquiryRow, where, sort="due_at", after=after, limit=limit)
        return Listing.of(page)

    @router.get("/{enquiry_id}")
    async def show_enquiry(enquiry_id: UUID) -> EnquiryRow:
        """One enquiry."""
        return EnquiryRow.of(await enquiries.get(enquiry_id))

    @router.get("/{enquiry_id}/clocks")
    async def show_enquiry_clocks(enquiry_id: UUID) -> list[ClockView]:
        """By when it is answered and why."""
        return clocks_of(await enquiries.get(enquiry_id), rules.clocks)

    @router.post("/{enquiry_id}/answer", dependencies=[allow(*ENQUIRY.roles("answer"))])
    async def answer_enquiry(enquiry_id: UUID, body: AnswerEnquiry, cause: CausedByRequest) -> EnquiryRow:
        """Record what the customer was told; a quote or an order answers by itself."""
        answered = await enquiries.apply(enquiry_id, lambda enquiry: answer(enquiry, body.answer, rules, cause), cause)
        return EnquiryRow.of(answered)

    return router
