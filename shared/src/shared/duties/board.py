"""Duties: all clocks that run in a service, as one list that is kept from the events about them."""

from collections.abc import AsyncIterator, Awaitable, Iterable, Sequence
from uuid import UUID

from pydantic import TypeAdapter

from shared.aggregate import Aggregate
from shared.clocks import ClockRun, RunOutcome
from shared.contracts.event import Instant
from shared.contracts.roles import Role
from shared.contracts.vocabulary import CustomerId, Line, StaffId
from shared.kernel.documents import Derived, Document, Documents, Pending
from shared.kernel.relay import Handed
from shared.store import Between, Index, Store, Where

_RUNS: TypeAdapter[tuple[ClockRun, ...]] = TypeAdapter(tuple[ClockRun, ...])
RUNNING: Where = {"running": True}
OVER: Where = {"running": False}


class Duty(Aggregate):
    """One run of a clock as the list has it. It follows from its aggregate and is never decided on.

    `id` is that of the run, which its events call `deadline_id`.
    """

    collection: str
    aggregate: UUID
    kind: str
    of: str = ""
    title: str
    about: Line
    customer_id: CustomerId | None
    role: Role
    ladder: tuple[Role, ...]
    assignee: StaffId | None
    started_at: Instant
    due_at: Instant
    missed_at: Instant | None
    held: bool
    running: bool
    ended_at: Instant | None
    outcome: RunOutcome | None
    working: bool
    calendar: str

    @classmethod
    def following(cls, collection: str, aggregate: UUID, run: ClockRun) -> "Duty":
        """The row of one run."""
        return cls(
            id=run.id,
            collection=collection,
            aggregate=aggregate,
            kind=run.clock.name,
            of=run.of,
            title=run.clock.title,
            about=run.matter.about,
            customer_id=run.matter.customer_id,
            role=run.clock.role,
            ladder=run.clock.ladder,
            assignee=run.assignee,
            started_at=run.started_at,
            due_at=run.due_at,
            missed_at=run.missed_at,
            held=run.held,
            running=run.running,
            ended_at=run.ended_at,
            outcome=run.outcome,
            working=run.clock.working,
            calendar=run.calendar,
        )


class Duties(Store[Duty]):
    """A service's duties. Written by the relay beside the publishing: what a crash cuts off is repeated by a sweep."""

    collection = "duties"
    kind = Duty
    indexes = (
        Index("due_at"),
        Index("due_at", where=RUNNING),
        Index("assignee", "due_at", where=RUNNING),
        Index("role", "due_at", where=RUNNING),
        Index("kind", "due_at", where=RUNNING),
        Index("customer_id", "due_at", where=RUNNING),
        Index("customer_id", where=OVER),
        Index("about", "due_at", where=RUNNING),
        Index("calendar", where={"running": True, "working": True}),
    )

    def derive(self, batch: Sequence[Handed]) -> Awaitable[None] | None:
        """For the relay: brings the list up to date with the aggregates whose clocks these events are about."""
        concerned = [handed for handed in batch if _about_clocks(handed.pending)]
        return self._derive(concerned) if concerned else None

    async def _derive(self, batch: Iterable[Handed]) -> None:
        by_collection: dict[Documents, set[UUID]] = {}
        for handed in batch:
            by_collection.setdefault(handed.documents, set()).add(handed.id)
        rows: list[Derived] = []
        for documents, ids in by_collection.items():
            found = await documents.read(list(ids))
            rows += [row for document in found.values() for row in rows_of(documents.name, document)]
        await self.documents.derive(rows)

    async def on_other_calendars(self, version: str) -> AsyncIterator[Duty]:
        """The running duties whose working days were counted by another calendar than this one."""
        for others in (Between(high=version), Between(low=version + " ")):
            async for duty in self.each({"running": True, "working": True, "calendar": others}, sort="calendar"):
                yield duty


def rows_of(collection: str, document: Document) -> list[Derived]:
    """The rows of an aggregate's runs, as they are in this version of it."""
    runs = _RUNS.validate_python(document.state.get("clocks", ()))
    duties = [Duty.following(collection, document.id, run) for run in runs]
    return [Derived(duty.id, document.version, duty.model_dump(mode="json")) for duty in duties]


def _about_clocks(pending: Iterable[Pending]) -> bool:
    return any(".deadline_" in each.envelope.key for each in pending)
