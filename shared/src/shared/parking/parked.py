"""Where trouble waits: what could not be handled is kept as a document, tried again with growing waits, then dead."""

import base64
import math
import random
import traceback
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from pydantic import ValidationError

from shared.aggregate import Aggregate, Cause, Change, Refused
from shared.contracts.event import Actor, Instant, Part
from shared.store import Index, Store, Touch
from shared.wire.envelope import Malformed
from shared.wire.message import Message

RETRY = "retry"
PARKING = Actor(kind="service", id="parking")
"""The actor behind what the parking does by itself."""
State = Literal["suspect", "parked", "dead", "dropped", "settled"]


LARGEST_BODY = 4 * 1024 * 1024
"""Bytes of a body that are kept: a document has 16 MiB, and nothing that we take is nearly as large."""


class Letter(Part):
    """A message at rest. A body that is not UTF-8 is kept in base64; of one that is too large, the beginning."""

    routing_key: str
    headers: dict[str, str | int | float | bool | None]
    body: str
    encoding: Literal["utf-8", "base64"] = "utf-8"
    size: int | None = None
    message_id: str | None = None
    content_type: str | None = None
    user_id: str | None = None
    reply_to: str | None = None
    expiration: str | None = None

    @classmethod
    def of(cls, message: Message) -> "Letter":
        encoding: Literal["utf-8", "base64"] = "utf-8"
        kept = message.body[:LARGEST_BODY]
        try:
            body = kept.decode()
        except UnicodeDecodeError:
            encoding, body = "base64", base64.b64encode(kept).decode()
        headers = {name.replace("\0", "\ufffd"): _plain(value) for name, value in message.headers.items()}
        same = {name: getattr(message, name) for name in _SAME}
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


class Note(Part):
    """One line of what people did to a parked thing."""

    at: Instant
    by: Actor
    what: str
    before: str | None = None


class Edit(Part):
    """A new body that one person proposes and another has to confirm."""

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
    """One message, or one deadline, that could not be handled."""

    queue: str
    key: str
    state: State
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
    history: tuple[Note, ...] = ()

    def failed(self, error: Exception, policy: RetryPolicy, now: datetime) -> Change["Parked"]:
        """One more failure: tried again later, unless trying again cannot help or was done often enough.

        What people have settled or dropped stays so: this was a copy of it.
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
                code="crashes",
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
        return Change(self.but(edit=Edit(body=body, by=cause.actor))._noting(cause, "edit proposed"))

    def confirmed(self, cause: Cause, now: datetime) -> Change["Parked"]:
        """A second person confirms the proposed body; it is then tried at once."""
        self._alive("confirmed")
        if self.edit is None or self.letter is None:
            raise Refused("there is no proposed edit to confirm; propose one first", "nothing_to_confirm")
        if self.edit.by.id == cause.actor.id:
            raise Refused("an edit is confirmed by another person than the one who proposed it", "four_eyes")
        edited = self.but(
            letter=self.letter.model_copy(update={"body": self.edit.body}),
            edit=None,
            state="parked",
            attempts=0,
            crashes=0,
        )
        return Change(edited.awaiting(RETRY, now)._noting(cause, "edit confirmed", self.letter.body))

    def _alive(self, what: str) -> None:
        if self.state == "dropped":
            raise Refused(f"this was dropped and cannot be {what}", "dropped")

    def _noting(self, cause: Cause, what: str, before: str | None = None) -> "Parked":
        return self.but(history=(*self.history, Note(at=cause.at, by=cause.actor, what=what, before=before)))


class Parking(Store[Parked]):
    """A service's parked and dead messages and deadlines."""

    collection = "parked"
    kind = Parked
    remembered = False
    indexes = (Index("state", "first_at"), Index("queue", "first_at"), Index("code", "first_at"))

    def message_failed(self, message: Message, error: Exception, policy: RetryPolicy) -> Touch[Parked]:
        """Keep a message that could not be handled."""
        now = datetime.now(UTC)
        start = _from(message, "parked", now)
        return self.touch(start.id, lambda parked: parked.failed(error, policy, now), start)

    def message_suspected(self, message: Message, policy: RetryPolicy) -> Touch[Parked]:
        """Count a message that came back from a crash."""
        now = datetime.now(UTC)
        start = _from(message, "suspect", now)
        return self.touch(start.id, lambda parked: parked.suspected(policy, now), start)

    def deadline_failed(
        self, id: UUID, overdue: Overdue, queue: str, error: Exception, policy: RetryPolicy
    ) -> Touch[Parked]:
        """Keep a deadline whose decision failed."""
        now = datetime.now(UTC)
        start = Parked(id=id, queue=queue, key=overdue.kind, state="parked", overdue=overdue, first_at=now, last_at=now)
        return self.touch(id, lambda parked: parked.failed(error, policy, now), start)


def _from(message: Message, state: State, now: datetime) -> Parked:
    return Parked(
        id=message.id,
        queue=message.queue,
        key=message.key,
        state=state,
        letter=Letter.of(message),
        first_at=now,
        last_at=now,
    )


def hopeless(error: Exception) -> bool:
    """Whether trying again cannot help: a broken contract or a decision that said no."""
    return isinstance(error, Refused | ValidationError | Malformed)


def code(error: Exception) -> str:
    """A stable word for the kind of trouble."""
    if isinstance(error, Refused):
        return error.code
    return "invalid" if isinstance(error, ValidationError | Malformed) else type(error).__name__


def reason(error: Exception) -> str:
    """What is wrong, in one line for people."""
    if isinstance(error, ValidationError):
        first = error.errors(include_url=False, include_input=False)
        return "; ".join(f"{'.'.join(map(str, each['loc'])) or 'body'}: {each['msg']}" for each in first[:5])
    return str(error) or type(error).__name__


def stack(error: Exception) -> str:
    """Where it came from; nothing for what is expected."""
    return "" if hopeless(error) else "".join(traceback.format_exception(error))[-8000:]


def _plain(value: Any) -> str | int | float | bool | None:
    """A header's value as a document can hold it; what it cannot hold becomes a text."""
    if isinstance(value, bytes):
        return value.decode(errors="replace")
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, int) and value.bit_length() > 63:
        return str(value)
    return value if isinstance(value, str | int | float | bool) or value is None else str(value)
