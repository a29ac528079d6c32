"""A message that does not go out now: later, or never."""

from datetime import datetime
from uuid import UUID

from notify.domain.decisions.ways import fail
from notify.domain.lifecycle import LIFECYCLE
from notify.domain.notification import Notification
from notify.domain.parts.verdict import Verdict
from shared.aggregate import Cause, Change
from shared.contracts.notify import NotificationDeferred, NotificationSuppressed


def withhold(notification: Notification, verdict: Verdict, cause: Cause) -> Change[Notification]:
    """What follows from a verdict that does not let it out.

    What expires has failed once it has been tried, and always when it was to tell a customer something of an order or a
    case: a colleague tells it then.
    """
    if verdict.kind == "defer" and verdict.until:
        return defer(notification, verdict.reason, verdict.until, cause)
    owed = notification.audience == "customer" and notification.lane == "live"
    if verdict.reason == "expired" and (notification.attempts or owed):
        return fail(notification, "expired", "", None, cause)
    return suppress(notification, verdict.reason, verdict.by, cause)


def defer(notification: Notification, reason: str, until: datetime, cause: Cause) -> Change[Notification]:
    """Not now. It comes back at `until` and is judged again."""
    LIFECYCLE.must(notification.stage, "defer")
    waiting = notification.but(reason=reason, not_before=until)
    return Change(waiting, (NotificationDeferred.of(notification.summary, reason=reason, until=until),))


def wait_for_provider(notification: Notification, until: datetime, cause: Cause) -> Change[Notification]:
    """Every provider of its channel is out of order until then."""
    LIFECYCLE.must(notification.stage, "defer")
    return Change(notification.but(reason="no_provider", not_before=until))


def forget(notification: Notification, cause: Cause) -> Change[Notification]:
    """Its recipient was erased: what waits is not sent, and what was sent stays as it is."""
    if not LIFECYCLE.allows(notification.stage, "suppress"):
        return Change(notification)
    return suppress(notification, "no_address", None, cause)


def suppress(notification: Notification, reason: str, by: UUID | None, cause: Cause) -> Change[Notification]:
    """Not ever, and why; `by` is the message that says it newer."""
    LIFECYCLE.must(notification.stage, "suppress")
    silent = notification.but(stage="suppressed", reason=reason, superseded_by=by)
    said = NotificationSuppressed.of(notification.summary, reason=reason, superseded_by=by)
    return Change(silent, (said,))
