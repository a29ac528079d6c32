"""Verification: every document against its seal, and every collection against the last checkpoint."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from time import perf_counter
from typing import Protocol
from uuid import UUID, uuid4

from shared.aggregate import Cause, Change, Refused
from shared.contracts.event import Part
from shared.kernel.documents import Derived, Documents, Sealed
from shared.seals.checkpoints import (
    UNLISTED,
    Checkpoint,
    Checkpoints,
    CountedDocuments,
    Leaves,
    Removals,
    RestoreAcceptance,
    SealEntry,
    checkpoint_id,
    leaf,
    leaf_id,
    packed,
)
from shared.store import BadCursor, Between, DatabaseLike, OtherList
from shared.timers import TIME

DOCUMENTS_READ_TOGETHER = 250
"""Documents that are read together."""

LISTED = 1000
"""Documents in a leaf, about."""

SKEW = timedelta(minutes=10)
"""By how much the clocks of two processes may differ, and how long a write may take."""

FIRST_WITHIN = timedelta(days=1)
"""How long a service may be without its first checkpoint."""

STRANGE = 100
"""Documents under ids that no aggregate has, that are named."""


class SealFinding(Part):
    """One thing that is not as it was left: where, which document and version, and what is wrong."""

    collection: str
    record: str
    version: int | None = None
    flaw: str


class KeptDatabase(DatabaseLike, Protocol):
    """A service's database as verification sees it."""

    @property
    def collections(self) -> Mapping[str, Documents]:
        """All collections, by name."""
        ...


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where verification of a collection goes on: by which checkpoint, at which of its leaves, behind which id."""

    checkpoint: int
    place: int = 0
    after: UUID | None = None

    def written(self, collection: str) -> str:
        """How an answer about the collection says it."""
        return f"{self.checkpoint}.{self.place}.{self.after or ''}.{collection}"

    @classmethod
    def read(cls, text: str, collection: str) -> "Cursor":
        """Raises BadCursor when no answer about this collection has said it."""
        try:
            checkpoint, place, after, of = text.split(".", 3)
            cursor = cls(int(checkpoint), int(place), UUID(after) if after else None)
        except ValueError:
            raise BadCursor from None
        if of != collection:
            raise OtherList
        return cursor


@dataclass(frozen=True, slots=True)
class Verified:
    """What was found in a part of a collection, what a checkpoint should list of it, and where to go on.

    `keys` counts the documents by the key that sealed them: a key that seals none any more may be forgotten.
    """

    documents: int
    keys: Mapping[str, int]
    findings: tuple[SealFinding, ...]
    entries: tuple[SealEntry, ...]
    next: Cursor | None


@dataclass(frozen=True, slots=True)
class _Part:
    """What a checkpoint says about a stretch of a collection, up to and with `last`; nothing without `begun_at`."""

    last: UUID | None = None
    begun_at: datetime | None = None
    number: int = 0
    entries: Mapping[UUID, SealEntry] = field(default_factory=dict)
    findings: tuple[SealFinding, ...] = ()


@dataclass(frozen=True, slots=True)
class CheckpointRow:
    """What is wrong with the row of checkpoints, and the one with which it begins anew, if one does."""

    findings: list[SealFinding]
    accepting: Checkpoint | None


Beat = Callable[[], Awaitable[None]]


class Evidence:
    """The evidence of one service: verifies what is stored and makes checkpoints of it."""

    def __init__(self, database: KeptDatabase) -> None:
        self._database = database
        self.checkpoints = Checkpoints(database)
        self.leaves = Leaves(database)
        self._removals = Removals(database)

    @property
    def collections(self) -> tuple[str, ...]:
        """What there is to verify."""
        return tuple(sorted(self._database.collections))

    async def latest(self) -> Checkpoint | None:
        """The last checkpoint, if there is one."""
        found = await self.checkpoints.find(sort="-number", limit=1)
        return found.items[0] if found.items else None

    async def code(self, number: int) -> str:
        """The code of that checkpoint, as the next one names it; empty when there is none."""
        found = await self.checkpoints.documents.read((checkpoint_id(number),))
        return "".join(_code(document.seal.mac) for document in found.values() if document.seal and document.whole)

    async def broken_chain(self) -> list[SealFinding]:
        """What is wrong with the row of checkpoints: each whole, numbers consecutive, each naming the one before."""
        return (await self.row()).findings

    async def row(self) -> CheckpointRow:
        """The row of checkpoints: it begins with the last one that accepts a restored backup, else with the first."""
        latest = await self.latest()
        findings: list[SealFinding] = []
        accepting: Checkpoint | None = None
        previous: str | None = ""
        for begin in range(1, (latest.number if latest else 0) + 1, DOCUMENTS_READ_TOGETHER):
            numbers = {checkpoint_id(number): number for number in range(begin, begin + DOCUMENTS_READ_TOGETHER)}
            found = await self.checkpoints.documents.read(list(numbers))
            for id, number in numbers.items():
                if latest is None or number > latest.number:
                    break
                document = found.get(id)
                if document is None or not document.whole or document.seal is None:
                    flaw = "it is not what was sealed" if document else "it was removed"
                    findings.append(_about_checkpoint(number, flaw))
                    previous = None
                    continue
                if document.state.get("accepts"):
                    accepting, previous = self.checkpoints.revive(document.state), None
                    findings.clear()
                if previous is not None and document.state["previous"] != previous:
                    findings.append(_about_checkpoint(number, "it does not name the checkpoint before"))
                previous = _code(document.seal.mac)
        return CheckpointRow(findings, accepting)

    async def verify(self, collection: str, cursor: Cursor | None = None) -> Verified:
        """Look at some documents of a collection, against the last checkpoint or the one that the cursor names."""
        if collection not in self._database.collections:
            raise Refused(f"there is no collection {collection!r}", "unknown_collection")
        documents = self._database.collections[collection]
        findings: list[SealFinding] = []
        if cursor is None:
            latest = await self.latest()
            cursor = Cursor(latest.number if latest and collection not in UNLISTED else 0)
            findings += [
                SealFinding(collection=collection, record=id[:60], flaw="no aggregate has such an id")
                for id in await documents.strange(STRANGE)
            ]
        part = await self._part(collection, cursor)
        rows = await documents.sealed(cursor.after, DOCUMENTS_READ_TOGETHER)
        within = [row for row in rows if part.last is None or row.id <= part.last]
        cut = len(within) == DOCUMENTS_READ_TOGETHER
        end = within[-1].id if cut else part.last
        entries = {id: each for id, each in part.entries.items() if _between(cursor.after, id, end)}
        compared, listed = await self._compare(collection, part, within, entries)
        if cut:
            following: Cursor | None = Cursor(cursor.checkpoint, cursor.place, end)
        else:
            following = None if end is None else Cursor(cursor.checkpoint, cursor.place + 1, end)
        keys = Counter(row.seal.key for row in within if row.seal)
        return Verified(len(within), keys, (*findings, *part.findings, *compared), tuple(listed), following)

    async def everything(self, collection: str, *, by_seals_alone: bool = False) -> AsyncIterator[Verified]:
        """A whole collection, part by part; `by_seals_alone` compares it with no checkpoint."""
        cursor = Cursor(0) if by_seals_alone else None
        while True:
            verified = await self.verify(collection, cursor)
            yield verified
            cursor = verified.next
            if cursor is None:
                return

    async def check(
        self, beat: Beat, *, rest: float = 3.0, accepts: RestoreAcceptance | None = None
    ) -> tuple[Checkpoint, list[SealFinding]]:
        """Verify everything and make the next checkpoint of it. After each part it rests `rest` times as long.

        A document that is not as it was left stays in the checkpoint as it should be. A checkpoint that accepts a
        restored backup lists what is there now, compared with nothing; a document whose seal does not hold is not
        accepted by it.
        """
        latest = await self.latest()
        findings = [] if accepts else await self.broken_chain()
        number = latest.number + 1 if latest else 1
        begun_at = datetime.now(UTC)
        counted: list[CountedDocuments] = []
        for collection in self.collections:
            growing = _Growing(self.leaves, number, collection)
            began = perf_counter()
            async for verified in self.everything(collection, by_seals_alone=accepts is not None):
                findings += verified.findings
                await growing.add(verified.entries)
                await beat()
                await asyncio.sleep((perf_counter() - began) * rest)
                began = perf_counter()
            if collection not in UNLISTED:
                counted.append(await growing.finished())
        previous = await self.code(latest.number) if latest else ""
        checkpoint = Checkpoint(
            id=checkpoint_id(number),
            number=number,
            previous=previous,
            begun_at=begun_at,
            collections=tuple(counted),
            accepts=accepts,
        )
        cause = Cause(id=uuid4(), correlation=checkpoint.id, actor=TIME, at=begun_at, kind="deadline", what="seals")
        await self.checkpoints.create(Change(checkpoint), cause)
        if latest:
            await self._forget(latest)
        return checkpoint, findings

    async def _forget(self, before: Checkpoint) -> None:
        """Remove what only checkpoints before this one needed."""
        async for old in self.leaves.each({"checkpoint": Between(high=before.number)}, sort="checkpoint"):
            await self.leaves.documents.remove((old.id,))
        async for told in self._removals.each({"at": Between(high=before.begun_at - SKEW)}, sort="at"):
            await self._removals.documents.remove((told.id,))

    async def _part(self, collection: str, cursor: Cursor) -> _Part:
        """What the checkpoint has of the collection where the cursor stands."""
        heads = await self.checkpoints.documents.read((checkpoint_id(cursor.checkpoint),)) if cursor.checkpoint else {}
        head = next((self.checkpoints.revive(each.state) for each in heads.values() if each.whole), None)
        if head is None or all(each.collection != collection for each in head.collections):
            return _Part()
        ids = [leaf_id(head.number, collection, place) for place in (cursor.place, cursor.place + 1)]
        found = await self.leaves.documents.read(ids)
        here, following = (
            self.leaves.revive(found[id].state) if id in found and found[id].whole else None for id in ids
        )
        if here is not None:
            return _Part(here.last, head.begun_at, head.number, {each.id: each for each in here.listed()})
        lost = SealFinding(
            collection=Leaves.collection,
            record=f"{collection} {cursor.place} of checkpoint {head.number}",
            flaw="this part of the checkpoint was altered or removed",
        )
        return _Part(following.after if following else None, findings=(lost,))

    async def _compare(
        self, collection: str, part: _Part, rows: Sequence[Sealed], entries: Mapping[UUID, SealEntry]
    ) -> tuple[list[SealFinding], list[SealEntry]]:
        """What is wrong with these documents, and what the next checkpoint should list of them."""
        wrong = {row.id: flaw for row in rows if (flaw := _against(part, entries.get(row.id), row))}
        present = {row.id: row for row in rows}
        wrong |= {
            id: f"it was removed; version {each.version} was there" for id, each in entries.items() if id not in present
        }
        if wrong and part.begun_at:
            for id in await self._removals.since(part.begun_at - SKEW, collection, wrong):
                del wrong[id]
        findings = [
            SealFinding(collection=collection, record=str(row.id), version=row.version, flaw=flaw)
            for row in rows
            for flaw in row.flaws
        ]
        findings += [
            SealFinding(
                collection=collection, record=str(id), version=entries[id].version if id in entries else None, flaw=flaw
            )
            for id, flaw in wrong.items()
        ]
        should = {id: entries[id] for id in entries if id in wrong or (id in present and not present[id].whole)}
        are = {row.id: SealEntry(row.id, row.version, row.seal.mac) for row in rows if row.seal and row.whole}
        listed = {id: each for id, each in are.items() if id not in wrong} | should
        if await self._unwatched(part, collection, rows):
            findings.append(
                SealFinding(
                    collection=collection, record="-", flaw="no checkpoint is left, though there were documents"
                )
            )
        return findings, [listed[id] for id in sorted(listed)]

    async def _unwatched(self, part: _Part, collection: str, rows: Sequence[Sealed]) -> bool:
        """Whether there is no checkpoint at all though there should be one long since."""
        long_since = (datetime.now(UTC) - FIRST_WITHIN).timestamp() * 1000
        old = part.begun_at is None and any(row.seal and row.seal.at < long_since for row in rows)
        return old and collection not in UNLISTED and await self.latest() is None


class _Growing:
    """The leaves of one collection while a checkpoint is made."""

    def __init__(self, leaves: Leaves, number: int, collection: str) -> None:
        self._leaves = leaves
        self._number = number
        self._collection = collection
        self._entries: list[SealEntry] = []
        self._after: UUID | None = None
        self._place = 0
        self._documents = 0

    async def add(self, entries: Sequence[SealEntry]) -> None:
        """The next documents, in order of their ids."""
        self._entries += entries
        if len(self._entries) >= LISTED:
            await self._write(self._entries[-1].id)

    async def finished(self) -> CountedDocuments:
        """There are no more."""
        await self._write(None)
        return CountedDocuments(collection=self._collection, documents=self._documents, leaves=self._place)

    async def _write(self, last: UUID | None) -> None:
        one = leaf(self._number, self._collection, self._place, self._after, last, packed(self._entries))
        version = int(datetime.now(UTC).timestamp() * 1000)
        await self._leaves.documents.derive([Derived(one.id, version, one.model_dump(mode="json"))])
        self._documents += len(self._entries)
        self._entries, self._after, self._place = [], last, self._place + 1


def _against(part: _Part, entry: SealEntry | None, row: Sealed) -> str | None:
    """What is wrong with a document if the checkpoint is right."""
    if part.begun_at is None or row.seal is None:
        return None
    if entry is None:
        late = row.seal.at >= (part.begun_at - SKEW).timestamp() * 1000
        return None if late or not row.whole else f"it was not there at checkpoint {part.number}, though it is older"
    if row.version < entry.version:
        return f"it was taken back to version {row.version}; version {entry.version} was there"
    if row.version == entry.version and row.whole and row.seal.mac != entry.mac:
        return f"its version {row.version} is another one than at checkpoint {part.number}"
    if row.version > entry.version and row.whole and row.seal.follows(entry.mac) is False:
        return f"it does not follow from version {entry.version}, which was there at checkpoint {part.number}"
    return None


def _between(after: UUID | None, id: UUID, end: UUID | None) -> bool:
    return (after is None or id > after) and (end is None or id <= end)


def _about_checkpoint(number: int, flaw: str) -> SealFinding:
    return SealFinding(collection=Checkpoints.collection, record=f"checkpoint {number}", flaw=flaw)


def _code(mac: bytes) -> str:
    return mac.hex()
