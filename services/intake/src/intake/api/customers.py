"""Customers over HTTP: register, correct, assign, look up."""

from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field

from intake.api import readers
from intake.domain.customer import Customer, customer_id_of
from intake.domain.decisions.registration import register
from intake.domain.decisions.revision import assign, correct
from intake.domain.policy.policy import Rules
from intake.domain.roles import SALES, SERVICE, SUPERVISORS
from intake.store import Stores
from shared.contracts.event import Actor, Instant
from shared.contracts.intake import AssignmentRule, Contact, Particulars, Trade
from shared.contracts.vocabulary import CustomerKind, DepartmentName, Line, Prose, StaffId, TimeZone
from shared.http import After, CausedByRequest, Limit, Listing, RequestBody, Router, View, allow


class GivenContact(Contact):
    """A contact as it is written down: its time zone is one that exists."""

    timezone: TimeZone = Field(default="Asia/Shanghai")


class RegisterCustomer(RequestBody):
    """A customer to open a file for, whichever department found it."""

    name: Line = Field(examples=["广州恒达装饰工程有限公司"])
    kind: CustomerKind = Field(default="end", examples=["intermediary"])
    trade: Trade = Field(default="direct", examples=["decoration_company"])
    contacts: tuple[GivenContact, ...] = Field(default=(), max_length=50)
    address: Line | None = Field(default=None, examples=["广州市天河区珠江东路 6 号"])
    region: Line | None = Field(default=None, examples=["华南"])
    member: bool = False
    special_specs: tuple[Prose, ...] = Field(default=(), max_length=100, examples=[["门洞一律加宽至 1100 mm"]])
    source: DepartmentName = Field(default="cs", description="Who found the customer.", examples=["sales"])
    customer_no: Line | None = Field(default=None, description="The number which that department knows it by.")
    owner: StaffId | None = Field(default=None, examples=["am-03"])


class CorrectCustomer(RequestBody):
    """What the file is to say from now on; fields that are left out stay as they are.

    Null empties the address and the region; for what a file always says it is the same as leaving it out.
    """

    reason: Line = Field(examples=["客户来电更正"])
    name: Line | None = None
    kind: CustomerKind | None = None
    trade: Trade | None = None
    contacts: tuple[GivenContact, ...] | None = Field(default=None, max_length=50)
    address: Line | None = None
    region: Line | None = None
    member: bool | None = None
    special_specs: tuple[Prose, ...] | None = Field(default=None, max_length=100)

    def changes(self) -> dict[str, object]:
        """The fields that were named, with what they are to say."""
        named: dict[str, object] = {name: getattr(self, name) for name in self.model_fields_set - {"reason"}}
        if self.contacts is not None:
            named["contacts"] = tuple(Contact.model_validate(each.model_dump()) for each in self.contacts)
        return {name: value for name, value in named.items() if value is not None or name in ("address", "region")}


class AssignCustomer(RequestBody):
    """Whose customer it is from now on."""

    owner: StaffId = Field(examples=["am-03"])
    rule: AssignmentRule = "manual"


class CustomerView(View):
    """A customer's file as it reads now."""

    customer_id: UUID
    revision: int
    particulars: Particulars
    source: DepartmentName

    @classmethod
    def of(cls, customer: Customer) -> Self:
        return cls(
            customer_id=customer.id,
            revision=customer.revision,
            particulars=customer.particulars,
            source=customer.source,
        )


class CustomerRow(View):
    """A customer in a list."""

    customer_id: UUID = Field(validation_alias="id")
    particulars: Particulars
    source: DepartmentName


class RevisionView(View):
    """One revision of a customer's file."""

    revision: int
    at: Instant
    by: Actor
    particulars: Particulars
    reason: str | None = Field(default=None, description="Absent for the registration and for a change of owner.")


def routes(stores: Stores, rules: Rules) -> APIRouter:
    """The routes that write and read customers' files."""
    router = Router(readers=readers.CUSTOMERS, tags=["customers"], prefix="/customers")
    customers = stores.customers

    @router.post("", status_code=201, dependencies=[allow(*SERVICE, *SALES)])
    async def register_customer(body: RegisterCustomer, cause: CausedByRequest) -> CustomerView:
        """Open a customer's file. One that this department knows by the same number has a file already."""
        id = customer_id_of(body.source, body.customer_no) if body.customer_no else cause.derive("customer")
        particulars = Particulars.model_validate(body.model_dump(exclude={"source"}))
        change = register(id, particulars, body.source, cause)
        return CustomerView.of(await customers.create(change, cause))

    @router.get("")
    async def search(
        name: Annotated[str | None, Query(max_length=200)] = None,
        mobile: Annotated[str | None, Query(max_length=20)] = None,
        owner: Annotated[str | None, Query(max_length=128)] = None,
        after: After = None,
        limit: Limit = 50,
    ) -> Listing[CustomerRow]:
        """Customers of this exact name, number or owner."""
        where = {"particulars.name": name, "particulars.contacts.mobile": mobile, "particulars.owner": owner}
        page = await customers.rows(CustomerRow, where, after=after, limit=limit)
        return Listing(items=list(page.items), next=page.next)

    @router.get("/{customer_id}")
    async def show(customer_id: UUID) -> CustomerView:
        """One customer as the file reads now."""
        return CustomerView.of(await customers.get(customer_id))

    @router.get("/{customer_id}/revisions")
    async def show_revisions(customer_id: UUID) -> list[RevisionView]:
        """Everything the file ever said, oldest first."""
        customer = await customers.get(customer_id)
        return [
            RevisionView.model_validate({"revision": entry.seq, "at": entry.at, "by": entry.by, **entry.content})
            for entry in customer.file
        ]

    @router.post("/{customer_id}/correct", dependencies=[allow(*SERVICE)])
    async def correct_customer(customer_id: UUID, body: CorrectCustomer, cause: CausedByRequest) -> CustomerView:
        """Write a new revision; the earlier ones stay readable."""
        changes, reason = body.changes(), body.reason
        corrected = await customers.apply(
            customer_id, lambda customer: correct(customer, changes, reason, cause), cause
        )
        return CustomerView.of(corrected)

    @router.post("/{customer_id}/assign", dependencies=[allow(*SUPERVISORS)])
    async def assign_customer(customer_id: UUID, body: AssignCustomer, cause: CausedByRequest) -> CustomerView:
        """Give the customer its one contact person, who then has a week to call."""
        assigned = await customers.apply(
            customer_id, lambda customer: assign(customer, body.owner, body.rule, rules, cause), cause
        )
        return CustomerView.of(assigned)

    return router
