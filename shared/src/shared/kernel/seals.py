"""Seals: keyed codes over stored documents, made with keys that are not in the database."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from hmac import compare_digest
from struct import pack
from typing import Any
from uuid import UUID

MAC_BYTES = 16
"""Bytes of one code (BLAKE2b, keyed)."""

BEFORE_KEPT = 16
"""Codes of earlier writes that a document keeps, the latest."""

SHORTEST_KEY = 32
"""Bytes that a key has at least."""


@dataclass(frozen=True, slots=True)
class Seal:
    """What ties one write of a document to its content and to the writes before it.

    `at` is when it was made, in milliseconds since 1970. `before` holds the codes of the writes before, the oldest
    first; None where a document does not follow from its own earlier version. `altered` names the versions whose seal
    did not hold when the next write was decided: it stays for good.
    """

    key: str
    mac: bytes
    at: int
    before: bytes | None
    altered: tuple[int, ...] = ()

    def stored(self) -> dict[str, Any]:
        """As it stands in the document."""
        fields: dict[str, Any] = {"key": self.key, "mac": self.mac, "at": self.at}
        if self.before is not None:
            fields["before"] = self.before
        if self.altered:
            fields["altered"] = list(self.altered)
        return fields

    @classmethod
    def of(cls, fields: Any) -> "Seal | None":
        """The seal that stands in a document; None when what is there is no seal."""
        if not isinstance(fields, Mapping) or not fields.keys() <= {"key", "mac", "at", "before", "altered"}:
            return None
        key, mac, at = fields.get("key"), fields.get("mac"), fields.get("at")
        before, altered = fields.get("before"), fields.get("altered", ())
        if not (isinstance(key, str) and type(mac) is bytes and isinstance(at, int) and 0 <= at < 2**63):
            return None
        if not (before is None or type(before) is bytes) or not all(
            type(each) is int and each >= 0 for each in altered
        ):
            return None
        seal = cls(key, mac, int(at), before, tuple(altered))
        return seal if list(fields) == list(seal.stored()) else None

    def follows(self, mac: bytes) -> bool | None:
        """Whether this write or one before it carried that code; None when it lies too far back to say."""
        if mac == self.mac:
            return True
        if self.before is None:
            return None
        earlier = {self.before[at : at + MAC_BYTES] for at in range(0, len(self.before), MAC_BYTES)}
        if mac in earlier:
            return True
        return None if len(self.before) >= BEFORE_KEPT * MAC_BYTES else False


@dataclass(frozen=True, slots=True)
class Content:
    """What a seal covers besides itself: where the document stands, its version, its state and its inbox, as bytes."""

    collection: str
    id: UUID
    version: int
    state: bytes
    inbox: bytes = b""


class SealKeys:
    """The keys of one service, by their ids; the first one signs, all verify.

    What is signed for one service does not hold in another one, though they share the keys.
    """

    def __init__(self, keys: Mapping[str, bytes], service: str) -> None:
        if not keys:
            raise ValueError("there is no key to seal with")
        for name, key in keys.items():
            if len(key) < SHORTEST_KEY:
                raise ValueError(f"the key {name!r} has {len(key)} bytes; {SHORTEST_KEY} are the least")
        self._keys = {
            name: blake2b(service.encode(), key=blake2b(key).digest(), person=b"kefu-service").digest()
            for name, key in keys.items()
        }
        self._signing = next(iter(keys))

    @classmethod
    def read(cls, text: str, service: str) -> "SealKeys":
        """From `id:key,id:key`; the first one signs. ValueError, which names no key, when it is something else."""
        keys: dict[str, bytes] = {}
        for place, each in enumerate(text.split(","), start=1):
            name, colon, key = each.strip().partition(":")
            if not colon or not name or name in keys:
                raise ValueError(f"entry {place} is not id:key with an id of its own")
            keys[name] = key.encode()
        return cls(keys, service)

    def seal(
        self, content: Content, at: int, before: Seal | None, *, altered: Sequence[int] = (), chained: bool = True
    ) -> Seal:
        """The seal of a write that follows the one which `before` sealed."""
        earlier = _appended(before) if chained else None
        known = tuple(dict.fromkeys((*(before.altered if before else ()), *altered)))
        return Seal(self._signing, self._mac(self._signing, content, at, earlier, known), at, earlier, known)

    def holds(self, seal: Seal, content: Content) -> bool:
        """Whether this is the seal of this content, made with one of the keys."""
        if seal.key not in self._keys:
            return False
        mac = self._mac(seal.key, content, seal.at, seal.before, seal.altered)
        return compare_digest(mac, seal.mac)

    def knows(self, key: str) -> bool:
        """Whether there is a key of this id."""
        return key in self._keys

    def sign(self, *parts: bytes) -> bytes:
        """The code of some bytes that stand beside a sealed state: the key's id, a colon and the code."""
        return self._signing.encode() + b":" + self._digest(self._signing, b"beside", parts)

    def signed(self, signature: object, *parts: bytes) -> bool:
        """Whether this is the code of these bytes."""
        if type(signature) is not bytes:
            return False
        name, _, mac = signature.partition(b":")
        key = name.decode(errors="replace")
        return key in self._keys and compare_digest(mac, self._digest(key, b"beside", parts))

    def _mac(self, key: str, content: Content, at: int, before: bytes | None, altered: Sequence[int]) -> bytes:
        place = pack(">Q16sQQ", content.version, content.id.bytes, at, 0 if before is None else 1 + len(before))
        parts = (content.collection.encode(), place, before or b"", _packed(altered), content.inbox, content.state)
        return self._digest(key, b"document", parts)

    def _digest(self, key: str, person: bytes, parts: Sequence[bytes]) -> bytes:
        lengths = pack(f">{len(parts)}Q", *map(len, parts))
        said = b"".join((lengths, *parts))
        return blake2b(said, key=self._keys[key], person=person, digest_size=MAC_BYTES).digest()


def _appended(before: Seal | None) -> bytes:
    if before is None:
        return b""
    return ((before.before or b"") + before.mac)[-BEFORE_KEPT * MAC_BYTES :]


def _packed(versions: Sequence[int]) -> bytes:
    return pack(f">{len(versions)}Q", *versions)
