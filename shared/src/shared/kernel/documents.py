"""The form in which aggregates are kept, and what is asked of the place that keeps them."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any, Protocol
from uuid import UUID

from shared.aggregate import Refused
from shared.kernel.conditions import Where
from shared.kernel.seals import Seal
from shared.wire.envelope import Envelope


@dataclass(frozen=True, slots=True)
class Pending:
    """An event that is written but not known to be published. `round` tells which write it came with."""

    round: int
    envelope: Envelope


@dataclass(slots=True)
class Document:
    """An aggregate as it is kept: the state, what it has absorbed and what it still has to publish."""

    id: UUID
    version: int
    state: dict[str, Any]
    causes: list[UUID]
    outbox: list[Pending]
    seal: Seal | None = None
    whole: bool = True
    """Whether its seal holds; only `read` looks."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """A document as evidence: which version it is, its seal and whether it holds, and what is wrong, in words."""

    id: UUID
    version: int
    seal: Seal | None
    whole: bool
    flaws: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Some fields of an aggregate as it is kept; `state` lacks the others."""

    id: UUID
    version: int
    state: Mapping[str, Any]


@dataclass(slots=True)
class Write:
    """What one commit wants to become of one aggregate. Version 0 means it must not exist yet.

    `absorbed` is the whole inbox that the write leaves. `before` is the seal of the version that it follows, and
    `altered` whether that seal did not hold; `seal` is the write's own, once it is written.
    """

    id: UUID
    version: int
    steps: int
    state: dict[str, Any]
    due: datetime | None
    outbox: list[Pending]
    causes: list[UUID]
    absorbed: Sequence[UUID]
    before: Seal | None = None
    altered: bool = False
    seal: Seal | None = None


@dataclass(frozen=True, slots=True)
class Derived:
    """A document that follows from an aggregate, as it was in that version of the aggregate."""

    id: UUID
    version: int
    state: dict[str, Any]


class Conflict(Exception):
    """Another process wrote this aggregate since it was read."""


@dataclass(frozen=True, slots=True)
class Index:
    """An index over fields of the state. A unique one ignores aggregates that lack its first field.

    Any other ends with the id, as every sorted question does: so a page is read in order, and nothing else is. With
    `where` it holds only the aggregates that fit, and serves only questions that say so much too: most aggregates
    never cost it a write.
    """

    fields: tuple[str, ...]
    unique: bool
    where: Where

    def __init__(self, *fields: str, unique: bool = False, where: Where | None = None) -> None:
        object.__setattr__(self, "fields", fields)
        object.__setattr__(self, "unique", unique)
        object.__setattr__(self, "where", where or {})


class Documents(Protocol):
    """Where the documents of one collection are kept: MongoDB or, in unit tests, memory.

    Every method raises Unavailable when that place cannot be reached.
    """

    name: str

    async def read(self, ids: Sequence[UUID]) -> dict[UUID, Document]:
        """The documents with these ids; ids that do not exist are left out."""
        ...

    async def sealed(self, after: UUID | None, limit: int) -> list[Sealed]:
        """At most `limit` documents in order of their ids, beginning behind `after`, each looked at as evidence."""
        ...

    async def strange(self, limit: int) -> list[str]:
        """What stands under an id that no aggregate has, each in words."""
        ...

    async def write(self, writes: Sequence[Write]) -> Sequence[Exception | None]:
        """Durable when it returns. One outcome per write: None, a Conflict, or what is wrong with that one."""
        ...

    async def find(
        self, where: Where, sort: tuple[str, int], after: tuple[Any, UUID] | None, limit: int
    ) -> list[Document]:
        """At most `limit` documents that match, in order of the field and then the id, beginning behind `after`."""
        ...

    async def excerpts(
        self, fields: Sequence[str], where: Where, sort: tuple[str, int], after: tuple[Any, UUID] | None, limit: int
    ) -> list[Excerpt]:
        """As `find`, but only these dotted fields of the state are read; `id` and `version` are the document's own.

        What none of the fields names is absent, and so is `version` (0) unless it is asked for.
        """
        ...

    async def count(self, where: Where, limit: int) -> int:
        """How many match, counted up to `limit`."""
        ...

    async def remove(self, ids: Sequence[UUID]) -> None:
        """Delete these documents; ids that do not exist are ignored."""
        ...

    async def derive(self, rows: Sequence[Derived]) -> None:
        """Write these documents, if any, each unless what is there follows from this version or a later one."""
        ...

    async def clear(self, ids: Sequence[UUID], round: int) -> None:
        """Forget the published events of one round. May be lost in a crash; the events are then published again."""
        ...

    async def unpublished(self, written_before: datetime, limit: int) -> list[Document]:
        """Documents whose oldest event was written before that moment, the oldest first."""
        ...

    async def backlog(self, limit: int) -> tuple[int, datetime | None]:
        """How many aggregates have events to publish, counted up to a limit, and since when the oldest waits."""
        ...

    async def due(self, now: datetime, limit: int, *, among: Collection[UUID] | None = None) -> list[Document]:
        """Documents, of these ids or of all, whose earliest deadline is `now` or before; the earliest first."""
        ...

    async def next_due(self, *, among: Collection[UUID] | None = None) -> datetime | None:
        """When the earliest deadline of the collection, or of these documents of it, falls due."""
        ...

    async def postpone(self, id: UUID, version: int, until: datetime | None) -> None:
        """Take an aggregate out of the deadlines' way, unless it was written since. Its next write brings it back."""
        ...


def widest(fields: Iterable[str]) -> list[str]:
    """The dotted fields without those that lie inside another of them."""
    kept: list[str] = []
    for field in sorted(set(fields)):
        if not any(field.startswith(f"{wider}.") for wider in kept):
            kept.append(field)
    return kept


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
    raise TypeError(f"a query compares with plain values and conditions, not with {type(value).__name__}")


def reach(state: Mapping[str, Any], field: str) -> Any:
    """The value of a dotted field, or None."""
    value: Any = state
    for name in field.split("."):
        value = value.get(name) if isinstance(value, Mapping) else None
    return value
