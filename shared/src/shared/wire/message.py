"""A message as it came off the wire, and its delivery, which waits for an acknowledgement."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid5

from shared.plain import plain

LONGEST_KEY = 200
"""Characters of a claimed key that are kept."""

PLACE = UUID("9d1b51c8-6f1e-4a3a-93c5-6a3d4c1f5b10")


@dataclass(frozen=True, slots=True)
class Message:
    """A message as it came off the wire: where it came from, its headers and body, and what AMQP says beside them.

    Every reader of deliveries fills it by the names of its fields, and a parked letter keeps it under the same names.
    """

    queue: str
    routing_key: str
    headers: Mapping[str, Any] = field(default_factory=dict)
    body: bytes = b""
    message_id: str | None = None
    content_type: str | None = None
    user_id: str | None = None
    reply_to: str | None = None
    expiration: str | None = None
    redelivered: bool = False
    edited_by: str | None = None
    """The operators who proposed and confirmed this body, when it is not the sender's any more."""

    @property
    def id(self) -> UUID:
        """The same for the same message in the same queue, also when it says nothing about itself."""
        name = self.headers.get("cloudEvents:id") or self.message_id
        if name:
            named = f"{self.queue}:{name}".encode("utf-8", "surrogatepass")
            return uuid5(PLACE, named.decode("utf-8", "backslashreplace"))
        return uuid5(uuid5(PLACE, self.queue), sha256(self.body).hexdigest())

    @property
    def key(self) -> str:
        """The key it claims, as it can be kept."""
        return plain(str(self.headers.get("cloudEvents:type") or self.routing_key), LONGEST_KEY)


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message, the aiormq channel it came by and its tag there."""

    message: Message
    channel: Any
    tag: int


Take = Callable[[Delivery], None]
"""Is handed every delivery of one consumer, in order of arrival. Must neither wait nor raise."""
