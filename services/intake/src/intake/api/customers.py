"""Customers over HTTP: register, correct, assign, look up."""

from dataclasses import replace
from functools import partial
from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BeforeValidator, Field

from intake.api import readers
from intake.domain.customer import Customer, customer_id_of
from intake.domain.decisions.erasure import ask_to_erase, erase, keep
from intake.domain.decisions.merging import absorb, give_back, merge_into, must_have_absorbed, stand_alone
from intake.domain.decisions.presales import classify
from intake.domain.decisions.registration import register
from intake.domain.decisions.revision import assign, assign_specialist, correct, share_out
from intake.domain.figures.shares import lightest
from intake.domain.lifecycle import CUSTOMER, CustomerStage
from intake.domain.parts.chain import Entry
from intake.domain.policy.policy import Rules
from intake.store import Stores
from shared.aggregate import Cause, Refused
from shared.contracts.event import Actor, Instant
from shared.contracts.intake import AssignmentRule, Contact, Particulars, Trade
from shared.contracts.roles import CS, SALES
from shared.contracts.vocabulary import (
    CustomerId,
    CustomerKind,
    DepartmentName,
    Line,
    Ordinal,
    Prose,
    StaffId,
    TimeZone,
)
from shared.duties.api import ClockView, clocks_of
from shared.http import After, AskedBy, CausedByRequest, Limit, Listing, RequestBody, Router, View, allow, made_once
from shared.identity import Principal
from shared.lifecycle import Possible
from shared.logs import masked
from shared.store import Between, OneOf


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


class ClassifyCustomer(RequestBody):
    """The class of customers to which this one belongs, and why."""

    trade: Trade = Field(examples=["dealer"])
    criteria: Prose = Field(examples=["年进货额一百万元以上，自有门店"])


class AssignCustomer(RequestBody):
    """Whose customer it is from now on."""

    owner: StaffId = Field(examples=["am-03"])
    rule: AssignmentRule = "manual"


class AssignSpecialist(RequestBody):
    """The specialist of customer service who looks after the customer from now on."""

    specialist: StaffId | None = Field(
        default=None,
        description="Absent: the colleague who carries the least for the weight of their ability.",
        examples=["cs-07"],
    )
    why: Line = Field(default="主管指定", description="Why it is this one; not looked at when no colleague is named.")


class ShareOut(RequestBody):
    """The customers to share out, such as those that the list shows without a specialist."""

    customer_ids: tuple[CustomerId, ...] = Field(min_length=1, max_length=200)


class MergeFiles(RequestBody):
    """A second file of the same person, and how that is known."""

    duplicate_id: CustomerId = Field(description="The file that leads to this one from now on.")
    revision: Ordinal = Field(description="The revision of this file that you have compared.", examples=[1])
    duplicate_revision: Ordinal = Field(description="The revision of the other one.", examples=[1])
    reason: Line = Field(examples=["同一人以两个手机号登记"])


class SeparateFiles(RequestBody):
    """A file that was merged into this one by mistake."""

    duplicate_id: CustomerId
    reason: Line = Field(examples=["经核实为两位客户"])


class AskToErase(RequestBody):
    """Why a customer is to be erased."""

    legal_basis: Line = Field(examples=["个人信息保护法第四十七条"])


class EraseCustomer(RequestBody):
    """Nothing more than that it is done."""


class KeepCustomer(RequestBody):
    """Why a customer's data are kept all the same."""

    reason: Line = Field(examples=["合同尚在保修期内，依法保存"])


class ShownContact(Contact):
    """A contact as it is shown: whole, or with numbers that can be recognised but not used."""

    mobile: str | None = Field(default=None, examples=["138****8000"])
    email: str | None = Field(default=None, examples=["w***@hengda.example"])

    @classmethod
    def masked(cls, contact: Contact) -> Self:
        shown = cls.model_validate(contact.model_dump())
        return shown.but(mobile=masked(shown.mobile or "") or None, email=masked(shown.email or "") or None)


class ShownParticulars(Particulars):
    """What a file says, as it is shown."""

    contacts: tuple[ShownContact, ...] = ()

    @classmethod
    def masked(cls, particulars: Particulars) -> Self:
        shown = cls.model_validate(particulars.model_dump())
        return shown.but(contacts=tuple(map(ShownContact.masked, particulars.contacts)), address=None)


def _shown(particulars: Particulars, whole: bool) -> ShownParticulars:
    if whole:
        return ShownParticulars.model_validate(particulars.model_dump())
    return ShownParticulars.masked(particulars)


def _covered(particulars: object) -> ShownParticulars:
    """What a list shows: a file's addresses and numbers are read where the file is opened, one by one."""
    if isinstance(particulars, ShownParticulars):
        return particulars
    return ShownParticulars.masked(Particulars.model_validate(particulars))


def needs_whole(customer: Customer, reader: Principal) -> bool:
    """Whether a reader's work needs the whole file: who serves customers, who examines that, and the owner."""
    return bool(reader.roles & set(readers.WHOLE_FILES)) or customer.particulars.owner == reader.id


class CustomerView(View):
    """A customer's file as it reads now."""

    customer_id: UUID
    revision: int
    stage: CustomerStage
    particulars: ShownParticulars
    source: DepartmentName
    merged_into: UUID | None = Field(description="The file that this one leads to; absent while it stands alone.")
    merged_files: tuple[UUID, ...] = Field(default=(), description="The files of the same person that lead here.")

    possible: tuple[Possible, ...] = Field(
        description="What may be decided about the file as a whole now, and by whom."
    )

    @classmethod
    def of(cls, customer: Customer, whole: bool = True) -> Self:
        return cls(
            customer_id=customer.id,
            revision=customer.revision,
            stage=customer.stage,
            possible=customer.possible,
            particulars=_shown(customer.particulars, whole),
            source=customer.source,
            merged_into=customer.merged_into,
            merged_files=tuple(each.customer_id for each in customer.absorbed),
        )


class CustomerRow(View):
    """A customer in a list: recognised, not yet opened."""

    customer_id: UUID = Field(validation_alias="id")
    particulars: Annotated[ShownParticulars, BeforeValidator(_covered)]
    source: DepartmentName


class SharedCustomer(View):
    """A customer, whose specialist, and why; without one where the file is merged or erased."""

    customer_id: UUID
    specialist: StaffId | None
    why: str | None = Field(default=None, description="What the file says of the assignment.")

    @classmethod
    def of(cls, customer: Customer) -> Self:
        said = [entry.content.get("reason") for entry in customer.file if entry.kind == "specialist_assigned"]
        why = str(said[-1]) if said else None
        return cls(customer_id=customer.id, specialist=customer.particulars.specialist, why=why)


class RevisionView(View):
    """One revision of a customer's file."""

    revision: int
    at: Instant
    by: Actor
    particulars: ShownParticulars
    reason: str | None = Field(default=None, description="Absent for the registration and for a change of owner.")

    @classmethod
    def of(cls, entry: Entry, whole: bool) -> Self:
        said = Particulars.model_validate(entry.content["particulars"])
        reason = entry.content.get("reason")
        return cls(
            revision=entry.seq, at=entry.at, by=entry.by, particulars=_shown(said, whole), reason=reason and str(reason)
        )


def _file_id(body: RegisterCustomer, cause: Cause) -> UUID:
    return customer_id_of(body.source, body.customer_no) if body.customer_no else cause.derive("customer")


def routes(stores: Stores, rules: Rules) -> APIRouter:
    """The routes that write and read customers' files."""
    router = Router(readers=readers.CUSTOMERS, tags=["customers"], prefix="/customers")
    customers = stores.customers

    @router.post("", status_code=201, dependencies=[allow(*CS, *SALES)])
    @made_once(customers, lambda body, cause: (_file_id(body, cause),), CustomerView.of)
    async def register_customer(body: RegisterCustomer, cause: CausedByRequest) -> CustomerView:
        """Open a customer's file. One that this department knows by the same number has a file already."""
        particulars = Particulars.model_validate(body.model_dump(exclude={"source"}))
        change = register(_file_id(body, cause), particulars, body.source, cause)
        return CustomerView.of(await customers.create(change, cause))

    @router.get("")
    async def list_customers(
        q: Annotated[str | None, Query(max_length=100, examples=["恒达 珠江东路"])] = None,
        name: Annotated[str | None, Query(max_length=200)] = None,
        mobile: Annotated[str | None, Query(max_length=20)] = None,
        owner: Annotated[str | None, Query(max_length=128)] = None,
        specialist: Annotated[str | None, Query(max_length=128)] = None,
        unshared: Annotated[bool, Query(description="Only those without a specialist.")] = False,
        trade: Annotated[Trade | None, Query(description="Only those of this class.")] = None,
        written_since: Annotated[
            Instant | None, Query(description="Only new files and those that changed since.")
        ] = None,
        after: After = None,
        limit: Limit = 50,
    ) -> Listing[CustomerRow]:
        """Customers by words, or of this exact name, owner, specialist or number, however spelt. Numbers are masked.

        A word of `q` is a part of a name or of the address, initials in pinyin (gzhd), the last four or more digits of
        a telephone, order or contract number, or such a number as a whole. All words must fit. Two files of one person
        are found as the one that is kept.
        """
        where = {
            "particulars.name": name,
            "particulars.owner": owner,
            "particulars.specialist": OneOf(None) if unshared else specialist,
            "particulars.trade": trade,
            "file.at": Between(written_since) if written_since else None,
            "found_by": await customers.holding(q, mobile),
            "merged_into": OneOf(None),
        }
        page = await customers.rows(CustomerRow, where, after=after, limit=limit)
        return Listing.of(page)

    @router.get("/{customer_id}")
    async def show_customer(customer_id: UUID, reader: AskedBy) -> CustomerView:
        """One customer as the file reads now; masked for an account manager whose customer it is not."""
        customer = await customers.get(customer_id)
        return CustomerView.of(customer, whole=needs_whole(customer, reader))

    @router.get("/{customer_id}/revisions")
    async def show_revisions(customer_id: UUID, reader: AskedBy) -> list[RevisionView]:
        """Everything the file ever said, oldest first; masked for an account manager whose customer it is not."""
        customer = await customers.get(customer_id)
        whole = needs_whole(customer, reader)
        return [RevisionView.of(entry, whole) for entry in customer.file]

    @router.post("/{customer_id}/correct", dependencies=[allow(*CUSTOMER.roles("correct"))])
    async def correct_customer(customer_id: UUID, body: CorrectCustomer, cause: CausedByRequest) -> CustomerView:
        """Write a new revision; the earlier ones stay readable."""
        changes, reason = body.changes(), body.reason
        corrected = await customers.apply(
            customer_id, lambda customer: correct(customer, changes, reason, cause), cause
        )
        return CustomerView.of(corrected)

    @router.post("/{customer_id}/classify", dependencies=[allow(*CUSTOMER.roles("classify"))])
    async def classify_customer(customer_id: UUID, body: ClassifyCustomer, cause: CausedByRequest) -> CustomerView:
        """Put the customer into a class, for whose files one colleague answers."""
        classified = await customers.apply(
            customer_id, lambda customer: classify(customer, body.trade, body.criteria, rules, cause), cause
        )
        return CustomerView.of(classified)

    @router.post("/{customer_id}/assign", dependencies=[allow(*CUSTOMER.roles("assign"))])
    async def assign_customer(customer_id: UUID, body: AssignCustomer, cause: CausedByRequest) -> CustomerView:
        """Give the customer its one contact person, who then has a week to call."""
        assigned = await customers.apply(
            customer_id, lambda customer: assign(customer, body.owner, body.rule, rules, cause), cause
        )
        return CustomerView.of(assigned)

    _specialists(router, stores, rules)
    _merging(router, stores)
    _erasing(router, stores, rules)
    return router


def _specialists(router: APIRouter, stores: Stores, rules: Rules) -> None:
    """Who looks after which customer at customer service."""
    customers = stores.customers

    @router.post("/{customer_id}/assign-specialist", dependencies=[allow(*CUSTOMER.roles("assign_specialist"))])
    async def assign_customer_s_specialist(
        customer_id: UUID, body: AssignSpecialist, cause: CausedByRequest
    ) -> CustomerView:
        """Give the customer a specialist beside the account manager, by name or by balance."""
        if body.specialist is not None:
            decide = partial(assign_specialist, specialist=body.specialist, basis="manual", why=body.why)
        else:
            share = lightest(await stores.shares(rules.calendar.day(cause.at)))
            decide = partial(assign_specialist, specialist=share.staff, basis=share.basis, why=share.why)
        return CustomerView.of(
            await customers.apply(customer_id, lambda customer: decide(customer, rules=rules, cause=cause), cause)
        )

    @router.post("/share-out", dependencies=[allow(*CUSTOMER.roles("assign_specialist"))])
    async def share_customers_out(body: ShareOut, cause: CausedByRequest) -> Listing[SharedCustomer]:
        """Share customers out among the specialists: evenly by number, weighted by ability. Who has one keeps it."""
        shares = {each.staff: each for each in await stores.shares(rules.calendar.day(cause.at))}
        given: list[SharedCustomer] = []
        for id in body.customer_ids:
            share = lightest(tuple(shares.values()))
            decide = partial(share_out, share=share, rules=rules, cause=cause)
            customer = await customers.apply(id, decide, cause)
            if customer.particulars.specialist == share.staff:
                shares[share.staff] = share.but(customers=share.customers + 1)
            given.append(SharedCustomer.of(customer))
        return Listing(items=given, next=None)


def _merging(router: APIRouter, stores: Stores) -> None:
    """Two files of one person."""
    customers = stores.customers

    @router.get("/{customer_id}/alike")
    async def list_alike(customer_id: UUID) -> list[CustomerRow]:
        """Other files with a telephone number of this one, however it was spelt: perhaps the same person's."""
        found = await customers.alike(await customers.get(customer_id))
        return [CustomerRow.model_validate(dict(each)) for each in found]

    @router.post("/{customer_id}/merge", dependencies=[allow(*CUSTOMER.roles("merge"))])
    async def merge_customers(customer_id: UUID, body: MergeFiles, cause: CausedByRequest) -> CustomerView:
        """Let a second file of the same person lead to this one. Nothing is moved, and it can be undone.

        Talks, visits, callbacks, orders and complaints stay where they were written; who asks about either file is
        shown those of both, and the numbers of both find this one. Two such requests in the same moment are both
        answered so.
        """
        duplicate = await customers.get(body.duplicate_id)
        kept = await customers.apply(
            customer_id,
            lambda customer: absorb(customer, duplicate, body.revision, body.duplicate_revision, body.reason, cause),
            cause,
        )
        must_have_absorbed(kept, duplicate.id)
        try:
            await customers.apply(
                duplicate.id, lambda customer: merge_into(customer, customer_id, body.reason, cause), cause
            )
        except Refused:
            if (await customers.get(duplicate.id)).merged_into == customer_id:
                return CustomerView.of(await customers.get(customer_id))
            undone = replace(cause, id=cause.derive("give back"))
            await customers.apply(
                customer_id, lambda customer: give_back(customer, duplicate, body.reason, undone), undone
            )
            raise
        return CustomerView.of(kept)

    @router.post("/{customer_id}/separate", dependencies=[allow(*CUSTOMER.roles("separate"))])
    async def separate_customers(customer_id: UUID, body: SeparateFiles, cause: CausedByRequest) -> CustomerView:
        """Undo a merge: each file says again what is its own, with what was written into it since."""
        kept = await customers.get(customer_id)
        duplicate = await customers.apply(
            body.duplicate_id, lambda customer: stand_alone(customer, kept, body.reason, cause), cause
        )
        alone = await customers.apply(
            customer_id, lambda customer: give_back(customer, duplicate, body.reason, cause), cause
        )
        return CustomerView.of(alone)


def _erasing(router: APIRouter, stores: Stores, rules: Rules) -> None:
    """A customer who wants to be erased."""
    customers = stores.customers

    @router.get("/{customer_id}/clocks")
    async def show_customer_clocks(customer_id: UUID) -> list[ClockView]:
        """By when a wish to be erased is decided on and why."""
        return clocks_of(await customers.get(customer_id), rules.clocks)

    @router.post("/{customer_id}/ask-to-erase", dependencies=[allow(*CUSTOMER.roles("ask_to_erase"))])
    async def ask_to_erase_customer(customer_id: UUID, body: AskToErase, cause: CausedByRequest) -> CustomerView:
        """Write down that the customer wants to be erased; another person carries it out."""
        asked = await customers.apply(
            customer_id, lambda customer: ask_to_erase(customer, body.legal_basis, rules, cause), cause
        )
        return CustomerView.of(asked)

    @router.post("/{customer_id}/keep", dependencies=[allow(*CUSTOMER.roles("keep"))])
    async def keep_customer(customer_id: UUID, body: KeepCustomer, cause: CausedByRequest) -> CustomerView:
        """The customer's data have to be kept: say why."""
        return CustomerView.of(
            await customers.apply(customer_id, lambda customer: keep(customer, body.reason, rules, cause), cause)
        )

    @router.post("/{customer_id}/erase", dependencies=[allow(*CUSTOMER.roles("erase"))])
    async def erase_customer(customer_id: UUID, body: EraseCustomer, cause: CausedByRequest) -> CustomerView:
        """Replace the customer's personal data by a pseudonym, in all services and for good.

        Numbers of orders and contracts, amounts and days stay: the books are right, and every seal holds. What waits
        to be sent to the customer is not sent. Files that were merged into this one are erased with it.
        """
        return CustomerView.of(
            await customers.apply(customer_id, lambda customer: erase(customer, rules, cause), cause)
        )
