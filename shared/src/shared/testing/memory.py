"""A database in memory, held to the same suite as MongoDB."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from pydantic_core import from_json, to_json

from shared.aggregate import A, Cause
from shared.contracts.event import Event, declared
from shared.kernel.batch import Work
from shared.kernel.conditions import AllOf, Beginning, Between, OneOf, Where
from shared.kernel.documents import (
    Conflict,
    Derived,
    Document,
    Documents,
    Excerpt,
    Index,
    Pending,
    Sealed,
    Write,
    duplicate,
    reach,
    stored,
    widest,
)
from shared.kernel.group_commit import GroupCommit
from shared.kernel.relay import Handed
from shared.kernel.seals import Content, SealKeys
from shared.kernel.touch import Touch
from shared.wire.envelope import Envelope

SEAL_KEYS = "tests:known-to-tests-and-to-nothing-else"
"""What a service in a test is told as SEAL_KEYS."""
SEALS = SealKeys.read(SEAL_KEYS, "tests")


class Outbox:
    """An outlet that keeps what is announced, in order."""

    full = False

    def __init__(self) -> None:
        self.envelopes: list[Envelope] = []
        self.handed: list[Handed] = []
        self._known: set[UUID] = set()

    def forget(self) -> None:
        self.envelopes.clear()
        self.handed.clear()
        self._known.clear()

    def hand(self, documents: Documents, id: UUID, pending: Sequence[Pending]) -> None:
        fresh = [each.envelope for each in pending if each.envelope.id not in self._known]
        self._known.update(envelope.id for envelope in fresh)
        self.envelopes += fresh
        self.handed.append(Handed(documents, id, pending))

    def holds(self, event: UUID) -> bool:
        return event in self._known

    async def room(self) -> None:
        return None


class InlineCommit(GroupCommit):
    """Commits on the spot, one work at a time, each on what was stored; `catch_up` commits what was only submitted."""

    def __init__(self, outlet: Outbox) -> None:
        super().__init__(outlet, remembered=0)

    async def commit(self, cause: Cause, touch: Touch[A]) -> A:
        result: list[Any] = []
        await self.commit_all((Work(cause, (touch,), result.append),))
        if isinstance(result[0], Exception):
            raise result[0]
        return result[0][0]  # type: ignore[no-any-return]

    async def commit_or_wait(self, cause: Cause, touch: Touch[A]) -> A:
        return await self.commit(cause, touch)

    async def catch_up(self) -> None:
        """Commit what was submitted without waiting for it."""
        while self.waiting:
            await self.commit_all((self.waiting.popleft(),))


class InMemoryDatabase:
    """A database that forgets at the end of the test. What was announced is in `published`, sealed in `outbox`."""

    def __init__(self) -> None:
        self.outbox = Outbox()
        self.inline = InlineCommit(self.outbox)
        self.group_commit: GroupCommit = self.inline
        self.collections: dict[str, InMemoryDocuments] = {}

    def documents(self, name: str, indexes: Sequence[Index]) -> "InMemoryDocuments":
        return self.collections.setdefault(name, InMemoryDocuments(name, indexes))

    async def prepare(self) -> None:
        """There is nothing to prepare."""

    async def ping(self) -> None:
        """It answers."""

    def close(self) -> None:
        """There is nothing to close."""

    def forget(self) -> None:
        """Be as at the beginning, for the next test; stores stay usable."""
        self.outbox.forget()
        for documents in self.collections.values():
            documents.forget()

    @property
    def published(self) -> tuple[Event, ...]:
        """Everything announced so far, in order."""
        return tuple(opened(envelope) for envelope in self.outbox.envelopes)


def opened(envelope: Envelope) -> Event:
    """The event inside an envelope."""
    return declared()[envelope.key].model_validate_json(envelope.body)


class InMemoryDocuments(Documents):
    """The documents of one collection, in a dict. Keeps what MongoDB would keep, no more: states are copied."""

    def __init__(self, name: str, indexes: Sequence[Index]) -> None:
        self.name = name
        self._unique = [index.fields for index in indexes if index.unique]
        self.rows: dict[UUID, Document] = {}
        self._due: dict[UUID, datetime] = {}
        self._written: dict[int, datetime] = {}

    def forget(self) -> None:
        self.rows.clear()
        self._due.clear()
        self._written.clear()

    async def read(self, ids: Sequence[UUID]) -> dict[UUID, Document]:
        found = {id: _copy(self.rows[id]) for id in ids if id in self.rows}
        for document in found.values():
            document.whole = self._holds(document)
        return found

    async def write(self, writes: Sequence[Write]) -> Sequence[Exception | None]:
        return [self._write(write) for write in writes]

    def _write(self, write: Write) -> Exception | None:
        row = self.rows.get(write.id)
        if (row.version if row else 0) != write.version:
            return Conflict()
        for fields in self._unique:
            values = {field: reach(write.state, field) for field in fields}
            if values[fields[0]] is not None and self._taken(write.id, values):
                return duplicate(values)
        outbox = [*(row.outbox if row else ()), *write.outbox]
        causes = [*(row.causes if row else ()), *write.causes][-len(write.absorbed) :]
        version = write.version + write.steps
        write.seal = SEALS.seal(
            self._content(write.id, version, write.state, causes),
            _now(),
            write.before,
            altered=(write.version,) if write.altered else (),
        )
        self.rows[write.id] = Document(write.id, version, _copied(write.state), causes, outbox, write.seal)
        for pending in write.outbox:
            self._written[pending.round] = datetime.now(UTC)
        self._due.pop(write.id, None)
        if write.due is not None:
            self._due[write.id] = write.due
        return None

    def _content(self, id: UUID, version: int, state: Any, causes: Sequence[UUID]) -> Content:
        return Content(self.name, id, version, to_json(state), b"".join(cause.bytes for cause in causes))

    async def sealed(self, after: UUID | None, limit: int) -> list[Sealed]:
        ids = sorted(id for id in self.rows if after is None or id.bytes > after.bytes)[:limit]
        return [self._examined(self.rows[id]) for id in ids]

    def _examined(self, row: Document) -> Sealed:
        flaws = [f"its version {each} had been altered when the next was written" for each in _altered(row)]
        if not self._holds(row):
            flaws = ["it is not what was sealed"]
        return Sealed(row.id, row.version, row.seal, self._holds(row), tuple(flaws))

    def _holds(self, row: Document) -> bool:
        content = self._content(row.id, row.version, row.state, row.causes)
        return row.seal is not None and SEALS.holds(row.seal, content)

    async def strange(self, limit: int) -> list[str]:
        return []

    def _taken(self, id: UUID, values: Mapping[str, Any]) -> bool:
        return any(
            row.id != id and all(reach(row.state, field) == value for field, value in values.items())
            for row in self.rows.values()
        )

    async def find(
        self, where: Where, sort: tuple[str, int], after: tuple[Any, UUID] | None, limit: int
    ) -> list[Document]:
        return [_copy(row) for row in self._page(where, sort, after, limit)]

    async def excerpts(
        self, fields: Sequence[str], where: Where, sort: tuple[str, int], after: tuple[Any, UUID] | None, limit: int
    ) -> list[Excerpt]:
        paths = [field.split(".") for field in widest(fields)]
        return [
            Excerpt(row.id, row.version if ["version"] in paths else 0, _excerpt(_copied(row.state), paths))
            for row in self._page(where, sort, after, limit)
        ]

    def _page(self, where: Where, sort: tuple[str, int], after: tuple[Any, UUID] | None, limit: int) -> list[Document]:
        field, direction = sort

        def place(row: Document) -> tuple[Any, ...]:
            value = None if field == "id" else reach(row.state, field)
            return (_ordered(value), row.id.bytes)

        rows = sorted(filter(_matching(where), self.rows.values()), key=place, reverse=direction < 0)
        if after is not None:
            last = (_ordered(after[0]), after[1].bytes)
            rows = [row for row in rows if (place(row) > last) == (direction > 0) and place(row) != last]
        return rows[:limit]

    async def count(self, where: Where, limit: int) -> int:
        return min(limit, sum(map(_matching(where), self.rows.values())))

    async def remove(self, ids: Sequence[UUID]) -> None:
        for id in ids:
            self.rows.pop(id, None)
            self._due.pop(id, None)

    async def derive(self, rows: Sequence[Derived]) -> None:
        for row in rows:
            if row.id not in self.rows or self.rows[row.id].version < row.version:
                seal = SEALS.seal(self._content(row.id, row.version, row.state, ()), _now(), None, chained=False)
                self.rows[row.id] = Document(row.id, row.version, _copied(row.state), [], [], seal)

    async def clear(self, ids: Sequence[UUID], round: int) -> None:
        for id in ids:
            if id in self.rows:
                self.rows[id].outbox = [each for each in self.rows[id].outbox if each.round != round]

    async def unpublished(self, written_before: datetime, limit: int) -> list[Document]:
        rows = [row for row in self.rows.values() if row.outbox and self._since(row) < written_before]
        return [_copy(row) for row in sorted(rows, key=self._since)[:limit]]

    async def backlog(self, limit: int) -> tuple[int, datetime | None]:
        rows = [row for row in self.rows.values() if row.outbox]
        return min(len(rows), limit), min(map(self._since, rows), default=None)

    def _since(self, row: Document) -> datetime:
        return self._written[row.outbox[0].round]

    async def due(self, now: datetime, limit: int, *, among: Collection[UUID] | None = None) -> list[Document]:
        meant = [id for id, due in self._due.items() if due <= now and (among is None or id in among)]
        ids = sorted(meant, key=lambda id: self._due[id])
        return [_copy(self.rows[id]) for id in ids[:limit]]

    async def next_due(self, *, among: Collection[UUID] | None = None) -> datetime | None:
        return min((due for id, due in self._due.items() if among is None or id in among), default=None)

    async def postpone(self, id: UUID, version: int, until: datetime | None) -> None:
        if self.rows[id].version != version:
            return
        self._due.pop(id, None)
        if until is not None:
            self._due[id] = until


def _altered(row: Document) -> Sequence[int]:
    return row.seal.altered if row.seal else ()


def _now() -> int:
    return int(datetime.now(UTC).timestamp() * 1000)


def _copied(state: dict[str, Any]) -> dict[str, Any]:
    """A state is what JSON can say: through it is the shortest way to a copy."""
    return from_json(to_json(state))  # type: ignore[no-any-return]


def _excerpt(value: Any, paths: Sequence[Sequence[str]]) -> Any:
    """What MongoDB's projection leaves of a value; of a list, each element that has fields of its own."""
    if isinstance(value, list):
        return [_excerpt(each, paths) for each in value if isinstance(each, list | dict)]
    inside: dict[str, list[Sequence[str]]] = {}
    for path in paths:
        inside.setdefault(path[0], []).append(path[1:])
    return {
        name: each if [] in inside[name] else _excerpt(each, inside[name])
        for name, each in value.items()
        if name in inside and ([] in inside[name] or isinstance(each, list | dict))
    }


def _copy(row: Document) -> Document:
    """A document that may be changed without changing this one; what it has to publish is frozen anyway."""
    return Document(row.id, row.version, _copied(row.state), list(row.causes), list(row.outbox), row.seal)


def _ordered(value: Any) -> tuple[int, Any]:
    """MongoDB's order among the types that a state has: nothing, numbers, texts, truths."""
    if value is None:
        return (0, 0)
    if isinstance(value, bool):
        return (3, value)
    return (1, value) if isinstance(value, int | float) else (2, value)


def _matching(where: Where) -> Callable[[Document], bool]:
    def matches(row: Document) -> bool:
        return all(_meets(row, field, wanted) for field, wanted in where.items())

    return matches


def _meets(row: Document, field: str, wanted: Any) -> bool:
    if field == "id":
        return row.id in (wanted.values if isinstance(wanted, OneOf) else (wanted,))
    if isinstance(wanted, AllOf):
        return all(_meets(row, field, each) for each in wanted.values)
    return any(_equals(value, wanted) for value in _values(row.state, field.split(".")))


def _values(state: Any, path: Sequence[str]) -> Iterable[Any]:
    """The values at a dotted path; a list stands for itself and for each of its elements, as in MongoDB."""
    if isinstance(state, list):
        for each in state:
            yield from _values(each, path)
    if not path:
        yield state
    elif isinstance(state, dict):
        yield from _values(state.get(path[0]), path[1:])
    elif not isinstance(state, list):
        yield None


def _equals(value: Any, wanted: Any) -> bool:
    if isinstance(wanted, OneOf):
        return any(_equals(value, each) for each in wanted.values)
    if isinstance(wanted, Beginning):
        return isinstance(value, str) and value.startswith(wanted.text)
    if isinstance(wanted, Between):
        return _between(value, wanted)
    return bool(value == stored(wanted))


def _between(value: Any, wanted: Between) -> bool:
    low, high = stored(wanted.low), stored(wanted.high)
    kind = _ordered(high if low is None else low)[0]
    if _ordered(value)[0] != kind:
        return False
    return (low is None or value >= low) and (high is None or value < high)
