"""The operators' door of every service: what could not be handled, why, and how to bring it back."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import AliasPath, ConfigDict, Field, computed_field

from shared.aggregate import Contention, NotFound, Refused, Unavailable
from shared.contracts.event import Event, Instant
from shared.contracts.roles import Role
from shared.contracts.vocabulary import Line, StaffId
from shared.http import After, CausedByRequest, Limit, Listing, RequestBody, Router, View, allow
from shared.lifecycle import Possible
from shared.parking import decisions
from shared.parking.dead_group import DeadGroup, DeadGroups, GroupMark, mark
from shared.parking.parked import Edit, Overdue, Parked, ParkedNote, ParkedState, code, possible, reason
from shared.parking.retries import Retries
from shared.parking.store import Parking

OPERATORS = allow(Role.OPERATOR)


class DropDead(RequestBody):
    """Why it is not wanted."""

    reason: str = Field(min_length=3, max_length=500, examples=["the test system sent it"])


class EditDead(RequestBody):
    """The body as it should have been."""

    body: str = Field(min_length=1, examples=['{"order_id": "3f0e4a52-6a0e-4f4e-9a57-6f0d6b0a8c11"}'])


class ConfirmDead(RequestBody):
    """Which proposal is confirmed: the one that was looked at."""

    edit: UUID = Field(description="The id of the proposed edit, as the view shows it.")


class ReplayDead(RequestBody):
    """Which dead things to try again: those that match everything given."""

    queue: str | None = Field(default=None, examples=["orders.on.production.production_completed.v1"])
    key: str | None = Field(default=None, examples=["production.production_completed.v1"])
    code: str | None = Field(default=None, examples=["not_found"])
    per_second: float = Field(default=50, gt=0, le=1000)


class ParkedRow(View):
    """One parked or dead message or deadline in a list."""

    id: UUID
    state: ParkedState
    queue: str
    key: str
    code: str
    reason: str
    attempts: int
    crashes: int
    first_at: Instant
    last_at: Instant
    overdue: Overdue | None = Field(default=None, exclude=True)
    edit_id: UUID | None = Field(default=None, validation_alias=AliasPath("edit", "id"), exclude=True)

    @computed_field  # type: ignore[prop-decorator]
    @property
    def possible(self) -> tuple[Possible, ...]:
        """What an operator may do with it now."""
        return possible(self.state, message=self.overdue is None, proposed=self.edit_id is not None)


class ParkedView(ParkedRow):
    """One parked or dead message or deadline, with its body, headers and stack, and what people did to it."""

    model_config = ConfigDict(frozen=True, json_schema_extra={"x-personal": True})

    body: str | None
    headers: dict[str, str | int | float | bool | None]
    stack: str
    proposed: Edit | None
    history: list[ParkedNote]

    @classmethod
    def of(cls, parked: Parked) -> "ParkedView":
        letter = parked.letter
        return cls(
            **parked.model_dump(include={*ParkedRow.model_fields, "edit"}),
            body=letter.body if letter else parked.overdue.model_dump_json() if parked.overdue else None,
            headers=dict(letter.headers) if letter else {},
            stack=parked.stack,
            proposed=parked.edit,
            history=list(parked.history),
        )


class MarkGroup(RequestBody):
    """Who sees to a group, what is known of it, and whether it is held; what is left out holds no longer."""

    queue: str = Field(min_length=1, max_length=200, examples=["orders.on.production.production_completed.v1"])
    code: str = Field(min_length=1, max_length=100, examples=["not_found"])
    owner: StaffId | None = Field(default=None, examples=["operator-1"])
    note: Line | None = Field(default=None, examples=["the order comes with the next import"])
    held: bool = Field(default=False, description="It is known and waits for something; it has an owner.")


class Group(View):
    """Dead things that failed alike, and what operators say of all with this queue and code."""

    queue: str
    code: str
    reason: str
    count: int
    oldest: Instant
    owner: StaffId | None = None
    note: Line | None = None
    held: bool = False


class MarkedGroup(View):
    """What operators have said of a group, the last of it last."""

    queue: str
    code: str
    marks: tuple[GroupMark, ...]


class Replayed(View):
    """How many will be tried again."""

    count: int


class Rehearsed(View):
    """The events that a replay would announce."""

    events: list[dict[str, object]]


class Obstacle(View):
    """What some of the dead would meet again."""

    code: str
    reason: str
    count: int


class RehearsedAll(View):
    """How many would have their effect if they were replayed, each by itself, and what stops the others."""

    settled: int
    problems: list[Obstacle]


def routes(parking: Parking, groups: DeadGroups, retries: Retries) -> APIRouter:
    """List, group, mark, show, repair, rehearse, replay and drop; for operators only, with an entry for every act."""
    router = Router(readers=(Role.OPERATOR,), tags=["dead"], prefix="/dead")
    _rehearsing(router, retries)
    _grouping(router, parking, groups)
    _reading(router, parking)
    _repairing(router, parking, retries)
    return router


async def grouped(parking: Parking, groups: DeadGroups, state: ParkedState) -> list[Group]:
    """What is in this state by queue and reason, with what is said of it, the largest group first."""
    marks = await groups.marks()
    found: dict[tuple[str, str, str], Group] = {}
    async for parked in parking.each_row(ParkedRow, {"state": state}, sort="first_at"):
        place = (parked.queue, parked.code, parked.reason)
        known, said = found.get(place), marks.get((parked.queue, parked.code))
        found[place] = Group(
            queue=parked.queue,
            code=parked.code,
            reason=parked.reason,
            count=known.count + 1 if known else 1,
            oldest=known.oldest if known else parked.first_at,
            owner=said.owner if said else None,
            note=said.note if said else None,
            held=said.held if said else False,
        )
    return sorted(found.values(), key=lambda group: -group.count)


def _rehearsing(router: APIRouter, retries: Retries) -> None:
    @router.get("/rehearsal")
    async def rehearse_many(
        queue: str | None = None, key: str | None = None, code: str | None = None, limit: Limit = 50
    ) -> RehearsedAll:
        """What a replay of those that match would come to, the oldest `limit` of them. Changes nothing."""
        met = await retries.rehearse_all({"queue": queue, "key": key, "code": code}, limit)
        problems = [Obstacle(code=what[0], reason=what[1], count=count) for what, count in met.most_common() if what]
        return RehearsedAll(settled=met[None], problems=problems)

    @router.get("/{id}/rehearsal")
    async def rehearse(id: UUID) -> Rehearsed:
        """What a replay would announce now, or the problem it would meet. Changes nothing."""
        try:
            return Rehearsed(events=[_shown(event) for event in await retries.rehearse(id)])
        except (NotFound, Contention, Unavailable):
            raise
        except Exception as error:
            raise Refused(reason(error), code(error)) from error


def _grouping(router: APIRouter, parking: Parking, groups: DeadGroups) -> None:
    @router.get("/groups")
    async def group_dead(state: Annotated[ParkedState, Query()] = "dead") -> list[Group]:
        """What is dead, grouped by queue and reason, with what is said of it, the largest group first."""
        return await grouped(parking, groups, state)

    @router.post("/groups/mark", dependencies=[OPERATORS])
    async def mark_group(body: MarkGroup, cause: CausedByRequest) -> MarkedGroup:
        """Say who sees to a group, what is known of it, and whether it is held. NotFound where nothing failed so."""
        if not await parking.count({"queue": body.queue, "code": body.code}, limit=1):
            raise NotFound("group", f"{body.queue}/{body.code}")
        blank = DeadGroup.blank(body.queue, body.code)
        marked = await groups.apply(
            blank.id, lambda group: mark(group, body.owner, body.note, body.held, cause), cause, blank
        )
        return MarkedGroup.model_validate(marked, from_attributes=True)


def _reading(router: APIRouter, parking: Parking) -> None:
    @router.get("")
    async def list_dead(
        after: After = None,
        limit: Limit = 50,
        state: ParkedState | None = None,
        queue: str | None = None,
        code: str | None = None,
        key: str | None = None,
    ) -> Listing[ParkedRow]:
        """What is parked or dead, the oldest first, without bodies, headers and stacks."""
        where = {"state": state, "queue": queue, "code": code, "key": key}
        page = await parking.rows(ParkedRow, where, sort="first_at", after=after, limit=limit)
        return Listing.of(page)

    @router.get("/{id}")
    async def show_dead(id: UUID) -> ParkedView:
        """One of them with its body, headers, stack and history."""
        return ParkedView.of(await parking.get(id))


def _repairing(router: APIRouter, parking: Parking, retries: Retries) -> None:
    @router.post("/replay", status_code=202, dependencies=[OPERATORS])
    async def replay_many(body: ReplayDead, cause: CausedByRequest) -> Replayed:
        """Try everything that matches again, at a limited rate."""
        where = body.model_dump(include={"queue", "key", "code"})
        return Replayed(count=await retries.replay(where, cause, body.per_second))

    @router.post("/{id}/replay", status_code=202, dependencies=[OPERATORS])
    async def replay(id: UUID, cause: CausedByRequest) -> ParkedView:
        """Try this one again now."""
        return ParkedView.of(
            await parking.apply(id, lambda parked: decisions.replay(parked, retries.now(), cause), cause)
        )

    @router.post("/{id}/edit", dependencies=[OPERATORS])
    async def edit(id: UUID, body: EditDead, cause: CausedByRequest) -> ParkedView:
        """Propose another body. Another operator has to confirm it."""
        return ParkedView.of(
            await parking.apply(id, lambda parked: decisions.propose_edit(parked, body.body, cause), cause)
        )

    @router.post("/{id}/confirm", status_code=202, dependencies=[OPERATORS])
    async def confirm(id: UUID, body: ConfirmDead, cause: CausedByRequest) -> ParkedView:
        """Confirm the edit that another operator has proposed, as it was seen; the message is then tried again."""
        decided = await parking.apply(
            id, lambda parked: decisions.confirm_edit(parked, body.edit, retries.now(), cause), cause
        )
        return ParkedView.of(decided)

    @router.post("/{id}/drop", dependencies=[OPERATORS])
    async def drop(id: UUID, body: DropDead, cause: CausedByRequest) -> ParkedView:
        """Give it up for good. It stays readable, with the reason."""
        return ParkedView.of(await retries.drop(id, body.reason, cause))


def _shown(event: Event) -> dict[str, object]:
    return {"key": event.key, **event.model_dump(mode="json")}
