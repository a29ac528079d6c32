"""Who may send a message now: claims with a fence and a lease, and their end."""

from datetime import datetime

from notify.domain.decisions.ways import lose
from notify.domain.lifecycle import LIFECYCLE
from notify.domain.notification import Notification, address
from notify.domain.parts.attempt import Attempt
from notify.domain.recipient import Recipient
from shared.aggregate import Cause, Change


def route(notification: Notification, recipient: Recipient, cause: Cause) -> Change[Notification]:
    """It goes to the contact that is told, over the ways that this one can be reached on; after the first attempt the
    order of the ways stands."""
    return Change(address(notification, recipient))


def claim(
    notification: Notification, worker: str, provider: str, lease_until: datetime, cause: Cause
) -> Change[Notification]:
    """This worker alone may send, until the lease ends (real time). Refused when another has claimed it."""
    LIFECYCLE.must(notification.stage, "claim")
    attempt = Attempt(
        number=len(notification.attempts) + 1,
        channel=notification.way.channel,
        provider=provider,
        fence=notification.fence + 1,
        began_at=cause.at,
    )
    return Change(
        notification.but(
            stage="sending",
            fence=attempt.fence,
            worker=worker,
            check_at=lease_until,
            attempts=(*notification.attempts, attempt),
        )
    )


def release(notification: Notification, fence: int, cause: Cause) -> Change[Notification]:
    """The claim with this fence is given back before anything left the company. An older claim is refused."""
    notification.must_hold(fence)
    LIFECYCLE.must(notification.stage, "release")
    return Change(
        notification.but(stage="queued", reason=None, check_at=None, looks=0, attempts=notification.attempts[:-1])
    )


def end_lease(notification: Notification, fence: int, look_at: datetime, cause: Cause) -> Change[Notification]:
    """The worker that claimed it has gone without an answer; nothing changes if it answered meanwhile."""
    if not LIFECYCLE.allows(notification.stage, "lose") or notification.fence != fence:
        return Change(notification)
    return lose(notification, look_at, cause)
