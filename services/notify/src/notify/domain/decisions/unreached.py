"""What becomes of a customer whom a message did not reach: a colleague tells it, or it need not be told any more."""

from datetime import datetime, timedelta

from notify.domain.lifecycle import UNREACHED
from notify.domain.notification import Notification
from notify.domain.policy.policy import Rules
from notify.domain.unreached import Ending, How, Unreached, unreached_of
from shared.aggregate import Cause, Change
from shared.clocks import Matter
from shared.contracts.notify import CustomerTold, CustomerUnreached


def owe(notification: Notification, untold: str, rules: Rules, cause: Cause) -> Change[Unreached]:
    """Customer service owes this customer what the message would have said. The message is one to a customer.

    The whole term of the duty lies outside the hours of rest, so that no customer is called in them (002 四1).
    """
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
    policy, since = rules.on(cause.at), _undisturbed(rules, cause.at)
    said = CustomerUnreached(
        notification_id=owed.notification,
        customer_id=owed.customer_id,
        purpose=owed.purpose,
        about=owed.about,
        reason=owed.reason,
        detail=owed.detail or None,
        untold=owed.untold,
        due_at=policy.unreached.term.due(since, rules.calendar),
        at=cause.at,
    )
    matter = Matter(
        about=owed.about or policy.purpose(owed.purpose).title or owed.purpose, customer_id=owed.customer_id
    )
    return Change(owed, (said,)).then(rules.clocks.start(policy.unreached, matter, cause, policy=policy, since=since))


def _undisturbed(rules: Rules, at: datetime) -> datetime:
    """The first moment from which the whole term lies outside the hours of rest; `at`, if no moment of a week does."""
    policy, zone, since = rules.on(at), rules.calendar.zone, at
    while since < at + timedelta(days=7):
        due = policy.unreached.term.due(since, rules.calendar)
        ends = policy.rest.ends(since, zone) or policy.rest.ends(due, zone)
        if ends is None:
            return since
        since = ends
    return at


def forget(unreached: Unreached, rules: Rules, cause: Cause) -> Change[Unreached]:
    """The customer was erased and need not be told any more. Nothing changes where that is over."""
    if not UNREACHED.allows(unreached.stage, "end"):
        return Change(unreached)
    return end(unreached, "not_needed", "phone", "", rules, cause)


def end(unreached: Unreached, ending: Ending, how: How, note: str, rules: Rules, cause: Cause) -> Change[Unreached]:
    """The customer was told, and how, or need not be told any more. Refused a second time."""
    UNREACHED.must(unreached.stage, "end")
    ended = unreached.but(stage=ending, note=note, ended_by=cause.actor.id, ended_at=cause.at)
    if ending == "not_needed":
        return Change(ended).then(rules.clocks.drop(cause=cause))
    said = CustomerTold(
        notification_id=unreached.notification,
        customer_id=unreached.customer_id,
        purpose=unreached.purpose,
        about=unreached.about,
        how=how,
        told=unreached.untold,
        told_by=cause.actor.id,
        note=note,
        at=cause.at,
    )
    return Change(ended.but(how=how), (said,)).then(rules.clocks.stop(cause=cause))
