"""An append-only file whose entries name each other: which entry was altered or is missing shows."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from pydantic import Field

from shared.aggregate import Cause
from shared.contracts.event import Actor, Instant, Part
from shared.contracts.vocabulary import Hash

GENESIS = "0" * 64
_HASHED = MappingProxyType[str, Any](
    {"seq": True, "at": True, "by": {"kind", "id", "role"}, "kind": True, "content": True, "previous": True}
)
"""What the hash covers, named one by one: a field that a later release adds leaves the earlier hashes true."""


class Entry(Part):
    """One entry of a file: what was written, when and by whom, and the hash that ties it to the entry before.

    Nothing is ever written over: a correction is a further entry (001 售前二b). Of an `erased` entry what was personal
    is gone, and its hash stays that of what was written.
    """

    seq: int = Field(ge=1)
    at: Instant
    by: Actor
    kind: str
    content: dict[str, Any]
    previous: Hash
    hash: Hash
    erased: bool = False

    def fingerprint(self) -> str:
        """The SHA-256 that this entry must carry, over all it says and the hash of the entry before."""
        said = self.model_dump(mode="json", include=dict(_HASHED))
        return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def appended(entries: Sequence[Entry], kind: str, content: Mapping[str, Any], cause: Cause) -> tuple[Entry, ...]:
    """The file with one more entry. `content` is what JSON can say."""
    entry = Entry(
        seq=len(entries) + 1,
        at=cause.at,
        by=cause.actor,
        kind=kind,
        content=dict(content),
        previous=entries[-1].hash if entries else GENESIS,
        hash=GENESIS,
    )
    return (*entries, entry.but(hash=entry.fingerprint()))


def first_altered(entries: Sequence[Entry]) -> int | None:
    """The number of the first entry that is not what was written there, or nothing when the file is whole.

    The hashes have no key: they tell which entry it is, and the document's seal tells that nothing was rewritten. A
    removed entry shows at the number it had. Of an erased entry only its place can be looked at. Entries
    taken off the very end leave no trace in the file itself: those are missed by comparing with what was announced.
    """
    previous = GENESIS
    for seq, entry in enumerate(entries, start=1):
        whole = entry.erased or entry.hash == entry.fingerprint()
        if entry.seq != seq or entry.previous != previous or not whole:
            return seq
        previous = entry.hash
    return None


def erased(before: Sequence[Entry], after: Sequence[Entry]) -> tuple[Entry, ...]:
    """The entries as they are after an erasure: those that say something else than before are marked."""
    pairs = zip(before, after, strict=True)
    return tuple(now.but(erased=True) if now.content != was.content else now for was, now in pairs)
