"""Links that customers are sent: whose matters one shows and until when, proved by a key that is in no database."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import blake2b
from hmac import compare_digest
from struct import pack, unpack
from uuid import UUID

from shared.identity.principals import TurnedAway

LINK_MAC_BYTES = 16
"""Bytes of the code that proves a link (BLAKE2b, keyed): 128 bits, which are not guessed."""
SHORTEST_LINK_KEY = 32
"""Characters that a key has at least."""
LONGEST_LINK = timedelta(days=400)
"""From a link's making to its end at most."""

_FIRST = date(1970, 1, 1)
_SHAPE = ">16sHH"
_BYTES = 20
"""Bytes of what a link says."""


class BadLink(TurnedAway):
    """The text proves nothing any more, or never did; it does not say which."""


@dataclass(frozen=True, slots=True)
class CustomerLink:
    """A capability: its holder sees what this customer may see of their own matters, until the end of a day."""

    customer_id: UUID
    made_on: date
    ends_on: date


class LinkKeys:
    """The keys that links are proved by; the first one signs, all verify, so that a new one is told before it signs."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        if not keys:
            raise ValueError("there is no key to sign links with")
        if any(len(key) < SHORTEST_LINK_KEY for key in keys):
            raise ValueError(f"a key has {SHORTEST_LINK_KEY} characters at least")
        self._keys = [blake2b(key).digest() for key in keys]

    @classmethod
    def read(cls, text: str) -> "LinkKeys":
        """From `id:key,id:key`. ValueError, which names no key, when it is something else."""
        keys = []
        for place, each in enumerate(text.split(","), start=1):
            name, colon, key = each.strip().partition(":")
            if not colon or not name:
                raise ValueError(f"entry {place} is not id:key")
            keys.append(key.encode())
        return cls(keys)

    def write(self, link: CustomerLink) -> str:
        """The text that stands in an address: 48 characters, the same for the same link and key."""
        days = (link.made_on - _FIRST).days, (link.ends_on - _FIRST).days
        said = pack(_SHAPE, link.customer_id.bytes, *days)
        return urlsafe_b64encode(said + _mac(self._keys[0], said)).decode()

    def read_link(self, text: str, today: date) -> CustomerLink:
        """The link that this text is. BadLink for one that no key proves, has ended or is to last too long."""
        try:
            given = urlsafe_b64decode(text.encode("ascii"))
        except (Error, ValueError):
            raise BadLink("this is no link") from None
        if urlsafe_b64encode(given).decode() != text:
            raise BadLink("this is not how a link is written")
        said, mac = given[:_BYTES], given[_BYTES:]
        if len(given) != _BYTES + LINK_MAC_BYTES or not self._prove(said, mac):
            raise BadLink("no key proves this link")
        customer, made, ends = unpack(_SHAPE, said)
        link = CustomerLink(UUID(bytes=customer), _FIRST + timedelta(days=made), _FIRST + timedelta(days=ends))
        if not link.made_on <= today <= link.ends_on <= link.made_on + LONGEST_LINK:
            raise BadLink("this link does not hold on this day")
        return link

    def _prove(self, said: bytes, mac: bytes) -> bool:
        tried = [compare_digest(mac, _mac(key, said)) for key in self._keys]
        return any(tried)


def _mac(key: bytes, said: bytes) -> bytes:
    return blake2b(said, key=key, person=b"kefu-link", digest_size=LINK_MAC_BYTES).digest()
