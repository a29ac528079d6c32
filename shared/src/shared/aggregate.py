"""The words of every domain: Aggregate, Change, Cause and the two ways to say no; pure."""

import unicodedata
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, ClassVar, Generic, Literal, Protocol, Self, TypeVar
from uuid import UUID, uuid5

from shared.contracts.event import Actor, Event, Frozen, Instant, Money, Part
from shared.contracts.roles import Role
from shared.plain import LONGEST_DETAIL, plain

LONG_PAST = timedelta(days=366)
"""What staff report later than this after it happened has a mistyped year: every clock of it would be missed."""

FAR_AHEAD = timedelta(days=730)
"""What staff plan for later than this has a mistyped year: no reminder of it would come in time."""


class Refused(Exception):
    """A decision that the state does not allow. `code` is stable; the text says what would be right.

    The text may quote what was sent: what no answer and no database can carry is replaced in it. `field` is the path of
    the request's field that would have to be another, such as `options.0.amount`, where it is one of them; the answer
    to a request without that field names none.
    """

    code = "refused"

    def __init__(self, detail: str, code: str | None = None, field: str | None = None) -> None:
        self.detail = plain(detail, LONGEST_DETAIL)
        super().__init__(self.detail)
        self.code = code or self.code
        self.field = field


class Overstepped(Refused):
    """A decision that the state allows, but not to this person: another role's, or another person has to make it.

    Over HTTP it leaves an entry in the audit trail.
    """

    code = "not_authorised"


class NotFound(Exception):
    """There is no such aggregate, or not yet."""

    code: ClassVar[str] = "not_found"

    def __init__(self, kind: str, id: object) -> None:
        super().__init__(f"there is no {kind} {id}")
        self.kind = kind
        self.id = id


class Contention(Exception):
    """Too many others changed the same aggregate meanwhile; trying again later helps."""

    code: ClassVar[str] = "contention"


class Unavailable(Exception):
    """The database or the bus is away or too far behind. Nothing was promised; asking again later is right."""

    code: ClassVar[str] = "unavailable"


class Deadline(Part):
    """A moment at which time itself decides. `kind` names the decision in `timers.py`; each kind once."""

    kind: str
    at: Instant


class Stages(Protocol):
    """The table that the stage of an aggregate follows."""

    def must_lead(self, aggregate: Any, fields: Mapping[str, Any]) -> None:
        """ValueError where these new fields give the aggregate a stage to which no decision leads from its own."""
        ...


class Aggregate(Frozen):
    """A consistency boundary: loaded, decided on and stored as one. Frozen; a decision returns the next one."""

    followed: ClassVar[Stages | None] = None
    """What its stage follows; set by `shared.lifecycle.follows`."""

    id: UUID
    deadlines: tuple[Deadline, ...] = ()

    def but(self, **fields: Any) -> Self:
        """The same with some fields changed; its stage only along its lifecycle.

        TypeError for a field that the class does not have, ValueError for a stage to which no decision leads.
        """
        if self.followed is not None:
            self.followed.must_lead(self, fields)
        return super().but(**fields)

    def awaiting(self, kind: str, at: datetime) -> Self:
        """The same aggregate with a deadline set, or moved if it has one of this kind."""
        return self.but(deadlines=(*self._others((kind,)), Deadline(kind=kind, at=at)))

    def done_with(self, *kinds: str) -> Self:
        """The same aggregate without these deadlines; naming one that is not set is fine."""
        return self.but(deadlines=self._others(kinds))

    def deadline(self, kind: str) -> datetime | None:
        """When the deadline of this kind falls due, or nothing if none is set."""
        return next((deadline.at for deadline in self.deadlines if deadline.kind == kind), None)

    def _others(self, kinds: Iterable[str]) -> tuple[Deadline, ...]:
        return tuple(deadline for deadline in self.deadlines if deadline.kind not in kinds)


A = TypeVar("A", bound=Aggregate)


@dataclass(frozen=True, slots=True)
class Change(Generic[A]):
    """What a decision leaves behind: the next state, and what the others must hear."""

    state: A
    events: tuple[Event, ...] = ()

    def then(self, decide: "Decision[A]") -> "Change[A]":
        """This change and then another decision on the state it leaves; the events of both, in order."""
        following = decide(self.state)
        return Change(following.state, (*self.events, *following.events))

    def announcing(self, *events: Event) -> "Change[A]":
        """The same change with further events behind its own."""
        return Change(self.state, (*self.events, *events))


@dataclass(frozen=True, slots=True)
class Cause:
    """Why something happens: a request, an event or a deadline. It touches an aggregate at most once.

    `what` names it for people: an event's key, or the kind of a deadline. `fingerprint` tells a repeated request from
    another request under the same key; `subject` and `sequence` are those of an event: the aggregate it happened to and
    that aggregate's version then.

    `at` is when it happened, for a deadline the moment for which it was set. `heard_at` is when the service came to it,
    where that may be much later: after a standstill.
    """

    id: UUID
    correlation: UUID
    actor: Actor
    at: datetime
    kind: Literal["request", "event", "deadline"] = "request"
    what: str | None = None
    traceparent: str | None = None
    fingerprint: UUID | None = None
    subject: UUID | None = None
    sequence: int = 0
    heard_at: datetime | None = None

    @property
    def now(self) -> datetime:
        """The present for what is promised and asked for: when the service came to it, and never before it happened."""
        return max(self.at, self.heard_at or self.at)

    def derive(self, what: str) -> UUID:
        """The id of something born from this cause: always the same for the same cause and name."""
        return uuid5(self.id, what)


def one_person(id: str) -> str:
    """The form that all spellings of a person's id have in common: without case, width and outer blanks."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", id).casefold()).strip()


def must_be_another(who: str, *before: str | None, cause: Cause) -> None:
    """Overstepped with `four_eyes` where the actor is one of those who had a hand in it before.

    They are compared as people: `OPS-1` and `ops-1`, in letters of any width, are one, whatever the issuer of tokens
    makes of it. `who` says who decides instead.
    """
    if one_person(cause.actor.id) in {one_person(each) for each in before if each is not None}:
        raise Overstepped(who, "four_eyes")


def must_have_role(what: str, roles: Collection[Role], cause: Cause) -> None:
    """Overstepped with `not_authorised` where the actor's role is none of these; `what` is for them alone."""
    if cause.actor.role not in roles:
        raise Overstepped(f"{what} is for {' or '.join(roles) or 'no role'}, not for {cause.actor.role}")


LARGEST_AMOUNT = Decimal("99999999999999.99")
"""What `Money` can be at most, either way."""


def together(amounts: Iterable[Decimal], currency: str = "CNY") -> Money:
    """The sum as an amount. Refused with `beyond_amount` when it is larger than an amount can be."""
    total = sum(amounts, Decimal(0))
    if abs(total) > LARGEST_AMOUNT:
        raise Refused(f"the amounts come to more than {LARGEST_AMOUNT} together; correct them", "beyond_amount")
    return Money(amount=total, currency=currency)


def at_most(amount: Decimal, currency: str) -> Money:
    """A sum of entries that were accepted: it is never refused, and beyond the largest amount it is that amount."""
    return Money(amount=max(-LARGEST_AMOUNT, min(amount, LARGEST_AMOUNT)), currency=currency)


def must_be_recent(what: str, at: datetime, cause: Cause, field: str | None = None) -> None:
    """Refused with `long_past` for a moment that staff report, in this field, and that is over a year ago."""
    earliest = cause.at - LONG_PAST
    if at < earliest:
        raise Refused(
            f"{what} is dated {at.isoformat()}; give a time from {earliest.isoformat()} on", "long_past", field
        )


def must_be_near(at: date, cause: Cause, field: str) -> None:
    """Refused with `far_day` for a day or a moment that staff plan, in this field, beyond two years from now."""
    day = at.date() if isinstance(at, datetime) else at
    latest = cause.at.date() + FAR_AHEAD
    if day > latest:
        raise Refused(f"{day} is far ahead; give a day until {latest}; is the year right?", "far_day", field)


Decision = Callable[[A], Change[A]]
"""A pure function of the state. It asks no time: that is the cause's."""
