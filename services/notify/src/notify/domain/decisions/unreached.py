"""What becomes of a customer whom a message did not reach: a colleague tells it, or it need not be told any more."""

from notify.domain.notification import Notification
from notify.domain.policy.policy import MessagePolicy
from notify.domain.unreached import Ending, Unreached, unreached_of
from shared.aggregate import Cause, Change, Refused
from shared.clocks import Clocks, Matter
from shared.contracts.notify import CustomerUnreached


def owe(
    notification: Notification, untold: str, policy: MessagePolicy, clocks: Clocks, cause: Cause
) -> Change[Unreached]:
    """Customer service owes this customer what the message would have said. The message is one to a customer."""
    assert notification.customer_id is not None
    reason, _, detail = (notification.reason or "other").partition(": ")
    if not notification.ways:
        reason, detail = "no_address", "; ".join(notification.skipped)
    owed = Unreached(
        id=unreached_of(notification.id),
        notification=notification.id,
        customer_id=notification.customer_id,
        purpose=notification.purpose,
        about=notification.about,
        reason=reason[:200],
        detail=detail[:200],
        untold=untold[:4000],
        since=cause.at,
    )
    said = CustomerUnreached(
        notification_id=owed.notification,
        customer_id=owed.customer_id,
        purpose=owed.purpose,
        about=owed.about,
        reason=owed.reason,
        detail=owed.detail or None,
        untold=owed.untold,
        at=cause.at,
    )
    matter = Matter(
        about=owed.about or policy.purpose(owed.purpose).title or owed.purpose, customer_id=owed.customer_id
    )
    return Change(owed, (said,)).then(clocks.start(policy.unreached, matter, cause, policy=policy))


def end(unreached: Unreached, ending: Ending, note: str, clocks: Clocks, cause: Cause) -> Change[Unreached]:
    """The customer was told, or need not be told any more. Refused a second time."""
    if unreached.ending:
        raise Refused(f"{unreached.ended_by} has ended this already: {unreached.ending}", "ended")
    ended = unreached.but(ending=ending, note=note, ended_by=cause.actor.id, ended_at=cause.at)
    over = clocks.stop if ending == "told" else clocks.drop
    return Change(ended).then(over(cause=cause))
