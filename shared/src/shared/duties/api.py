"""The routes over duties, the same in every service: list, count, take over, hand on, and a clock's explanation."""

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import Field

from shared.aggregate import Cause, Decision, NotFound
from shared.calendar import Calendar, months_later
from shared.clocks import ClockRun, Clocks, Handover, Hold, Origin, RunOutcome, Timed
from shared.contracts.event import Instant
from shared.contracts.roles import Role
from shared.contracts.values import on_paper
from shared.contracts.vocabulary import CustomerId, Line, Month, Prose, StaffId
from shared.duties.board import RUNNING, Duties, Duty
from shared.duties.explanation import explanation
from shared.duties.kept import FallenDue, KeptRow, sheet, tabulate
from shared.http import After, AskedBy, CausedByRequest, Limit, Listing, RequestBody, Router, View, allow
from shared.identity import Forbidden, Principal
from shared.sheets import SheetFormat
from shared.store import Between, OneOf, Store, Where

DUTIES_COUNTED = 10_000
"""Duties up to which a count goes."""

STAFF = tuple(Role)
HEADS = frozenset({Role.CS_DIRECTOR, Role.DEPUTY_GM, Role.GM, Role.GM_OFFICE})
"""Who sees how everybody's duties are kept; the others see their own, their roles' and those below them."""


class DutyView(View):
    """What has to be done, about whom and what, whose it is, and by when."""

    id: UUID
    kind: Line = Field(examples=["close_6d"])
    title: str = Field(examples=["投诉结案"])
    about: Line = Field(examples=["2026-11-0007"])
    customer_id: CustomerId | None
    role: Role = Field(description="Whose kind of duty it is.")
    assignee: StaffId | None = Field(description="The person who has it; absent while the role has it.")
    started_at: Instant
    due_at: Instant
    missed_at: Instant | None
    held: bool
    collection: str = Field(description="Where the matter itself stands.", examples=["complaints"])
    aggregate: UUID = Field(description="The matter's id.")


class DutyCount(View):
    """How many duties match, counted up to 10,000, and how many of them are overdue."""

    count: int
    overdue: int


class ClockView(View):
    """One run of a clock, with its reasons."""

    id: UUID
    name: str
    title: str
    about: Line
    role: Role
    assignee: StaffId | None
    policy: str
    policy_version: int
    calendar: str
    origin: Origin
    started_at: Instant
    due_at: Instant
    missed_at: Instant | None
    rung: int = Field(description="How often a miss was told, once for each rung of the ladder.")
    ended_at: Instant | None
    outcome: RunOutcome | None
    held: bool
    holds: tuple[Hold, ...]
    handovers: tuple[Handover, ...]
    explanation: tuple[str, ...] = Field(description="Sentences in Chinese, in order of time.")

    @classmethod
    def of(cls, run: ClockRun, calendar: Calendar) -> "ClockView":
        """The view of one run."""
        same = ("id", "policy", "policy_version", "calendar", "origin", "assignee", "started_at", "due_at")
        more = ("missed_at", "rung", "ended_at", "outcome", "held", "holds", "handovers")
        return cls(
            name=run.clock.name,
            title=run.clock.title,
            about=run.matter.about,
            role=run.clock.role,
            explanation=explanation(run, calendar),
            **{name: getattr(run, name) for name in (*same, *more)},
        )


class TakeDuty(RequestBody):
    """Why the duty is taken over."""

    reason: Prose = Field(default="接手", examples=["我来处理"])


class HoldDuty(RequestBody):
    """Why the clock stands still."""

    reason: Prose = Field(examples=["等待客户寄回样品"])


class ResumeDuty(RequestBody):
    """The clock goes on; nothing more has to be said."""


class HandOverDuty(RequestBody):
    """To whom the duty goes, and why."""

    to: StaffId = Field(examples=["cs-12"])
    reason: Prose = Field(examples=["本周休假，由同组接手"])


Filter = Annotated[str | None, Query(max_length=200)]
AskedMonth = Annotated[Month, Query(pattern=r"^20\d\d-(0[1-9]|1[0-2])$")]


def clocks_of(aggregate: Timed, clocks: Clocks) -> list[ClockView]:
    """All clocks of an aggregate, running and ended: what `GET …/{id}/clocks` answers."""
    return [ClockView.of(run, clocks.calendar) for run in aggregate.clocks]


def routes(duties: Duties, stores: Mapping[str, Store[Any]], clocks: Clocks) -> APIRouter:
    """`stores` are those whose aggregates have clocks, by collection."""
    router = Router(readers=STAFF, tags=["duties"], prefix="/duties")
    _reading(router, duties, stores)
    _keeping(router, duties, stores, clocks.calendar)
    _explaining(router, duties, stores, clocks)
    _giving(router, duties, stores, clocks)
    return router


def _reading(router: APIRouter, duties: Duties, stores: Mapping[str, Store[Any]]) -> None:
    @router.get("")
    async def list_duties(
        asker: AskedBy,
        assignee: Filter = None,
        role: Role | None = None,
        kind: Filter = None,
        customer_id: UUID | None = None,
        about: Annotated[Line | None, Query()] = None,
        due_before: Instant | None = None,
        after: After = None,
        limit: Limit = 50,
    ) -> Listing[DutyView]:
        """What has to be done, the earliest end first. What is confidential only its readers see."""
        where = {**_where(assignee, role, kind, customer_id, about, due_before), **visible_to(asker, stores)}
        page = await duties.rows(DutyView, where, sort="due_at", after=after, limit=limit)
        return Listing.of(page)

    @router.get("/count")
    async def count_duties(
        request: Request,
        asker: AskedBy,
        asked_at: Instant | None = None,
        assignee: Filter = None,
        role: Role | None = None,
        kind: Filter = None,
        customer_id: UUID | None = None,
        about: Annotated[Line | None, Query()] = None,
        due_before: Instant | None = None,
    ) -> DutyCount:
        """How many a list asked so has, and how many of them should have been done by `asked_at`, or by now.

        A held one need not have been done.
        """
        visible = visible_to(asker, stores)
        where = {**_where(assignee, role, kind, customer_id, about, due_before), **visible}
        now = asked_at or request.app.state.time.now()
        late = min(now, due_before) if due_before else now
        overdue = {**_where(assignee, role, kind, customer_id, about, late), **visible, "held": False}
        return DutyCount(
            count=await duties.count(where, DUTIES_COUNTED), overdue=await duties.count(overdue, DUTIES_COUNTED)
        )


def _keeping(router: APIRouter, duties: Duties, stores: Mapping[str, Store[Any]], calendar: Calendar) -> None:
    async def kept(request: Request, asker: Principal, month: Month) -> tuple[KeptRow, ...]:
        return await kept_in(month, duties, stores, asker, calendar, request.app.state.time.now())

    @router.get("/kept")
    async def show_kept(request: Request, asker: AskedBy, month: AskedMonth) -> Listing[KeptRow]:
        """How the duties that fell due in a month were kept, by person, role and kind: in time, late, not at all."""
        return Listing(items=list(await kept(request, asker, month)))

    @router.get("/kept.{form}", response_class=Response)
    async def export_kept(request: Request, asker: AskedBy, month: AskedMonth, form: SheetFormat) -> Response:
        """The same as a file that a spreadsheet opens."""
        return sheet(await kept(request, asker, month)).file(form, f"duties-kept-{month}")


async def kept_in(
    month: Month,
    duties: Duties,
    stores: Mapping[str, Store[Any]],
    asker: Principal,
    calendar: Calendar,
    now: datetime,
) -> tuple[KeptRow, ...]:
    """How the duties that fell due in the month were kept, as far as the asker may see it."""
    first = date.fromisoformat(f"{month}-01")
    within = Between(calendar.moment(first, time()), calendar.moment(months_later(first, 1), time()))
    rows = duties.each_row(FallenDue, {"due_at": within, **visible_to(asker, stores)}, sort="due_at")
    seen = [row async for row in rows if asker.roles & HEADS or may_act_on(asker, row)]
    return tabulate(seen, month, now)


def _explaining(router: APIRouter, duties: Duties, stores: Mapping[str, Store[Any]], clocks: Clocks) -> None:
    @router.get("/{id}")
    async def show_duty(id: UUID, asker: AskedBy) -> ClockView:
        """How a duty came about and why it ends when it does, also when it is over.

        A matter remembers its last forty runs that ended; an older one is not found.
        """
        duty = await visible_duty(duties, stores, asker, id)
        run = run_of(await stores[duty.collection].get(duty.aggregate), id)
        return ClockView.of(run, clocks.calendar)


def _giving(router: APIRouter, duties: Duties, stores: Mapping[str, Store[Any]], clocks: Clocks) -> None:
    @router.post("/{id}/take", dependencies=[allow(*STAFF)])
    async def take(id: UUID, body: TakeDuty, asker: AskedBy, cause: CausedByRequest) -> ClockView:
        """Take over a duty of a role that is yours."""
        duty = await visible_duty(duties, stores, asker, id)
        _must_have(asker, duty)
        return await _given(duty, asker.id, body.reason, cause)

    @router.post("/{id}/hand-over", dependencies=[allow(*STAFF)])
    async def hand_over(id: UUID, body: HandOverDuty, asker: AskedBy, cause: CausedByRequest) -> ClockView:
        """Give a duty to another person: yours, or one of a role that is yours or below you on its ladder."""
        duty = await visible_duty(duties, stores, asker, id)
        _must_have(asker, duty)
        return await _given(duty, body.to, body.reason, cause)

    @router.post("/{id}/hold", dependencies=[allow(*STAFF)])
    async def hold(id: UUID, body: HoldDuty, asker: AskedBy, cause: CausedByRequest) -> ClockView:
        """Let the clock stand still, where its policy allows that: what is left of its term stays left."""
        duty = await visible_duty(duties, stores, asker, id)
        _must_have(asker, duty)
        return await _decided(duty, clocks.hold(duty.id, body.reason, cause), cause)

    @router.post("/{id}/resume", dependencies=[allow(*STAFF)])
    async def resume(id: UUID, body: ResumeDuty, asker: AskedBy, cause: CausedByRequest) -> ClockView:
        """Let a clock that stands still go on."""
        duty = await visible_duty(duties, stores, asker, id)
        _must_have(asker, duty)
        return await _decided(duty, clocks.resume(duty.id, cause), cause)

    async def _given(duty: Duty, to: StaffId, reason: str, cause: Cause) -> ClockView:
        return await _decided(duty, clocks.reassign(duty.id, to, reason, cause), cause)

    async def _decided(duty: Duty, decide: Decision[Any], cause: Cause) -> ClockView:
        aggregate = await stores[duty.collection].apply(duty.aggregate, decide, cause)
        return ClockView.of(run_of(aggregate, duty.id), clocks.calendar)


async def visible_duty(duties: Duties, stores: Mapping[str, Store[Any]], asker: Principal, id: UUID) -> Duty:
    """The duty of this id. NotFound too where it is about something confidential that the asker may not read."""
    duty = await duties.get(id)
    if not may_see(asker, stores[duty.collection]):
        raise NotFound("duty", id)
    return duty


def run_of(aggregate: Timed, id: UUID) -> ClockRun:
    """The run of this id among those that the aggregate remembers. NotFound for one that ended too long ago."""
    for run in aggregate.clocks:
        if run.id == id:
            return run
    raise NotFound("duty", id)


def may_act_on(asker: Principal, duty: Duty | FallenDue) -> bool:
    """Whether a duty is the asker's, of one of their roles, or of one below them on its ladder."""
    return asker.id == duty.assignee or bool(asker.roles & {duty.role, *duty.ladder})


def _must_have(asker: Principal, duty: Duty) -> None:
    if not may_act_on(asker, duty):
        needed = ", ".join(dict.fromkeys((duty.role.value, *duty.ladder)))
        raise Forbidden(f"this is the duty of {duty.assignee or duty.role.value}; it needs one of the roles {needed}")


def may_see(asker: Principal, store: Store[Any]) -> bool:
    """Whether the asker may know that there are duties about this store's aggregates."""
    return not store.confidential_to or bool(asker.roles & store.confidential_to)


def visible_to(asker: Principal, stores: Mapping[str, Store[Any]]) -> Where:
    """Only collections whose duties the asker may see; no condition where that is all of them."""
    seen = [name for name, store in stores.items() if may_see(asker, store)]
    return {} if len(seen) == len(stores) else {"collection": OneOf(*seen)}


def _where(
    assignee: str | None,
    role: Role | None,
    kind: str | None,
    customer_id: UUID | None,
    about: str | None,
    due_before: datetime | None,
) -> Where:
    return {
        **RUNNING,
        "assignee": assignee,
        "role": role,
        "kind": kind,
        "customer_id": customer_id,
        "about": OneOf(about, on_paper(about)) if about else None,
        "due_at": Between(high=due_before) if due_before else None,
    }
