"""What comes back from outside: receipts that providers send and replies that people write."""

import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID, uuid5

from notify.domain.messages.purpose import Purpose
from notify.domain.notification import Notification
from notify.domain.parts.address import masked
from notify.domain.parts.attempt import Receipt
from shared.aggregate import Aggregate, Change
from shared.contracts.event import Instant, Part
from shared.contracts.notify import ReplyReceived

_INBOUND = UUID("0f6f2f34-93a6-5e57-8a3c-4b0a4b1f5d20")
MATCH_AGAIN = (1.0, 5.0, 30.0, 300.0, 1800.0, 7200.0, 21600.0, 86400.0)
ANSWERED_WITHIN = timedelta(days=7)

Intent = Literal["accept", "decline", "choice", "rating", "stop", "free"]
_STOP = re.compile(r"^(r|t|td|n|0000|stop|unsubscribe|退订|拒收|取消订阅)$", re.IGNORECASE)
_CHOICE = re.compile(r"^\D{0,4}([0-9])\D{0,4}$")
_WIDE = str.maketrans("０１２３４５６７８９ＲＴＤＮ", "0123456789RTDN")


class SeenReceipt(Part):
    """A receipt as a provider's callback says it: about our own id, or about the provider's reference."""

    provider: str
    message: UUID | None = None
    reference: str | None = None
    status: Literal["delivered", "undelivered"]
    code: str = ""
    reason: str = ""
    at: Instant

    @property
    def id(self) -> UUID:
        """The same for the same receipt, however often it is pushed."""
        return uuid5(_INBOUND, f"receipt/{self.provider}/{self.message}/{self.reference}/{self.status}/{self.code}")

    def receipt(self) -> Receipt:
        """What the message keeps of it."""
        return Receipt(
            provider=self.provider, status=self.status, code=self.code[:200], reason=self.reason[:200], at=self.at
        )


class EarlyReceipt(Aggregate):
    """A receipt that no message is known for yet. It is matched again with growing waits, then kept as it is."""

    seen: SeenReceipt
    tries: int = 0
    check_at: Instant | None
    matched: UUID | None = None

    def missed(self, now: datetime) -> Change["EarlyReceipt"]:
        """Still nobody; the next try, if there is one left."""
        left = MATCH_AGAIN[self.tries + 1 :]
        again = now + timedelta(seconds=left[0]) if left else None
        return Change(self.but(tries=self.tries + 1, check_at=again))

    def found(self, notification: UUID) -> Change["EarlyReceipt"]:
        """It has reached its message."""
        return Change(self.but(matched=notification, check_at=None))


def early(seen: SeenReceipt, now: datetime) -> Change[EarlyReceipt]:
    """A receipt to be matched later."""
    return Change(EarlyReceipt(id=seen.id, seen=seen, check_at=now + timedelta(seconds=MATCH_AGAIN[0])))


class SeenReply(Part):
    """An answer as a provider's callback says it; `sequence` tells a repeated push."""

    provider: str
    address: str
    text: str
    sequence: str
    at: Instant
    message: UUID | None = None

    @property
    def id(self) -> UUID:
        """The same for the same reply, however often it is pushed."""
        return uuid5(_INBOUND, f"reply/{self.provider}/{self.sequence}/{self.address}")


class Reply(Aggregate):
    """An answer and what it was understood as."""

    provider: str
    address: str
    text: str
    at: Instant
    intent: Intent
    choice: int | None = None
    notification: UUID | None = None
    recipient: UUID | None = None
    customer_id: UUID | None = None


def understood(seen: SeenReply, notification: Notification | None, purpose: Purpose | None) -> Change[Reply]:
    """The reply, matched and understood: a stop word, one of the choices that the purpose offers, or free text."""
    intent, choice = _intent(seen.text, purpose)
    reply = Reply(
        id=seen.id,
        provider=seen.provider,
        address=seen.address,
        text=seen.text[:4000],
        at=seen.at,
        intent=intent,
        choice=choice,
        notification=notification.id if notification else None,
        recipient=notification.recipient if notification else None,
        customer_id=notification.customer_id if notification else None,
    )
    fact = ReplyReceived(
        reply_id=reply.id,
        address_masked=masked(reply.address),
        text=reply.text or "（空）",
        notification_id=reply.notification,
        trigger_event_id=notification.pieces[0].trigger if notification else None,
        customer_id=reply.customer_id,
        purpose=notification.purpose if notification else None,
        about=notification.about if notification else None,
        intent=intent,
        choice=choice,
        at=reply.at,
    )
    return Change(reply, (fact,))


def answered_one(
    candidates: Iterable[Notification], text: str, purposes: dict[str, Purpose], at: datetime
) -> Notification | None:
    """Which of the latest messages a text answers: the newest that offers this choice, else the newest of all."""
    recent = [each for each in candidates if each.created_at > at - ANSWERED_WITHIN]
    digit = _digit(text)
    for each in recent:
        purpose = purposes.get(each.purpose)
        if digit and purpose and digit in purpose.replies:
            return each
    return recent[0] if recent else None


def _intent(text: str, purpose: Purpose | None) -> tuple[Intent, int | None]:
    plain = text.strip().translate(_WIDE)
    if _STOP.match(plain):
        return "stop", None
    digit = _digit(text)
    meaning = purpose.replies.get(digit) if purpose and digit else None
    if meaning is None or digit is None:
        return "free", None
    return meaning, int(digit) if meaning in ("choice", "rating") else None


def _digit(text: str) -> str | None:
    found = _CHOICE.match(text.strip().translate(_WIDE))
    return found[1] if found else None
