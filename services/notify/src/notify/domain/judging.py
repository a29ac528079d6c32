"""Whether a message may go out now: later, never, or yes."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from notify.domain.ledger import Entry, Ledger
from notify.domain.messages.purpose import Purpose
from notify.domain.recipient import Recipient, Rest
from shared.contracts.event import Part

DAY = timedelta(days=1)


class Company(Part):
    """What the company says once for all messages: who it is and when its customers rest unless they say otherwise."""

    name: str
    signature: str
    hotline: str
    timezone: str
    rest: Rest


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the policy says about one message at one moment. A reason is given for everything but yes."""

    kind: Literal["send", "defer", "suppress"]
    reason: str = ""
    until: datetime | None = None


SEND = Verdict("send")


@dataclass(frozen=True, slots=True)
class Candidate:
    """What the policy has to know about a message."""

    notification: UUID
    words: str
    expires_at: datetime


def judge(
    candidate: Candidate, recipient: Recipient, ledger: Ledger, purpose: Purpose, company: Company, now: datetime
) -> Verdict:
    """The policy's answer to a message for this recipient at the address that this is the ledger of.

    Deferred messages come back and are judged again; none is dropped for being early.
    """
    if now >= candidate.expires_at:
        return Verdict("suppress", "expired")
    if ledger.has_let_out(candidate.notification):
        return SEND
    refusal = _refusal(candidate, recipient, ledger, purpose, now)
    if refusal:
        return Verdict("suppress", refusal)
    wait = _wait(recipient, ledger, purpose, company, now)
    if wait is None:
        return SEND
    return wait if wait.until and wait.until < candidate.expires_at else Verdict("suppress", "expired")


def _refusal(candidate: Candidate, recipient: Recipient, ledger: Ledger, purpose: Purpose, now: datetime) -> str | None:
    if purpose.kind == "care" and recipient.refused_care_at:
        return "opt_out"
    if purpose.kind == "care" and recipient.open_complaints:
        return "open_complaint"
    if any(_repeats(entry, candidate, purpose, now) for entry in ledger.entries):
        return "duplicate_content"
    return None


def _repeats(entry: Entry, candidate: Candidate, purpose: Purpose, now: datetime) -> bool:
    return bool(purpose.apart) and entry.words == candidate.words and entry.at > now - purpose.apart


def _wait(recipient: Recipient, ledger: Ledger, purpose: Purpose, company: Company, now: datetime) -> Verdict | None:
    if purpose.rest:
        rest = recipient.rest or company.rest
        ends = rest.ends(now, ZoneInfo(recipient.timezone or company.timezone))
        if ends:
            return Verdict("defer", "quiet_hours", ends)
    if purpose.cap:
        today = [entry.at for entry in ledger.entries if entry.purpose == purpose.name and entry.at > now - DAY]
        if len(today) >= purpose.cap:
            return Verdict("defer", "rate", sorted(today)[-purpose.cap] + DAY)
    return None
