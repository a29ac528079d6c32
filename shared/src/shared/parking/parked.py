"""Where trouble waits: what could not be handled is kept as a document, tried again with growing waits, then dead."""

import base64
import math
import random
import traceback
from dataclasses import dataclass, fields
from datetime import timedelta
from itertools import islice
from typing import Any, Literal
from uuid import UUID

from pydantic import ValidationError

from shared.aggregate import Aggregate, Contention, NotFound, Refused, Unavailable
from shared.contracts.event import Actor, Instant, Part
from shared.contracts.roles import Role
from shared.lifecycle import Lifecycle, Move, Possible, follows
from shared.plain import plain
from shared.wire.amqp_codec import HEADERS_READ
from shared.wire.envelope import Malformed
from shared.wire.message import LARGEST_BODY, Message

RETRY = "retry"
CRASHES = "crashes"
"""The code of what was in hand too often when the process died."""
PARKING = Actor(kind="service", id="parking")
"""The actor behind what the parking does by itself."""
ParkedState = Literal["suspect", "parked", "dead", "dropped", "settled"]
ParkedDecision = Literal["fail", "suspect", "settle", "replay", "drop", "propose_edit", "confirm_edit"]


LARGEST_KEPT = 64 * 1024
"""Bytes that are kept of a body that is too large."""

HEADERS_KEPT, HEADER_KEPT, REASON_KEPT, CLAIM_KEPT = 100, 2_000, 2_000, 200
"""Headers that are kept, and characters of each, of a reason, and of the id that a sender gave."""


class MessageTooLarge(Refused):
    """A message that nothing here takes for its size."""

    code = "too_large"

    @classmethod
    def check(cls, message: Message) -> None:
        """Raises when the body or the headers have more bytes than are handled."""
        if len(message.body) > LARGEST_BODY:
            raise cls(f"the body has {len(message.body)} bytes; a message may have at most {LARGEST_BODY}")
        if message.unread:
            raise cls(f"the headers have {message.unread} bytes; they may have at most {HEADERS_READ}")


class Letter(Part):
    """A message at rest. A body that is not UTF-8 is kept in base64; of one that is too large, the beginning."""

    routing_key: str
    headers: dict[str, str | int | float | bool | None]
    body: str
    encoding: Literal["utf-8", "base64"] = "utf-8"
    size: int | None = None
    message_id: str | None = None
    content_type: str | None = None
    content_encoding: str | None = None
    user_id: str | None = None
    reply_to: str | None = None
    expiration: str | None = None
    edited_by: str | None = None
    unread: int = 0

    @classmethod
    def of(cls, message: Message, *, whole: bool = True) -> "Letter":
        """The message as it is kept; of a body that is too large, or not to be kept `whole`, only the beginning."""
        encoding: Literal["utf-8", "base64"] = "utf-8"
        whole = whole and len(message.body) <= LARGEST_BODY
        kept = message.body if whole else message.body[:LARGEST_KEPT]
        try:
            body = kept.decode()
        except UnicodeDecodeError:
            encoding, body = "base64", base64.b64encode(kept).decode()
        some = islice(message.headers.items(), HEADERS_KEPT)
        headers = {plain(str(name), HEADER_KEPT): _plain(value) for name, value in some}
        same = {name: _plain(getattr(message, name)) for name in _SAME}
        return cls(headers=headers, body=body, encoding=encoding, size=len(message.body), **same)

    def message(self, queue: str) -> Message:
        """The message as it came, as far as it is kept, to be handled again from this queue."""
        body = self.body.encode() if self.encoding == "utf-8" else base64.b64decode(self.body)
        return Message(queue, headers=self.headers, body=body, **{name: getattr(self, name) for name in _SAME})


_SAME = {each.name for each in fields(Message)} & Letter.model_fields.keys() - {"headers", "body"}
"""What a message and a letter have alike."""


class Overdue(Part):
    """A deadline whose decision failed."""

    collection: str
    aggregate: UUID
    kind: str
    at: Instant
    version: int = 0


class ParkedNote(Part):
    """One line of what people did to a parked thing."""

    at: Instant
    by: Actor
    what: str
    before: str | None = None
    proposed: str | None = None


class Edit(Part):
    """A new body that one person proposes and another one has to confirm, by naming it."""

    id: UUID
    body: str
    by: Actor


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often and how long: waits grow from `first` by `factor` up to `longest`, then the thing is dead."""

    first: timedelta = timedelta(seconds=1)
    factor: float = 3.0
    longest: timedelta = timedelta(minutes=10)
    attempts: int = 10
    suspicions: int = 3

    def wait(self, attempts: int) -> timedelta:
        """A wait of the full length less up to a third, so that what failed together does not return together."""
        length = min(self.first * self.factor ** min(attempts - 1, 30), self.longest)
        return length * random.uniform(2 / 3, 1)


LIFECYCLE: Lifecycle[ParkedState, ParkedDecision] = Lifecycle(
    "parked message",
    "suspect",
    {
        "fail": Move(("suspect", "parked", "dead"), ("parked", "dead")),
        "suspect": Move(("suspect", "parked", "dead", "dropped", "settled"), ("dead",)),
        "settle": Move(("suspect", "parked", "dead", "dropped", "settled"), ("settled",)),
        "replay": Move(("suspect", "parked", "dead", "settled"), ("parked",), (Role.OPERATOR,)),
        "drop": Move(("suspect", "parked", "dead", "settled"), ("dropped",), (Role.OPERATOR,)),
        "propose_edit": Move(("suspect", "parked", "dead", "settled"), by=(Role.OPERATOR,)),
        "confirm_edit": Move(("suspect", "parked", "dead", "settled"), ("parked",), (Role.OPERATOR,)),
    },
)
"""It begins as a suspect, or with its first failure as parked or dead."""


def possible(state: ParkedState, *, message: bool, proposed: bool) -> tuple[Possible, ...]:
    """What an operator may do now: only a message has a body to edit, and only a proposed edit is confirmed."""
    barred: list[ParkedDecision] = []
    if not message:
        barred.append("propose_edit")
    if not (message and proposed):
        barred.append("confirm_edit")
    return LIFECYCLE.possible(state, dict.fromkeys(barred, ()))


@follows(LIFECYCLE, "state")
class Parked(Aggregate):
    """One message, or one deadline, that could not be handled. `claimed` is the id that a message's sender gave it."""

    queue: str
    key: str
    claimed: str | None = None
    state: ParkedState
    letter: Letter | None = None
    overdue: Overdue | None = None
    code: str = ""
    reason: str = ""
    stack: str = ""
    attempts: int = 0
    crashes: int = 0
    first_at: Instant
    last_at: Instant
    edit: Edit | None = None
    history: tuple[ParkedNote, ...] = ()

    @property
    def closed_by_people(self) -> bool:
        """Whether people have settled or dropped it: another copy of it changes nothing."""
        return self.state in ("settled", "dropped")


def hopeless(error: Exception) -> bool:
    """Whether trying again cannot help: a broken contract or a decision that said no."""
    return isinstance(error, Refused | ValidationError | Malformed)


def code(error: Exception) -> str:
    """A stable word for the kind of trouble: the one that its door over HTTP says, or the name of a failure of ours."""
    if isinstance(error, Refused | NotFound | Contention | Unavailable):
        return plain(error.code, 100)
    return "invalid" if isinstance(error, ValidationError | Malformed) else type(error).__name__


def reason(error: Exception) -> str:
    """What is wrong, in one line for people."""
    if isinstance(error, ValidationError):
        first = error.errors(include_url=False, include_input=False)
        said = "; ".join(f"{'.'.join(map(str, each['loc'])) or 'body'}: {each['msg']}" for each in first[:5])
        return plain(said, REASON_KEPT)
    return plain(str(error), REASON_KEPT) or type(error).__name__


def stack(error: Exception) -> str:
    """Where it came from; nothing for what is expected."""
    return "" if hopeless(error) else plain("".join(traceback.format_exception(error))[-8000:], 8000)


def forget_frames(error: BaseException | None) -> None:
    """Drop the tracebacks of an error whose stack is in the parking.

    Error and frames refer to each other; without this every message body would stay in memory until the next garbage
    collection, which is rare.
    """
    while error is not None:
        error.__traceback__ = None
        error = error.__cause__ or error.__context__


def _plain(value: Any) -> str | int | float | bool | None:
    """A header's value as a document can hold it; what it cannot hold becomes a text."""
    if isinstance(value, bytes | bytearray):
        return plain(bytes(value[:HEADER_KEPT]).decode(errors="replace"), HEADER_KEPT)
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int) and value.bit_length() <= 63:
        return value
    if isinstance(value, float) and math.isfinite(value):
        return value
    return plain(_text(value), HEADER_KEPT)


def _text(value: Any) -> str:
    try:
        return str(value)
    except (ValueError, RecursionError, OverflowError):
        return f"a {type(value).__name__} that cannot be written as a text"
