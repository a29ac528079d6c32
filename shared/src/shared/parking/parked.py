"""Where trouble waits: what could not be handled is kept as a document, tried again with growing waits, then dead."""

import base64
import math
import random
import traceback
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import islice
from typing import Any, Literal
from uuid import NAMESPACE_URL, UUID, uuid5

from pydantic import ValidationError

from shared.aggregate import Aggregate, Cause, Change, Refused, must_be_another
from shared.contracts.event import Actor, Instant, Part
from shared.plain import plain
from shared.seals.checkpoints import Removals
from shared.store import DatabaseLike, Index, Store, Touch
from shared.wire.amqp_codec import HEADERS_READ
from shared.wire.envelope import Malformed
from shared.wire.message import LARGEST_BODY, Message

RETRY = "retry"
CRASHES = "crashes"
"""The code of what was in hand too often when the process died."""
PARKING = Actor(kind="service", id="parking")
"""The actor behind what the parking does by itself."""
ParkedState = Literal["suspect", "parked", "dead", "dropped", "settled"]


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

    def failed(self, error: Exception, policy: RetryPolicy, now: datetime) -> Change["Parked"]:
        """One more failure: tried again later, unless trying again cannot help or was done often enough.

        What people have settled or dropped stays so: this was another copy of it.
        """
        if self.state in ("settled", "dropped"):
            return Change(self)
        attempts = self.attempts + 1
        told = self.but(
            code=code(error), reason=reason(error), stack=stack(error), attempts=attempts, last_at=now, edit=None
        )
        if hopeless(error) or attempts >= policy.attempts:
            return Change(told.but(state="dead").done_with(RETRY))
        return Change(told.but(state="parked").awaiting(RETRY, now + policy.wait(attempts)))

    def settled(self, now: datetime) -> Change["Parked"]:
        """It has had its effect after people had looked after it: kept, with what they did."""
        return Change(self.but(state="settled", last_at=now).done_with(RETRY))

    def suspected(self, policy: RetryPolicy, now: datetime) -> Change["Parked"]:
        """It was in hand when the process died: once it may be tried in company, then alone, then it is the culprit."""
        crashes = self.crashes + 1
        counted = self.but(crashes=crashes, last_at=now)
        if crashes <= policy.suspicions:
            return Change(counted)
        return Change(
            counted.but(
                state="dead",
                code=CRASHES,
                reason=f"the process died {crashes} times with this in hand, the last {crashes - 2} alone",
            )
        )

    def replayed(self, cause: Cause, now: datetime) -> Change["Parked"]:
        """An operator wants it tried again now."""
        self._alive("replayed")
        again = self.but(state="parked", attempts=0, crashes=0).awaiting(RETRY, now)
        return Change(again._noting(cause, "replayed"))

    def dropped(self, why: str, cause: Cause) -> Change["Parked"]:
        """An operator decides that it is not wanted. It stays readable."""
        self._alive("dropped")
        return Change(self.but(state="dropped").done_with(RETRY)._noting(cause, f"dropped: {why}"))

    def edited(self, body: str, cause: Cause) -> Change["Parked"]:
        """Propose another body. Nothing changes until another person confirms."""
        self._alive("edited")
        if self.letter is None:
            raise Refused("a deadline has no body; only messages can be edited", "not_a_message")
        edit = Edit(id=cause.derive("edit"), body=body, by=cause.actor)
        return Change(self.but(edit=edit)._noting(cause, "edit proposed", proposed=body))

    def confirmed(self, edit: UUID, cause: Cause, now: datetime) -> Change["Parked"]:
        """A second person confirms the proposal that they have seen; its body is then tried.

        Refused when the proposal is not the one they name any more, or is their own.
        """
        self._alive("confirmed")
        if self.edit is None or self.letter is None:
            raise Refused("there is no proposed edit to confirm; propose one first", "nothing_to_confirm")
        if self.edit.id != edit:
            raise Refused("another body has been proposed meanwhile; look at it and name that one", "edit_changed")
        who = "an edit is confirmed by another person than the one who proposed it"
        must_be_another(who, self.edit.by.id, cause=cause)
        edited = self.but(
            letter=self.letter.but(
                body=self.edit.body, encoding="utf-8", edited_by=f"{self.edit.by.id}+{cause.actor.id}"
            ),
            edit=None,
            state="parked",
            attempts=0,
            crashes=0,
        )
        return Change(edited.awaiting(RETRY, now)._noting(cause, "edit confirmed", self.letter.body))

    def _alive(self, what: str) -> None:
        if self.state == "dropped":
            raise Refused(f"this was dropped and cannot be {what}", "dropped")

    def _noting(self, cause: Cause, what: str, before: str | None = None, proposed: str | None = None) -> "Parked":
        note = ParkedNote(at=cause.at, by=cause.actor, what=what, before=before, proposed=proposed)
        return self.but(history=(*self.history, note))


class Parking(Store[Parked]):
    """A service's parked and dead messages and deadlines."""

    collection = "parked"
    kind = Parked
    remembered = False
    indexes = (
        Index("state", "first_at"),
        Index("queue", "first_at"),
        Index("code", "first_at"),
        Index("queue", "claimed", "last_at"),
    )

    def __init__(self, database: DatabaseLike) -> None:
        super().__init__(database)
        self._removals = Removals(database)

    async def remove(self, ids: Sequence[UUID]) -> None:
        """Forget these: they have had their effect."""
        await self._removals.remove(self.documents, ids)

    def message_failed(
        self, message: Message, error: Exception, policy: RetryPolicy, claimed: str | None = None
    ) -> Touch[Parked]:
        """Keep a message that could not be handled; of one that was refused for its size, the beginning."""
        now = datetime.now(UTC)
        letter = Letter.of(message, whole=code(error) != MessageTooLarge.code)
        start = _from(message, letter, "parked", now, claimed)
        return self.touch(start.id, lambda parked: parked.failed(error, policy, now), start)

    def message_suspected(self, message: Message, policy: RetryPolicy, claimed: str | None = None) -> Touch[Parked]:
        """Count a message that came back from a crash."""
        now = datetime.now(UTC)
        start = _from(message, Letter.of(message), "suspect", now, claimed)
        return self.touch(start.id, lambda parked: parked.suspected(policy, now), start)

    def message_not_keepable(self, message: Message, error: Exception) -> Touch[Parked]:
        """Keep what can be kept of a message that cannot be kept as it came. Nothing in it is the sender's words."""
        now = datetime.now(UTC)
        body = base64.b64encode(message.body[:LARGEST_KEPT]).decode()
        letter = Letter(routing_key="", headers={}, body=body, encoding="base64", size=len(message.body))
        id = uuid5(uuid5(NAMESPACE_URL, message.queue), sha256(message.body).hexdigest())
        reason = f"the message cannot be kept as it came ({type(error).__name__}); the beginning of its body is"
        parked = Parked(
            id=id,
            queue=message.queue,
            key="unreadable",
            state="dead",
            letter=letter,
            code="not_keepable",
            reason=reason,
            attempts=1,
            first_at=now,
            last_at=now,
        )
        return self.touch(id, lambda known: Change(known.but(last_at=now)), parked)

    def deadline_failed(
        self, id: UUID, overdue: Overdue, queue: str, error: Exception, policy: RetryPolicy
    ) -> Touch[Parked]:
        """Keep a deadline whose decision failed."""
        now = datetime.now(UTC)
        start = Parked(id=id, queue=queue, key=overdue.kind, state="parked", overdue=overdue, first_at=now, last_at=now)
        return self.touch(id, lambda parked: parked.failed(error, policy, now), start)


def _from(message: Message, letter: Letter, state: ParkedState, now: datetime, claimed: str | None = None) -> Parked:
    return Parked(
        id=message.id,
        queue=message.queue,
        key=message.key,
        claimed=plain(claimed, CLAIM_KEPT) if claimed is not None else None,
        state=state,
        letter=letter,
        first_at=now,
        last_at=now,
    )


def hopeless(error: Exception) -> bool:
    """Whether trying again cannot help: a broken contract or a decision that said no."""
    return isinstance(error, Refused | ValidationError | Malformed)


def code(error: Exception) -> str:
    """A stable word for the kind of trouble."""
    if isinstance(error, Refused):
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
