"""What notify announces of a message: for whom it was, what became of it, and which fact it goes back to."""

import hashlib
from datetime import datetime
from uuid import UUID

from notify.domain.messages.template import Channel, Words
from notify.domain.notification import Notification
from notify.domain.parts.address import masked
from notify.domain.parts.receipt import Receipt
from shared.contracts.event import Event
from shared.contracts.notify import (
    AboutMessage,
    NotificationDeferred,
    NotificationDelivered,
    NotificationFailed,
    NotificationSent,
    NotificationSuppressed,
    StaffAlerted,
)


def sent(about: Notification, words: Words, provider: str, at: datetime) -> tuple[Event, ...]:
    """A provider took it over; of an alert also that the staff on duty were told."""
    taken = NotificationSent.of(
        _message(about),
        provider=provider,
        address_masked=masked(about.way.address),
        template=words.template,
        template_version=words.version,
        body_hash=hashlib.sha256(words.text.encode()).hexdigest(),
        segments=words.parts,
        at=at,
    )
    return (taken,) if about.alert is None else (taken, _alerted(about, words, at))


def delivered(about: Notification, receipt: Receipt) -> NotificationDelivered:
    """A receipt says that it arrived."""
    return NotificationDelivered.of(
        _message(about), provider=receipt.provider, receipt=receipt.code or None, at=receipt.at
    )


def deferred(about: Notification, reason: str, until: datetime) -> NotificationDeferred:
    """It waits, and why."""
    return NotificationDeferred.of(_message(about), reason=reason, until=until)


def suppressed(about: Notification, reason: str, by: UUID | None) -> NotificationSuppressed:
    """It will not go out, and why."""
    return NotificationSuppressed.of(_message(about), reason=reason, superseded_by=by)


def failed(
    about: Notification, error: str, at: datetime, provider: str | None = None, *, fallback: Channel | None = None
) -> NotificationFailed:
    """A way did not work; without a fallback it was the last one."""
    return NotificationFailed.of(
        _message(about),
        provider=provider or about.last_provider,
        error=error[:200] or "failed",
        attempt=max(len(about.attempts), 1),
        final=fallback is None,
        fallback=fallback,
        at=at,
    )


def _alerted(about: Notification, words: Words, at: datetime) -> StaffAlerted:
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


def _message(about: Notification) -> AboutMessage:
    """What the events about one message share."""
    return AboutMessage(
        notification_id=about.id,
        purpose=about.purpose,
        customer_id=about.customer_id,
        staff=about.staff,
        about=about.about,
        trigger_event_id=about.pieces[0].trigger,
        channel=about.way.channel if about.ways else "sms",
    )
