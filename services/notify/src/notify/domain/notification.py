"""A message to somebody, from the fact that asked for it to the receipt that proves it."""

import hashlib
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from pydantic import Field

from notify.domain import announcements
from notify.domain.lifecycle import Signal, State, following, possible
from notify.domain.messages.purpose import Promise
from notify.domain.messages.template import Channel, Words
from notify.domain.parts.answer import Answer, Sighting
from notify.domain.parts.attempt import Attempt, Piece, Receipt, Way
from notify.domain.recipient import Recipient
from shared.aggregate import Aggregate, Change, Contention, Refused
from shared.contracts.event import Instant

ATTEMPTS_PER_WAY = 8
BACK_OFF = (5.0, 15.0, 60.0, 180.0, 600.0, 1800.0)
RECEIPT_PATIENCE = timedelta(hours=72)
BRIEFLY = timedelta(hours=1)
Lane = Literal["live", "bulk"]
Alert = Literal["task", "chase", "escalation", "deadline", "digest"]


class Notification(Aggregate):
    """An intent to tell somebody something, over the first way that works.

    `check_at` is real time, whatever the business clock shows: the end of a lease, or the next question to a provider.
    It is claimed with a fence and a lease before anything leaves the company. Whoever loses the lease without an answer
    leaves it `unknown`: then the provider is asked, and only after that the purpose's promise decides.
    """

    correlation: UUID
    recipient: UUID
    audience: Literal["customer", "staff"]
    customer_id: UUID | None = None
    staff: str | None = None
    role: str | None = None
    name: str = ""
    locale: str = "zh-CN"
    purpose: str
    rule: str
    alert: Alert | None = None
    about: str | None = None
    thread: str | None = None
    revision: int = 0
    lane: Lane = "live"
    promise: Promise = "at_least_once"
    pieces: tuple[Piece, ...] = Field(min_length=1)
    channels: tuple[Channel, ...] = ()
    ways: tuple[Way, ...]
    skipped: tuple[str, ...] = ()
    step: int = 0
    state: State = "queued"
    reason: str | None = None
    superseded_by: UUID | None = None
    created_at: Instant
    not_before: Instant
    expires_at: Instant
    fence: int = 0
    worker: str | None = None
    check_at: Instant | None = None
    looks: int = 0
    attempts: tuple[Attempt, ...] = ()
    references: tuple[str, ...] = ()
    receipts: tuple[Receipt, ...] = ()
    announced: bool = False

    @property
    def way(self) -> Way:
        """The channel and address whose turn it is."""
        return self.ways[min(self.step, len(self.ways) - 1)]

    def address_on(self, channel: Channel) -> str:
        """The address on one of its channels."""
        return next(way.address for way in self.ways if way.channel == channel)

    @property
    def words_hash(self) -> str:
        """What makes two messages the same: templates and values, not time or channel."""
        told = "\n".join(f"{piece.template} {sorted(piece.values.items())}" for piece in self.pieces)
        return hashlib.sha256(told.encode()).hexdigest()

    @property
    def open(self) -> bool:
        """Whether something else may still be told in the same message."""
        return self.state == "queued" and not self.attempts

    def overtaken(self, by: UUID) -> Change["Notification"]:
        """A newer message of the same thread says it; nothing to do if this one has gone out."""
        return self.suppressed("superseded", by) if self.state == "queued" else Change(self)

    def newer_than(self, other: "Notification") -> bool:
        """Whether this says the same thing as the other, later: by the fact's own revision, else by time."""
        if self.ways[:1] == other.ways[:1] and self.id != other.id and self.purpose == other.purpose:
            return (self.revision, self.created_at) > (other.revision, other.created_at)
        return False

    def joined(self, piece: Piece) -> Change["Notification"]:
        """One more thing to tell in the same message, as long as it has not gone out."""
        if not self.open:
            raise Contention("this message went on its way just now; the fact gets one of its own")
        return Change(self.but(pieces=(*self.pieces, piece)))

    def deferred(self, reason: str, until: datetime, at: datetime) -> Change["Notification"]:
        """Not now. It comes back at `until` and is judged again."""
        waiting = self._to("deferred", reason=reason, not_before=until)
        return Change(waiting, (announcements.deferred(self, reason, until),))

    def suppressed(self, reason: str, by: UUID | None = None) -> Change["Notification"]:
        """Not ever, and why."""
        silent = self._to("suppressed", reason=reason, superseded_by=by)
        return Change(silent, (announcements.suppressed(self, reason, by),))

    def unreachable(self) -> Change["Notification"]:
        """Nobody can be told on any channel: somebody has to call."""
        why = "; ".join(self.skipped) or "no channel that the recipient takes"
        lost = self._to("rejected", reason=why)
        return Change(lost, (announcements.failed(lost, why, self.created_at),))

    def waiting(self, until: datetime) -> Change["Notification"]:
        """Nobody can take it now: every provider of its channel is out of order."""
        return Change(self._to("deferred", reason="no_provider", not_before=until))

    def given_up(self, at: datetime) -> Change["Notification"]:
        """Its time has passed before any way worked."""
        lost = self._to("rejected", reason="expired")
        return Change(lost, (announcements.failed(lost, "expired", at),))

    def unfit(self, why: str, at: datetime) -> Change["Notification"]:
        """The words for this way cannot be made; the next way may have others."""
        return self._next_way("unfit", why, at, provider=None)

    def routed(self, recipient: Recipient) -> "Notification":
        """The same message over the ways that its recipient can be reached on, the preferred one first.

        Decided anew until the first attempt; after that the ways stand.
        """
        if self.attempts or self.step:
            return self
        ways = self.ways_to(recipient)
        return self.but(ways=ways) if ways != self.ways else self

    def ways_to(self, recipient: Recipient) -> tuple[Way, ...]:
        """The ways that its recipient can be reached on, the preferred one first."""
        found = [self._way_on(channel, recipient) for channel in self.channels]
        return tuple(sorted(filter(None, found), key=lambda way: way.channel != recipient.preferred))

    def _way_on(self, channel: Channel, recipient: Recipient) -> Way | None:
        """The address that the fact told, or else the one in the customer's file."""
        told = next((way for way in self.ways if way.channel == channel), None)
        if told and recipient.takes(channel, told.address):
            return told
        address = recipient.address(channel, None) if self.audience == "customer" else None
        return Way(channel=channel, address=address) if address else None

    def claimed(self, worker: str, provider: str, at: datetime, lease_until: datetime) -> Change["Notification"]:
        """This worker alone may send until the lease ends. Refused when somebody else has it."""
        attempt = Attempt(
            number=len(self.attempts) + 1,
            channel=self.way.channel,
            provider=provider,
            fence=self.fence + 1,
            began_at=at,
        )
        return Change(
            self._to(
                "claimed",
                fence=self.fence + 1,
                worker=worker,
                check_at=lease_until,
                attempts=(*self.attempts, attempt),
            )
        )

    def released(self, fence: int) -> Change["Notification"]:
        """The claim with this fence is given back before anything left the company. An older claim is refused."""
        self._current(fence)
        return Change(self._to("released", reason=None, check_at=None, looks=0, attempts=self.attempts[:-1]))

    def answered(
        self, fence: int, answer: Answer, words: Words, at: datetime, look_at: datetime
    ) -> Change["Notification"]:
        """What the provider said to the attempt with this fence. An answer to an older attempt is refused."""
        self._current(fence)
        settled = self._settle(answer, at)
        if self.state not in ("sending", "unknown"):
            return Change(settled)
        if answer.outcome == "accepted":
            return settled._taken_over(answer, words, at)
        if answer.outcome == "unknown":
            return settled._lost(look_at)
        if answer.outcome == "permanent":
            return settled._next_way(answer.code, answer.detail, at, provider=settled.attempts[-1].provider)
        return settled._again(answer, at)

    def lease_expired(self, fence: int, look_at: datetime) -> Change["Notification"]:
        """Whoever claimed it is gone without an answer."""
        if self.state != "sending" or self.fence != fence:
            return Change(self)
        return self._lost(look_at)

    def looked_for(
        self, sighting: Sighting, at: datetime, next_look: datetime | None, words: Words
    ) -> Change["Notification"]:
        """What asking the provider brought. Without a next look the purpose's promise decides.

        At most once: parked for a person, never repeated. At least once: a new attempt with the same id.
        """
        if self.state != "unknown":
            return Change(self)
        if sighting.seen == "seen":
            answer = Answer(outcome="accepted", code=sighting.code or "FOUND", reference=sighting.reference)
            return self._settle(answer, at)._taken_over(answer, words, at)
        if next_look is not None:
            return Change(self.but(looks=self.looks + 1, check_at=next_look))
        if self.promise == "at_most_once":
            parked = self._to("parked", reason="nobody knows whether it went out", check_at=None)
            return Change(parked, (announcements.failed(parked, "UNKNOWN", at),))
        return Change(self._to("put_back", check_at=None, looks=0, not_before=at))

    def resolved(self, sent: bool, words: Words, at: datetime) -> Change["Notification"]:
        """A person decided about an unresolved message: it went out, or it is to be sent again."""
        if self.state != "unresolved":
            raise Refused(f"this message is {self.state}; only an unresolved one can be decided", "not_unresolved")
        if not sent:
            return Change(
                self._to("put_back", reason=None, not_before=at, expires_at=max(self.expires_at, at + BRIEFLY))
            )
        answer = Answer(outcome="accepted", code="BY_HAND")
        return self._settle(answer, at)._taken_over(answer, words, at)

    def receipted(self, receipt: Receipt, words: Words) -> Change["Notification"]:
        """A receipt may come early, twice or late; it only raises what is known, and `delivered` is the highest."""
        seen = self.but(receipts=(*self.receipts, receipt))
        if receipt.status == "delivered":
            return seen._delivered(receipt, words)
        if not possible(self.state, "undelivered"):
            return Change(seen)
        if self.state in ("accepted", "unconfirmed") and self.step + 1 < len(self.ways):
            return seen.but(state="accepted")._next_way(receipt.reason, receipt.code, receipt.at, receipt.provider)
        lost = seen._to("undelivered", reason=receipt.reason, check_at=None).done_with("receipt")
        return Change(lost, (announcements.failed(lost, receipt.reason, receipt.at),))

    def unconfirmed(self) -> Change["Notification"]:
        """No receipt within the providers' own patience of 72 hours."""
        return Change(self._to("silent", reason="no receipt"))

    def _delivered(self, receipt: Receipt, words: Words) -> Change["Notification"]:
        if not possible(self.state, "delivered"):
            return Change(self)
        first = () if self.announced else announcements.sent(self, words, receipt.at, receipt.provider)
        arrived = self._to("delivered", reason=None, check_at=None, announced=True).done_with("receipt")
        return Change(arrived, (*first, announcements.delivered(arrived, receipt)))

    def _taken_over(self, answer: Answer, words: Words, at: datetime) -> Change["Notification"]:
        provider = self.attempts[-1].provider
        events = () if self.announced else announcements.sent(self, words, at, provider)
        references = self.references
        if answer.reference:
            references = (*references, f"{provider}:{answer.reference}")
        taken = self._to("accepted", reason=None, references=references, check_at=None, announced=True)
        if self.way.channel == "sms":
            taken = taken.awaiting("receipt", at + RECEIPT_PATIENCE)
        return Change(taken, events)

    def _again(self, answer: Answer, at: datetime) -> Change["Notification"]:
        tries = sum(attempt.channel == self.way.channel for attempt in self.attempts)
        wait = 0.0 if answer.outcome == "stop" else BACK_OFF[min(tries, len(BACK_OFF)) - 1]
        until = at + timedelta(seconds=wait if answer.wait is None else answer.wait)
        if tries >= ATTEMPTS_PER_WAY or until >= self.expires_at:
            return self._next_way(answer.code, answer.detail, at, provider=self.attempts[-1].provider)
        return Change(self._to("put_back", reason=answer.code, check_at=None, not_before=until))

    def _next_way(self, code: str, detail: str, at: datetime, provider: str | None) -> Change["Notification"]:
        left = self.ways[self.step + 1 :]
        if left:
            signal: Signal = "deferred" if self.state == "queued" else "put_back"
            moved = self._to(signal, step=self.step + 1, reason=code, not_before=at, check_at=None)
            moved = moved.but(announced=False).done_with("receipt")
            return Change(moved, (announcements.failed(self, code, at, provider, fallback=left[0].channel),))
        lost = self._to("rejected", reason=f"{code}: {detail}" if detail else code, check_at=None)
        return Change(lost, (announcements.failed(lost, code, at, provider),))

    def _lost(self, look_at: datetime) -> Change["Notification"]:
        if self.state == "unknown":
            return Change(self)
        return Change(self._to("lost", reason="no answer", check_at=look_at, looks=0))

    def _current(self, fence: int) -> None:
        if fence != self.fence:
            raise Refused(f"attempt {fence} was given up; {self.fence} is the current one", "lost_ownership")

    def _settle(self, answer: Answer, at: datetime) -> "Notification":
        last = self.attempts[-1].model_copy(
            update={
                "settled_at": at,
                "outcome": answer.outcome,
                "code": answer.code,
                "detail": answer.detail[:300],
                "reference": answer.reference,
            }
        )
        return self.but(attempts=(*self.attempts[:-1], last))

    def _to(self, signal: Signal, **fields: object) -> "Notification":
        return self.but(state=following(self.state, signal), **fields)
