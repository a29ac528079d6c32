"""A message as it came off the wire."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid5

PLACE = UUID("9d1b51c8-6f1e-4a3a-93c5-6a3d4c1f5b10")


@dataclass(frozen=True, slots=True)
class Message:
    """A message as it came off the wire."""

    queue: str
    routing_key: str
    headers: Mapping[str, Any]
    body: bytes
    message_id: str | None = None
    content_type: str | None = None
    user_id: str | None = None
    reply_to: str | None = None
    expiration: str | None = None
    redelivered: bool = False

    @property
    def id(self) -> UUID:
        """The same for the same message in the same queue, also when it says nothing about itself."""
        name = self.headers.get("cloudEvents:id") or self.message_id
        return uuid5(PLACE, f"{self.queue}:{name}") if name else uuid5(uuid5(PLACE, self.queue), self.body.hex())

    @property
    def key(self) -> str:
        """The key it claims."""
        return str(self.headers.get("cloudEvents:type") or self.routing_key)
