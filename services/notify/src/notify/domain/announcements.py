"""What notify tells the others of a message: who it was for, what became of it, and the fact that it goes back to."""

import hashlib
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID

from notify.domain.messages.template import Channel, Words
from notify.domain.parts.address import masked
from notify.domain.parts.attempt import Receipt
from shared.contracts.event import Event
from shared.contracts.notify import (
    Message,
    NotificationDeferred,
    NotificationDelivered,
    NotificationFailed,
    NotificationSent,
    NotificationSuppressed,
    StaffAlerted,
)

if TYPE_CHECKING:
    from notify.domain.notification import Notification

F = TypeVar("F", bound=Message)


def sent(about: "Notification", words: Words, at: datetime, provider: str) -> tuple[Event, ...]:
    """A provider has it; for an alert also that somebody on duty was told."""
    taken = _of(
        about,
        NotificationSent,
        provider=provider,
        address_masked=masked(about.way.address),
        template=words.template,
        template_version=words.version,
        body_hash=hashlib.sha256(words.text.encode()).hexdigest(),
        segments=words.parts,
        at=at,
    )
    return (taken,) if about.alert is None else (taken, _alerted(about, words, at))


def delivered(about: "Notification", receipt: Receipt) -> NotificationDelivered:
    """A receipt says that it arrived."""
    return _of(about, NotificationDelivered, provider=receipt.provider, receipt=receipt.code or None, at=receipt.at)


def deferred(about: "Notification", reason: str, until: datetime) -> NotificationDeferred:
    """It waits, and why."""
    return _of(about, NotificationDeferred, reason=reason, until=until)


def suppressed(about: "Notification", reason: str, by: UUID | None) -> NotificationSuppressed:
    """It will not go out, and why."""
    return _of(about, NotificationSuppressed, reason=reason, superseded_by=by)


def failed(
    about: "Notification", error: str, at: datetime, provider: str | None = None, *, fallback: Channel | None = None
) -> NotificationFailed:
    """A way did not work; without a fallback it was the last one."""
    last = about.attempts[-1].provider if about.attempts else None
    return _of(
        about,
        NotificationFailed,
        provider=provider or last,
        error=error[:200] or "failed",
        attempt=max(len(about.attempts), 1),
        final=fallback is None,
        fallback=fallback,
        at=at,
    )


def _alerted(about: "Notification", words: Words, at: datetime) -> StaffAlerted:
    return StaffAlerted(
        alert_id=about.id,
        kind=about.alert,
        role=about.role,
        staff=(about.staff,) if about.staff else (),
        about=about.about,
        text=words.text[:4000],
        channel=about.way.channel,
        trigger_event_id=about.pieces[0].trigger,
        at=at,
    )


def _of(about: "Notification", kind: type[F], **fields: Any) -> F:
    return kind(
        notification_id=about.id,
        purpose=about.purpose,
        customer_id=about.customer_id,
        staff=about.staff,
        about=about.about,
        trigger_event_id=about.pieces[0].trigger,
        channel=about.way.channel if about.ways else "sms",
        **fields,
    )
