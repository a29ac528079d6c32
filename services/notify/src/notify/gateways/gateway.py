"""What every carrier of messages can do: take one, perhaps say what became of one, and be closed."""

import unicodedata
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from notify.domain.messages.template import Channel, Words
from notify.domain.parts.answer import BLIND, Answer, Sighting
from notify.domain.parts.receipt import SeenReceipt
from notify.domain.parts.seen_reply import SeenReply


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message in a carrier's hands. Its id is the same over all attempts, and is what receipts come back with."""

    id: UUID
    to: str
    words: Words
    began_at: datetime


@dataclass(frozen=True, slots=True)
class Callback:
    """What a provider pushed to us, as it came."""

    query: Mapping[str, str] = field(default_factory=dict)
    form: Mapping[str, str] = field(default_factory=dict)
    json: Any = None
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    url: str = ""


TakeReceipts = Callable[[Sequence[SeenReceipt]], Awaitable[None]]
TakeReplies = Callable[[Sequence[SeenReply]], Awaitable[None]]


class Unsendable(Exception):
    """No message can be made of these words for this address; the text says why, with neither of them in it."""


class BadCallback(Exception):
    """What was pushed is not what this provider pushes."""


class Gateway(ABC):
    """One provider of one channel.

    `send` answers in the five words of `Answer` and raises nothing it can foresee; it is called inside a time budget
    and may be cut off, which counts as `unknown`. Connections are made when first needed and kept.
    """

    name: str
    channel: ClassVar[Channel]

    def carries(self, words: Words) -> bool:
        """Whether this provider can take these words at all; some only take templates that they have approved."""
        return True

    def prepare(self, message: Outgoing) -> None:
        """Look at the message before anything leaves the company. Raises Unsendable for one that cannot be built."""
        words = message.words
        must_be_text("the address", message.to)
        must_be_text("the text", words.text, words.subject, words.html, *(value for _, value in words.values))

    @abstractmethod
    async def send(self, message: Outgoing) -> Answer:
        """Hand the message over once."""

    async def look_up(self, message: Outgoing) -> Sighting:
        """What became of a message whose attempt got no answer. Most providers cannot be asked."""
        return BLIND

    def receipts(self, callback: Callback) -> Sequence[SeenReceipt]:
        """The receipts in a callback. Raises BadCallback."""
        raise BadCallback(f"{self.name} pushes no receipts")

    def replies(self, callback: Callback) -> Sequence[SeenReply]:
        """The replies in a callback. Raises BadCallback."""
        raise BadCallback(f"{self.name} pushes no replies")

    def listen(self, receipts: TakeReceipts, replies: TakeReplies) -> None:
        """Who takes receipts and replies that come over the provider's own connection, if it has one."""
        return

    def thanks(self) -> Any:
        """What this provider expects as the answer to a callback."""
        return {}

    async def close(self) -> None:
        """Give up the connections, where there are any to give up."""
        return


def must_be_text(what: str, *texts: str) -> None:
    """Raises Unsendable when a text has half a character, or a control character other than a tab or a new line."""
    for text in texts:
        for character in text:
            if "\ud800" <= character <= "\udfff":
                raise Unsendable(f"{what} has half of a character, which no encoding can hold")
            if character not in "\t\n" and unicodedata.category(character) == "Cc":
                raise Unsendable(f"{what} has the control character U+{ord(character):04X}")
