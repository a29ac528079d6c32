"""A message to a customer or a colleague, from the fact that asked for it to the receipt that proves it."""

import hashlib
from datetime import datetime
from typing import Literal
from uuid import UUID

from notify.domain.ledger import Ledger
from notify.domain.lifecycle import LIFECYCLE, Stage
from notify.domain.messages.rule import Alert
from notify.domain.messages.template import Channel
from notify.domain.parts.attempt import Attempt
from notify.domain.parts.piece import Piece
from notify.domain.parts.receipt import Receipt
from notify.domain.parts.verdict import SEND, Verdict
from notify.domain.parts.way import Way
from notify.domain.parts.zone import zone_of
from notify.domain.policy.policy import MessagePolicy
from notify.domain.policy.purpose import Meaning, Promise, Purpose
from notify.domain.recipient import Recipient, turn
from shared.aggregate import Aggregate, Refused
from shared.contracts.event import Instant
from shared.contracts.intake.customers import Concern
from shared.contracts.notify import AboutMessage
from shared.contracts.roles import Role
from shared.lifecycle import follows

Lane = Literal["live", "bulk"]


@follows(LIFECYCLE)
class Notification(Aggregate):
    """An intent to tell a person something, over the first way that works.

    `check_at` is real time, whatever the business clock shows: the end of a lease, or the next question to a provider.
    It is claimed with a fence and a lease before anything leaves the company. A lease that ends without an answer
    leaves it `unknown`: then the provider is asked, and only after that the purpose's promise decides. `policy` is the
    version of the message policy that it began with. `concern` says which contact in the customer's file is told;
    `name` and `locale` are those of the one that it was addressed to last. `offer` is the id of what its recipient is
    asked about, `choices` how many answers it numbers; without a number its purpose's replies are all there are.
    """

    correlation: UUID
    recipient: UUID
    audience: Literal["customer", "staff"]
    customer_id: UUID | None = None
    staff: str | None = None
    role: Role | None = None
    name: str = ""
    locale: str = "zh-CN"
    purpose: str
    concern: Concern = "order"
    policy_version: int
    rule: str
    alert: Alert | None = None
    about: str | None = None
    thread: str | None = None
    revision: int = 0
    offer: UUID | None = None
    choices: int | None = None
    lane: Lane = "live"
    promise: Promise = "at_least_once"
    pieces: tuple[Piece, ...]
    channels: tuple[Channel, ...] = ()
    ways: tuple[Way, ...]
    skipped: tuple[str, ...] = ()
    step: int = 0
    stage: Stage = "queued"
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

    @property
    def ways_left(self) -> tuple[Way, ...]:
        """The ways that follow when the present one does not work."""
        return self.ways[self.step + 1 :]

    @property
    def last_provider(self) -> str | None:
        """Which provider was tried last."""
        return self.attempts[-1].provider if self.attempts else None

    @property
    def tries(self) -> int:
        """How often the channel whose turn it is has been tried."""
        return sum(attempt.channel == self.way.channel for attempt in self.attempts)

    def address_on(self, channel: Channel) -> str:
        """The address on one of its channels."""
        return next(way.address for way in self.ways if way.channel == channel)

    def must_hold(self, fence: int) -> None:
        """Refused for a claim that was given up: another one has been made since."""
        if fence != self.fence:
            raise Refused(f"attempt {fence} was given up; {self.fence} is the current one", "lost_ownership")

    @property
    def words_hash(self) -> str:
        """What makes two messages the same: templates and values, not time or channel."""
        told = "\n".join(f"{piece.template} {sorted(piece.values.items())}" for piece in self.pieces)
        return hashlib.sha256(told.encode()).hexdigest()

    @property
    def open(self) -> bool:
        """Whether something else may still be told in the same message."""
        return self.stage == "queued" and not self.attempts

    @property
    def summary(self) -> AboutMessage:
        """What the events about this message share."""
        return AboutMessage(
            notification_id=self.id,
            purpose=self.purpose,
            customer_id=self.customer_id,
            staff=self.staff,
            about=self.about,
            trigger_event_id=self.pieces[0].trigger,
            channel=self.way.channel if self.ways else "sms",
        )

    def meaning_of(self, digit: str, purpose: Purpose) -> Meaning | None:
        """What this number means in an answer to it; nothing for a number that it did not offer."""
        meaning = purpose.replies.get(digit)
        if meaning == "choice" and self.choices is not None and int(digit) > self.choices:
            return None
        return meaning

    def verdict(
        self, recipient: Recipient, ledger: Ledger, policy: MessagePolicy, timezone: str, now: datetime
    ) -> Verdict:
        """Whether it may go to this recipient now, at the address that this is the ledger of: yes, later, or never.

        `policy` is the version that it began with, `timezone` the company's. A deferred message comes back and is
        judged again; none is dropped for being early.
        """
        purpose = policy.purpose(self.purpose)
        if recipient.erased or now >= self.expires_at:
            return Verdict("suppress", "no_address" if recipient.erased else "expired")
        if ledger.has_let_out(self.id):
            return SEND
        refusal = self._refusal(recipient, ledger, purpose, now)
        if refusal:
            return Verdict("suppress", refusal)
        rest = recipient.rest or policy.rest
        rests_until = rest.ends(now, zone_of(recipient.timezone, timezone)) if purpose.rest else None
        full_until = ledger.full_until(purpose.name, purpose.cap, now) if purpose.cap else None
        until = rests_until or full_until
        if until is None:
            return SEND
        if until >= self.expires_at:
            return Verdict("suppress", "expired")
        return Verdict("defer", "quiet_hours" if rests_until else "rate", until)

    def _refusal(self, recipient: Recipient, ledger: Ledger, purpose: Purpose, now: datetime) -> str | None:
        if purpose.kind == "care":
            if recipient.refused_care_at or ledger.refused_care_at:
                return "opt_out"
            if recipient.open_complaints:
                return "open_complaint"
        if purpose.apart and ledger.has_said(self.words_hash, now - purpose.apart):
            return "duplicate_content"
        return None

    def newer_than(self, other: "Notification") -> bool:
        """Whether this says the same thing as the other, later: by the fact's own revision, else by time."""
        alike = (self.recipient, self.channels, self.purpose) == (other.recipient, other.channels, other.purpose)
        if alike and self.id != other.id:
            return (self.revision, self.created_at) > (other.revision, other.created_at)
        return False

    def ways_to(self, recipient: Recipient) -> tuple[Way, ...]:
        """The ways that its recipient can be reached on, the preferred one first."""
        found = [self._way_on(channel, recipient) for channel in self.channels]
        return tuple(sorted(filter(None, found), key=lambda way: way.channel != recipient.preferred))

    def routed(self, recipient: Recipient) -> tuple[Way, ...]:
        """The ways that it goes: decided anew until the first attempt.

        After that their order stands, and each goes to the address that the customer's file has by now; a way whose
        address was removed has none.
        """
        if not (self.attempts or self.step):
            return self.ways_to(recipient)
        return tuple(self._way_on(way.channel, recipient) or Way(channel=way.channel, address="") for way in self.ways)

    def address_for(self, recipient: Recipient) -> str:
        """The address that it goes to now; empty when no way is left to this recipient."""
        ways = self.routed(recipient)
        return ways[min(self.step, len(ways) - 1)].address if ways else ""

    def _way_on(self, channel: Channel, recipient: Recipient) -> Way | None:
        """The address in the customer's file, or, without a file, the one that the fact told."""
        if self.audience == "customer" and recipient.on_file:
            address = recipient.address(channel, None)
            return Way(channel=channel, address=address) if address else None
        told = next((way for way in self.ways if way.channel == channel), None)
        return told if told and recipient.takes(channel, told.address) else None


def address(notification: Notification, recipient: Recipient) -> Notification:
    """The same message on the ways to this recipient, in whose name and language it is told."""
    routed = notification.but(ways=notification.routed(recipient))
    if notification.audience != "customer" or not recipient.contacts:
        return routed
    return routed.but(name=recipient.name, locale=recipient.locale)


def meet(notification: Notification, recipient: Recipient) -> Recipient:
    """The recipient as this message meets it: of a customer, the contact that is told of such things."""
    if notification.audience != "customer":
        return recipient
    return turn(recipient, notification.concern, notification.channels)
