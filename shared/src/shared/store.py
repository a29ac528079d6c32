"""Where aggregates are kept: what a service asks of a store, and what a store asks of a database."""

import base64
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any, ClassVar, Generic, Protocol
from uuid import UUID

from shared.aggregate import A, Cause, Change, Decision, NotFound, Refused
from shared.kernel.batch import Document, Touch
from shared.kernel.group_commit import Documents, Rounds


@dataclass(frozen=True, slots=True)
class Index:
    """An index over fields of the state. A unique one ignores aggregates that lack its first field.

    Any other ends with the id, as every sorted question does: so a page is read in order, and nothing else is. With
    `where` it holds only the aggregates that fit, and serves only questions that say so much too: most aggregates
    never cost it a write.
    """

    fields: tuple[str, ...]
    unique: bool
    where: "Where"

    def __init__(self, *fields: str, unique: bool = False, where: "Where | None" = None) -> None:
        object.__setattr__(self, "fields", fields)
        object.__setattr__(self, "unique", unique)
        object.__setattr__(self, "where", where or {})


@dataclass(frozen=True, slots=True)
class Between:
    """From `low` up to but without `high`; nothing leaves that side open."""

    low: Any = None
    high: Any = None


@dataclass(frozen=True, slots=True)
class OneOf:
    """Any of these values."""

    values: tuple[Any, ...]

    def __init__(self, *values: Any) -> None:
        object.__setattr__(self, "values", values)


@dataclass(frozen=True, slots=True)
class Page(Generic[A]):
    """Some aggregates in order, and the cursor of what follows, if anything does."""

    items: tuple[A, ...]
    next: str | None


Where = Mapping[str, Any]


class Queryable(Documents, Protocol):
    """Documents that also answer questions. Held by MongoDB or, in unit tests, by memory."""

    async def find(
        self, where: Where, sort: tuple[str, int], after: tuple[Any, UUID] | None, limit: int
    ) -> list[Document]: ...

    async def count(self, where: Where, limit: int) -> int: ...

    async def remove(self, ids: Sequence[UUID]) -> None: ...

    async def clear(self, ids: Sequence[UUID], round: int) -> None:
        """Forget the published events of one round. May be lost in a crash; the events are then published again."""
        ...

    async def unpublished(self, written_before: datetime, limit: int) -> list[Document]: ...

    async def backlog(self, limit: int) -> tuple[int, datetime | None]:
        """How many aggregates have events to publish, counted up to a limit, and since when."""
        ...

    async def due(self, now: datetime, limit: int) -> list[Document]: ...

    async def next_due(self) -> datetime | None: ...

    async def postpone(self, id: UUID, version: int, until: datetime | None) -> None:
        """Take an aggregate out of the deadlines' way, unless it was written since. Its next write brings it back."""
        ...


class DatabaseLike(Protocol):
    """What a store needs: a place for its documents and the rounds that write them."""

    rounds: Rounds

    def documents(self, name: str, indexes: Sequence[Index]) -> Queryable: ...


class Store(Generic[A]):
    """A collection of aggregates: state, outbox and absorbed causes in one document, changed by one write.

    Whatever returns has been journaled by a majority. A cause touches an aggregate at most once: the same cause
    again returns the aggregate as it is now and announces nothing.
    """

    collection: ClassVar[str]
    kind: type[A]
    indexes: ClassVar[tuple[Index, ...]] = ()
    remembered: ClassVar[bool] = True
    """Whether a decision may begin with what this process wrote last; not where aggregates are removed and reborn."""

    def __init__(self, database: DatabaseLike) -> None:
        self.documents = database.documents(self.collection, self.indexes)
        self.rounds = database.rounds

    @property
    def noun(self) -> str:
        """What one of these is called in messages to people."""
        return self.kind.__name__.lower()

    def revive(self, state: Mapping[str, Any]) -> A:
        """The aggregate that was stored as this state."""
        return self.kind.model_validate(state)

    async def get(self, id: UUID) -> A:
        """The aggregate as it was last written. Raises NotFound."""
        found = await self.documents.read((id,))
        if id not in found:
            raise NotFound(self.noun, id)
        return self.revive(found[id].state)

    async def find(
        self, where: Where | None = None, *, sort: str = "id", after: str | None = None, limit: int = 50
    ) -> Page[A]:
        """One page of the aggregates whose fields equal, lie Between or are OneOf the given values.

        `sort` is a field, with a minus for descending; ties are broken by id. `after` is a Page's `next`.
        """
        field, direction = _sort(sort)
        found = await self.documents.find(where or {}, (field, direction), _read_cursor(after), limit + 1)
        items = tuple(self.revive(document.state) for document in found[:limit])
        more = len(found) > limit
        return Page(items, _cursor(found[limit - 1], field) if more else None)

    async def each(self, where: Where | None = None, *, sort: str = "id") -> AsyncIterator[A]:
        """All of them, page by page; what is written meanwhile may or may not be among them."""
        after = None
        while True:
            page = await self.find(where, sort=sort, after=after, limit=500)
            for item in page.items:
                yield item
            if page.next is None:
                return
            after = page.next

    async def count(self, where: Where | None = None, limit: int = 1_000_000_000) -> int:
        """How many there are, counted up to a limit."""
        return await self.documents.count(where or {}, limit)

    async def create(self, change: Change[A], cause: Cause) -> A:
        """A birth. Refused if the id is taken by another cause or a unique field by another aggregate."""
        return await self.rounds.perform(cause, self.birth(change))

    async def apply(self, id: UUID, decide: Decision[A], cause: Cause, start: A | None = None) -> A:
        """Decide on the aggregate and store what comes of it. `decide` may run more than once: keep it pure.

        Without `start` an aggregate that does not exist raises NotFound; with it the decision begins there.
        """
        return await self.rounds.perform(cause, self.touch(id, decide, start))

    def birth(self, change: Change[A]) -> Touch[A]:
        """A birth for a reaction to return."""
        return Touch(self, change.state.id, born=change)

    def touch(self, id: UUID, decide: Decision[A], start: A | None = None) -> Touch[A]:
        """A decision for a reaction to return."""
        return Touch(self, id, decide=decide, start=start)


def duplicate(fields: Mapping[str, Any]) -> Refused:
    """What a taken unique field is answered with."""
    taken = ", ".join(f"{name} {value!r}" for name, value in fields.items())
    return Refused(f"{taken} is taken already", "duplicate")


def stored(value: Any) -> Any:
    """A value in the form in which it stands in a stored state. Texts stay texts, whatever they contain."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, UUID | Decimal):
        return str(value)
    if value is None or isinstance(value, str | int | float | bool):
        return value
    raise TypeError(f"a query compares with plain values, Between or OneOf, not with {type(value).__name__}")


def _sort(sort: str) -> tuple[str, int]:
    return (sort[1:], -1) if sort.startswith("-") else (sort, 1)


def _cursor(document: Document, field: str) -> str:
    value = None if field == "id" else reach(document.state, field)
    return base64.urlsafe_b64encode(json.dumps([value, str(document.id)]).encode()).decode()


def _read_cursor(cursor: str | None) -> tuple[Any, UUID] | None:
    if cursor is None:
        return None
    try:
        value, id = json.loads(base64.urlsafe_b64decode(cursor))
        if isinstance(value, dict | list):
            raise ValueError("not a plain value")
        return value, UUID(id)
    except (ValueError, TypeError):
        raise Refused("this cursor is not one that a list has returned; start without one", "bad_cursor") from None


def reach(state: Mapping[str, Any], field: str) -> Any:
    """The value of a dotted field, or nothing."""
    value: Any = state
    for name in field.split("."):
        value = value.get(name) if isinstance(value, Mapping) else None
    return value
