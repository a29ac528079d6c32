"""Callbacks over HTTP: what is owed, what the customer said, and what the director allowed to leave out."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import AliasPath, ConfigDict, Field

from intake.api import readers
from intake.api.coverage import CoverageRow, FallenCall, covered, sheet
from intake.domain.callback import Callback, in_calling_order, possible
from intake.domain.colleague import colleague_id_of
from intake.domain.decisions.callback import appoint, audit, complete, hear_manager, waive
from intake.domain.figures.callback_form import TELLING, CallbackForm, form_of
from intake.domain.lifecycle import CALLBACK, CallbackStage
from intake.domain.parts.calling import Appointment, CallAudit, ManagerWord
from intake.domain.parts.company import Company
from intake.domain.policy.policy import CallbackRule, Rules
from intake.domain.policy.script import Question, Script
from intake.store import Stores
from shared.aggregate import NotFound, Refused
from shared.contracts.event import Instant
from shared.contracts.intake import CallbackAnswers, CallbackReason, Contact
from shared.contracts.intake.contacts import CallbackKind, CallbackWay, Rating
from shared.contracts.orders import StageGroup
from shared.contracts.roles import Role
from shared.contracts.vocabulary import CustomerSnapshot, Line, Prose, StaffId
from shared.duties.api import ClockView, clocks_of
from shared.http import After, AskedBy, CausedByRequest, Limit, Listing, RequestBody, Router, View, allow
from shared.lifecycle import Possible
from shared.sheets import SheetFormat
from shared.store import Between, OneOf
from shared.time_source import TimeSource

_INSTANT = timedelta(milliseconds=1)
"""What is due at the end of a day, 24:00, falls due on that day and not on the next."""


class CompleteCallback(RequestBody):
    """What the customer said, in the customer's own words."""

    branch: Rating = Field(description="Which way the talk went.", examples=["dissatisfied"])
    ratings: dict[Question, Line] = Field(
        default={},
        max_length=20,
        description="By what was asked: ability, professionalism, etiquette after a visit; installer, sales_rep, "
        "product after acceptance.",
        examples=[{"installer": "满意", "sales_rep": "满意", "product": "一般"}],
    )
    aspect: Line | None = Field(
        default=None, description="What the customer is not satisfied with; required unless satisfied."
    )
    detail: str = Field(default="", max_length=4000, examples=["玻璃门闭合有异响"])
    suggestion: str = Field(default="", max_length=4000)
    via: CallbackWay = Field(default="phone", description="How the customer was reached.", examples=["sms"])


class WaiveCallback(RequestBody):
    """Why this customer need not be called."""

    reason: Literal["tender", "special"]
    report_id: UUID | None = Field(default=None, description="The daily report on which it is noted.")


class HearManager(RequestBody):
    """What the account manager told of the talk before the customer is called."""

    said: Prose = Field(examples=["客户对方案满意，等设计图"])


class AppointCallback(RequestBody):
    """When the customer wants to be called."""

    at: Instant
    words: Line = Field(examples=["下午三点以后"])


class AuditCallback(RequestBody):
    """What the customer said of the call and of the one who called."""

    ratings: dict[Question, Line] = Field(
        max_length=20, examples=[{"ability": "满意", "professionalism": "满意", "etiquette": "满意"}]
    )
    matches_record: bool = Field(description="Whether the record says what the customer said.")
    remarks: str = Field(default="", max_length=4000)


class CallbackRow(View):
    """A callback and how it stands."""

    model_config = ConfigDict(frozen=True, validate_by_name=True, validate_by_alias=True)

    callback_id: UUID = Field(validation_alias="id")
    customer: CustomerSnapshot
    reason: CallbackReason
    policy_version: int = Field(description="The version of the policy with which the call was owed.")
    stage: CallbackStage
    due_at: Instant
    missed_at: Instant | None = Field(default=None, validation_alias=AliasPath("clocks", 0, "missed_at"))
    assignee: StaffId | None = Field(default=None, validation_alias=AliasPath("clocks", 0, "assignee"))
    assignee_role: Role = Field(validation_alias=AliasPath("clocks", 0, "clock", "role"))
    manager_word: ManagerWord | None = Field(default=None, description="What the account manager told first.")
    appointment: Appointment | None = None
    audit: CallAudit | None = None
    completed_by: StaffId | None = Field(default=None, exclude=True)


class CallbackView(CallbackRow):
    """A callback, with what may be done with it now and whom the customer's file names by now.

    `customer` is as it was known when the call was owed.
    """

    possible: tuple[Possible, ...] = Field(description="What may be decided now, and by whom.")

    contacts_now: tuple[Contact, ...] = Field(
        default=(), description="Who may be called, the contact that such a call concerns first; empty without a file."
    )


class FileContacts(View):
    """The contacts in a customer's file."""

    id: UUID
    contacts: tuple[Contact, ...] = Field(validation_alias=AliasPath("particulars", "contacts"))
    merged_into: UUID | None = None


class ScriptView(View):
    """The words of a call, as the colleague says them."""

    opening: Prose
    stages: dict[StageGroup, Prose] = Field(description="What is said first at the stage that the order has reached.")
    asks: dict[Question, Prose] = Field(description="The questions by the names under which they are answered.")
    must_be_answered: tuple[Question, ...] = Field(description="Without an answer to these the call is not complete.")
    improve: Prose = Field(description="What a customer is asked who is less than satisfied.")
    advice: Prose
    closings: dict[Rating, Prose]


class CallbackFormView(CallbackForm, View):
    """Table 3 as it is shown and printed."""


async def _name_of(stores: Stores, staff: StaffId) -> Line:
    """The colleague's name, or how a colleague is called whom the list of colleagues does not have."""
    try:
        return (await stores.colleagues.get(colleague_id_of(staff))).name
    except NotFound:
        return "客服人员"


async def _visitor_of(stores: Stores, reason: CallbackReason) -> Line:
    """Who visited and in which rank, as the customer is told (000 §3.6.1c)."""
    rank = Role(reason.visitor_role).chinese if reason.visitor_role in set(Role) else "业务人员"
    if reason.visitor is None:
        return rank
    try:
        return f"{rank}{(await stores.colleagues.get(colleague_id_of(reason.visitor))).name}"
    except NotFound:
        return rank


async def _with_contacts(
    stores: Stores, rules: Rules, rows: Sequence[CallbackRow], now: datetime
) -> list[CallbackView]:
    """The callbacks with whom their customers' files name by now; the files are read with one question."""
    ids = {row.customer.customer_id for row in rows}
    where = {"id": OneOf(*ids)}
    files = (await stores.customers.rows(FileContacts, where, limit=len(ids))).items if ids else ()
    led = {file.merged_into for file in files if file.merged_into}
    where = {"id": OneOf(*led)}
    kept = (await stores.customers.rows(FileContacts, where, limit=len(led))).items if led else ()
    contacts = {file.id: file.contacts for file in (*files, *kept)}
    known = {file.id: contacts[file.merged_into or file.id] for file in files}
    told = {row.callback_id: in_calling_order(row.reason.kind, known.get(row.customer.customer_id, ())) for row in rows}
    return [
        CallbackView.model_validate(
            {
                **dict(row),
                "possible": possible(row, rule_of(row, rules), now),
                "contacts_now": told[row.callback_id],
            }
        )
        for row in rows
    ]


async def viewed(stores: Stores, rules: Rules, callback: Callback, now: datetime) -> CallbackView:
    """The callback as it is shown now, with whom the customer's file names."""
    row = CallbackRow.model_validate(callback, from_attributes=True)
    (view,) = await _with_contacts(stores, rules, [row], now)
    return view


def rule_of(call: CallbackRow | Callback, rules: Rules) -> CallbackRule:
    """The rule for calls of this kind in the version of the policy with which the call was owed."""
    return rules.of(call).callbacks[call.reason.kind]


def routes(stores: Stores, rules: Rules, company: Company, time_source: TimeSource) -> APIRouter:
    """The routes under /callbacks."""
    router = Router(readers=readers.CALLBACKS, whole=readers.WHOLE_FILES, tags=["callbacks"], prefix="/callbacks")
    callbacks = stores.callbacks
    _coverage(router, stores, rules)
    _around_the_call(router, stores, rules)
    _ends(router, stores, rules)
    _scripts(router, stores, rules, company, time_source)

    @router.get("")
    async def list_callbacks(
        stage: Annotated[CallbackStage, Query()] = "open",
        customer_id: UUID | None = None,
        after: After = None,
        limit: Limit = 50,
    ) -> Listing[CallbackView]:
        """The calls in one stage, what is due first at the top."""
        where = {"stage": stage, "customer_id": await stores.customers.all_of(customer_id)}
        page = await callbacks.rows(CallbackRow, where, sort="due_at", after=after, limit=limit)
        return Listing(items=await _with_contacts(stores, rules, page.items, time_source.now()), next=page.next)

    @router.get("/{callback_id}")
    async def show_callback(callback_id: UUID) -> CallbackView:
        """One callback."""
        return await viewed(stores, rules, await callbacks.get(callback_id), time_source.now())

    @router.get("/{callback_id}/form")
    async def show_callback_form(callback_id: UUID) -> CallbackFormView:
        """The form of table 3, filled in from what is known of the order and from what the customer answered."""
        return CallbackFormView.model_validate(dict(await call_form(stores, await callbacks.get(callback_id))))

    @router.get("/{callback_id}/clocks")
    async def show_clocks(callback_id: UUID) -> list[ClockView]:
        """By when the call is due and why: what started its clock, by which rule, who had the duty."""
        return clocks_of(await callbacks.get(callback_id), rules.clocks)

    return router


async def call_form(stores: Stores, callback: Callback) -> CallbackForm:
    """Table 3 of a call, from all that is kept of its order and its customer."""
    order = await stores.orders.of(callback.reason.order_no)
    project_id = order.wish.project_id if order else None
    project = await stores.projects.get(project_id) if project_id else None
    where = {
        "customer_id": await stores.customers.all_of(callback.customer_id),
        "key": OneOf(*(fact.key for fact in TELLING)),
    }
    moments = [moment async for moment in stores.moments.each(where, sort="-at")]
    return form_of(callback, order, project, moments)


def _around_the_call(router: APIRouter, stores: Stores, rules: Rules) -> None:
    callbacks = stores.callbacks

    @router.post("/{callback_id}/hear-manager", dependencies=[allow(*CALLBACK.roles("hear_manager"))])
    async def hear_manager_first(callback_id: UUID, body: HearManager, cause: CausedByRequest) -> CallbackView:
        """Record what the account manager, who was rung first, told of the talk."""
        heard = await callbacks.apply(callback_id, lambda callback: hear_manager(callback, body.said, cause), cause)
        return await viewed(stores, rules, heard, cause.at)

    @router.post("/{callback_id}/appoint", dependencies=[allow(*CALLBACK.roles("appoint"))])
    async def appoint_callback(callback_id: UUID, body: AppointCallback, cause: CausedByRequest) -> CallbackView:
        """Agree with the customer on a time that suits, within the term."""
        appointed = await callbacks.apply(
            callback_id, lambda callback: appoint(callback, body.at, body.words, cause), cause
        )
        return await viewed(stores, rules, appointed, cause.at)

    @router.post("/{callback_id}/audit", dependencies=[allow(*CALLBACK.roles("audit"))])
    async def audit_callback(callback_id: UUID, body: AuditCallback, cause: CausedByRequest) -> CallbackView:
        """Record what the customer told the market supervisor of the call and of the one who made it."""
        audited = await callbacks.apply(
            callback_id, lambda callback: audit(callback, body.ratings, body.matches_record, body.remarks, cause), cause
        )
        return await viewed(stores, rules, audited, cause.at)


def _ends(router: APIRouter, stores: Stores, rules: Rules) -> None:
    callbacks = stores.callbacks

    @router.post("/{callback_id}/complete", dependencies=[allow(*CALLBACK.roles("complete"))])
    async def complete_callback(callback_id: UUID, body: CompleteCallback, cause: CausedByRequest) -> CallbackView:
        """Record what the customer said. It stays as it was said; less than satisfied is a negative feedback."""
        answers = CallbackAnswers.model_validate(body.model_dump())
        completed = await callbacks.apply(
            callback_id, lambda callback: complete(callback, answers, rules, cause), cause
        )
        return await viewed(stores, rules, completed, cause.at)

    @router.post("/{callback_id}/waive", dependencies=[allow(*CALLBACK.roles("waive"))])
    async def waive_callback(callback_id: UUID, body: WaiveCallback, cause: CausedByRequest) -> CallbackView:
        """Allow not to call a special customer; the director alone may."""
        waived = await callbacks.apply(
            callback_id, lambda callback: waive(callback, body.reason, body.report_id, rules, cause), cause
        )
        return await viewed(stores, rules, waived, cause.at)


def _coverage(router: APIRouter, stores: Stores, rules: Rules) -> None:
    async def counted(since: date, until: date, kind: CallbackKind | None) -> tuple[CoverageRow, ...]:
        if until < since:
            raise Refused("the last day comes before the first; turn them round", "days_reversed")
        calendar = rules.calendar
        within = Between(calendar.moment(since, time()) + _INSTANT, calendar.moment(until) + _INSTANT)
        where = {"due_at": within, "reason.kind": kind}
        return covered([row async for row in stores.callbacks.each_row(FallenCall, where, sort="due_at")])

    @router.get("/coverage")
    async def show_coverage(
        since: date, until: date, kind: Annotated[CallbackKind | None, Query()] = None
    ) -> list[CoverageRow]:
        """Of the calls that fell due from the first day to the last, by person and kind: made, waived, missed, open."""
        return list(await counted(since, until, kind))

    @router.get("/coverage.{form}", response_class=Response)
    async def export_coverage(
        form: SheetFormat, since: date, until: date, kind: Annotated[CallbackKind | None, Query()] = None
    ) -> Response:
        """The same as a file for a spreadsheet."""
        titles = {name: rule.clock.title for name, rule in rules.on(rules.calendar.moment(until)).callbacks.items()}
        rows = await counted(since, until, kind)
        return sheet(rows, titles).file(form, f"callbacks-{since}-{until}")


def _scripts(router: APIRouter, stores: Stores, rules: Rules, company: Company, time_source: TimeSource) -> None:
    @router.get("/{callback_id}/script")
    async def show_script(callback_id: UUID, caller: AskedBy) -> ScriptView:
        """What to say on this call, with the names filled in: opening, questions, and a closing for each answer."""
        callback = await stores.callbacks.get(callback_id)
        script = await script_of(callback, stores, rules, company, caller.id, time_source.now())
        required = rule_of(callback, rules).questions
        return ScriptView.model_validate({**dict(script), "must_be_answered": sorted(required)})


async def script_of(
    callback: Callback, stores: Stores, rules: Rules, company: Company, caller: StaffId, now: datetime
) -> Script:
    """The words of a call as this colleague says them now."""
    rule = rule_of(callback, rules)
    wish = rules.on(now).wishes.on(rules.calendar.day(now))
    visitor = await _visitor_of(stores, callback.reason)
    return callback.script(rule, company, await _name_of(stores, caller), visitor, wish)
