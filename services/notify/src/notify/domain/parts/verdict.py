"""Whether a message may go out now: later, never, or yes."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from notify.domain.ledger import Ledger
from notify.domain.notification import Notification
from notify.domain.parts.zone import zone_of
from notify.domain.policy.policy import MessagePolicy
from notify.domain.policy.purpose import Purpose
from notify.domain.recipient import Recipient

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the policy says about one message at one moment. A reason is given for everything but yes.

    `until` is the moment to judge it again, `by` the message that says it newer.
    """

    kind: Literal["send", "defer", "suppress"]
    reason: str = ""
    until: datetime | None = None
    by: UUID | None = None


SEND = Verdict("send")


def judge(
    notification: Notification,
    recipient: Recipient,
    ledger: Ledger,
    policy: MessagePolicy,
    timezone: str,
    now: datetime,
) -> Verdict:
    """The policy's answer to a message for this recipient at the address that this is the ledger of.

    `policy` is the version that the message began with, `timezone` the company's. Deferred messages come back and are
    judged again; none is dropped for being early.
    """
    purpose = policy.purpose(notification.purpose)
    if now >= notification.expires_at:
        return Verdict("suppress", "expired")
    if ledger.has_let_out(notification.id):
        return SEND
    refusal = _refusal(notification, recipient, ledger, purpose, now)
    if refusal:
        return Verdict("suppress", refusal)
    wait = _wait(recipient, ledger, purpose, policy, timezone, now)
    if wait is None:
        return SEND
    return wait if wait.until and wait.until < notification.expires_at else Verdict("suppress", "expired")


def _refusal(
    notification: Notification, recipient: Recipient, ledger: Ledger, purpose: Purpose, now: datetime
) -> str | None:
    if purpose.kind == "care" and (recipient.refused_care_at or ledger.refused_care_at):
        return "opt_out"
    if purpose.kind == "care" and recipient.open_complaints:
        return "open_complaint"
    if purpose.apart and _repeats(notification, ledger, now - purpose.apart):
        return "duplicate_content"
    return None


def _repeats(notification: Notification, ledger: Ledger, since: datetime) -> bool:
    words = notification.words_hash
    return any(entry.words == words and entry.at > since for entry in ledger.entries)


def _wait(
    recipient: Recipient, ledger: Ledger, purpose: Purpose, policy: MessagePolicy, timezone: str, now: datetime
) -> Verdict | None:
    if purpose.rest:
        rest = recipient.rest or policy.rest
        ends = rest.ends(now, zone_of(recipient.timezone, timezone))
        if ends:
            return Verdict("defer", "quiet_hours", ends)
    if purpose.cap:
        today = [entry.at for entry in ledger.entries if entry.purpose == purpose.name and entry.at > now - DAY]
        if len(today) >= purpose.cap:
            return Verdict("defer", "rate", sorted(today)[-purpose.cap] + DAY)
    return None
