"""A message as it came off the wire, and its delivery, which waits for an acknowledgement."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid5

from shared.plain import plain

LONGEST_KEY = 200
"""Characters of a claimed key that are kept."""

LARGEST_BODY = 512 * 1024
"""Bytes of a message that the broker takes and a service handles: `max_message_size` of every RabbitMQ we set up."""

ATTRIBUTES = ("cloudEvents:", "cloudEvents_")
"""How the headers begin that are CloudEvents attributes."""

PLACE = UUID("9d1b51c8-6f1e-4a3a-93c5-6a3d4c1f5b10")


@dataclass(slots=True)
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
    content_encoding: str | None = None
    user_id: str | None = None
    reply_to: str | None = None
    expiration: str | None = None
    redelivered: bool = False
    edited_by: str | None = None
    """The operators who proposed and confirmed this body, when it is not the sender's any more."""
    unread: int = 0
    """Bytes of headers that were not read, because there were more than a reader spends time on."""

    @property
    def id(self) -> UUID:
        """The same for the same message in the same queue, and another for another one, whatever either says it is.

        Of the headers those count that are CloudEvents attributes: others are new each time that a message is sent.
        """
        digest = sha256(self.body)
        for name in _TOLD:
            digest.update(f"\0{getattr(self, name)}".encode(errors="backslashreplace"))
        for name in sorted(name for name in self.headers if name.startswith(ATTRIBUTES)):
            digest.update(f"\0{name}={_told(self.headers[name])}".encode(errors="backslashreplace"))
        return uuid5(uuid5(PLACE, self.queue), digest.hexdigest())

    @property
    def key(self) -> str:
        """The key it claims, as it can be kept."""
        return plain(str(self.headers.get("cloudEvents:type") or self.routing_key), LONGEST_KEY)


_TOLD = ("routing_key", "content_type", "content_encoding", "user_id", "reply_to", "expiration", "unread")
"""What tells one message from another, beside its headers and body. Clients draw a new message_id each time."""


def _told(value: Any) -> str:
    """A header's value; of a table or a list only that it is one: how deep they are is the sender's choice."""
    if isinstance(value, int):
        return f"{value:x}"
    return str(value)[:LONGEST_KEY] if isinstance(value, str | bytes | float) else type(value).__name__


@dataclass(slots=True)
class Delivery:
    """A message, the aiormq channel it came by and its tag there."""

    message: Message
    channel: Any
    tag: int
    size: int
    """Bytes of its headers and body on the wire."""


Take = Callable[[Delivery], None]
"""Is handed every delivery of one consumer, in order of arrival. Must neither wait nor raise."""
