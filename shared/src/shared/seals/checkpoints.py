"""Checkpoints: which documents there were, in which version; each one names the code of the one before."""

import base64
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from struct import Struct
from uuid import NAMESPACE_URL, UUID, uuid5

from shared.aggregate import Aggregate
from shared.contracts.event import Actor, Instant, Part
from shared.kernel.documents import Derived, Documents
from shared.store import Index, Store

_PLACES = uuid5(NAMESPACE_URL, "urn:kefu:seals")
_ENTRY = Struct(">16sQ16s")


@dataclass(frozen=True, slots=True)
class SealEntry:
    """One document as a checkpoint saw it: its version and the code of its seal."""

    id: UUID
    version: int
    mac: bytes


class CountedDocuments(Part):
    """How many documents of a collection a checkpoint has, and in how many leaves they are listed."""

    collection: str
    documents: int
    leaves: int


class RestoreAcceptance(Part):
    """That operators accept what stands in the database now as a restored backup: what the first saw, who confirmed."""

    by: Actor
    at: Instant
    reason: str
    backup: str
    seen: str
    confirmed_by: Actor | None = None


class ProposedAcceptance(Part):
    """An acceptance that waits for another operator, who names it by its id."""

    id: UUID
    acceptance: RestoreAcceptance


class Checkpoint(Aggregate):
    """The head of one checkpoint of a whole service. Only born; `previous` is the code of the checkpoint before.

    Numbers are consecutive, so a removed one leaves a gap. One that accepts a restored backup begins the row anew.
    """

    number: int
    previous: str
    begun_at: Instant
    collections: tuple[CountedDocuments, ...]
    accepts: RestoreAcceptance | None = None


class Leaf(Aggregate):
    """A part of a checkpoint: the documents of a collection behind the id `after`, up to and with `last`.

    The final leaf of a collection has no end.
    """

    checkpoint: int
    collection: str
    place: int
    after: UUID | None
    last: UUID | None
    entries: str

    @property
    def final(self) -> bool:
        """Whether nothing of the collection lies behind it."""
        return self.last is None

    def listed(self) -> Iterator[SealEntry]:
        """Its documents, in order of their ids."""
        for id, version, mac in _ENTRY.iter_unpack(base64.b64decode(self.entries)):
            yield SealEntry(UUID(bytes=id), version, mac)


class Removal(Aggregate):
    """That the service itself removed a document, and when."""

    at: Instant


class Checkpoints(Store[Checkpoint]):
    """A service's checkpoints, kept for good."""

    collection = "checkpoints"
    kind = Checkpoint
    indexes = (Index("number"),)


class Leaves(Store[Leaf]):
    """The leaves of the last checkpoints."""

    collection = "checkpoint_leaves"
    kind = Leaf
    indexes = (Index("checkpoint"),)


class Removals(Store[Removal]):
    """What the service itself has removed since the checkpoint before the last."""

    collection = "removals"
    kind = Removal
    indexes = (Index("at"),)

    async def remove(self, documents: Documents, ids: Sequence[UUID]) -> None:
        """Remove documents of a collection and say so first: what goes without a word counts as tampering."""
        now = datetime.now(UTC)
        said = [Removal(id=removal_id(documents.name, id), at=now) for id in ids]
        version = int(now.timestamp() * 1000)
        await self.documents.derive([Derived(each.id, version, each.model_dump(mode="json")) for each in said])
        await documents.remove(ids)

    async def since(self, moment: datetime, collection: str, ids: Iterable[UUID]) -> set[UUID]:
        """Which of these documents the service itself has removed since that moment."""
        places = {removal_id(collection, id): id for id in ids}
        found = await self.documents.read(list(places)) if places else {}
        return {places[place] for place, said in found.items() if said.whole and self.revive(said.state).at >= moment}


UNLISTED = frozenset({Checkpoints.collection, Leaves.collection, Removals.collection})
"""Collections that no checkpoint lists: what they hold is looked after by their own order."""


def checkpoint_id(number: int) -> UUID:
    """The id of the checkpoint with this number."""
    return uuid5(_PLACES, f"checkpoint/{number}")


def removal_id(collection: str, id: UUID) -> UUID:
    """Where the removal of that document is told."""
    return uuid5(_PLACES, f"removal/{collection}/{id}")


def leaf(checkpoint: int, collection: str, place: int, after: UUID | None, last: UUID | None, listed: bytes) -> Leaf:
    """A leaf with these entries."""
    return Leaf(
        id=leaf_id(checkpoint, collection, place),
        checkpoint=checkpoint,
        collection=collection,
        place=place,
        after=after,
        last=last,
        entries=base64.b64encode(listed).decode(),
    )


def leaf_id(checkpoint: int, collection: str, place: int) -> UUID:
    """The id of a leaf: its number, collection and place say it."""
    return uuid5(_PLACES, f"leaf/{checkpoint}/{collection}/{place}")


def packed(entries: Iterable[SealEntry]) -> bytes:
    """Entries as a leaf holds them."""
    return b"".join(_ENTRY.pack(each.id.bytes, each.version, each.mac) for each in entries)
