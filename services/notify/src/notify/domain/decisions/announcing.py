"""What is announced of a message on its way: that a provider took it over, and that a way did not work."""

import hashlib
from datetime import datetime

from notify.domain.messages.template import Channel, Words
from notify.domain.notification import Notification
from notify.domain.parts.address import masked
from shared.aggregate import Cause, Change
from shared.contracts.notify import NotificationFailed, NotificationSent, StaffAlerted


def announce_handover(
    notification: Notification, words: Words, provider: str, taken_at: datetime, cause: Cause
) -> Change[Notification]:
    """A provider took it over, once for each way; of an alert also that the staff on duty were told."""
    if notification.announced:
        return Change(notification)
    taken = NotificationSent.of(
        notification.summary,
        provider=provider,
        address_masked=masked(notification.way.address),
        template=words.template,
        template_version=words.version,
        body_hash=hashlib.sha256(words.text.encode()).hexdigest(),
        segments=words.parts,
        at=taken_at,
    )
    change = Change(notification.but(announced=True), (taken,))
    if notification.alert is None:
        return change
    return change.announcing(
        StaffAlerted(
            alert_id=notification.id,
            kind=notification.alert,
            role=notification.role,
            staff=(notification.staff,) if notification.staff else (),
            about=notification.about,
            text=words.text[:4000],
            channel=notification.way.channel,
            trigger_event_id=notification.pieces[0].trigger,
            at=taken_at,
        )
    )


def announce_failure(
    notification: Notification,
    error: str,
    failed_at: datetime,
    provider: str | None,
    fallback: Channel | None,
    cause: Cause,
) -> Change[Notification]:
    """A way did not work; without a fallback it was the last one. Without a provider it is the last that was tried."""
    failed = NotificationFailed.of(
        notification.summary,
        provider=provider or notification.last_provider,
        error=error[:200] or "failed",
        attempt=max(len(notification.attempts), 1),
        final=fallback is None,
        fallback=fallback,
        at=failed_at,
    )
    return Change(notification, (failed,))
