"""What receipts say of a message; they may come early, twice, late or never."""

from notify.domain.decisions.announcing import announce_failure, announce_handover
from notify.domain.decisions.ways import RECEIPT, try_next_way
from notify.domain.lifecycle import LIFECYCLE
from notify.domain.messages.template import Words
from notify.domain.notification import Notification
from notify.domain.parts.receipt import Receipt
from shared.aggregate import Cause, Change
from shared.contracts.notify import NotificationDelivered


def take_receipt(notification: Notification, receipt: Receipt, words: Words, cause: Cause) -> Change[Notification]:
    """A receipt only raises what is known, and `delivered` is the highest; one that says less is kept and no more.

    What a provider dates before its message or after the present counts as of the nearer of the two.
    """
    receipt = receipt.but(at=min(max(receipt.at, notification.created_at), cause.at))
    seen = notification.but(receipts=(*notification.receipts, receipt))
    possible = LIFECYCLE.decisions(notification.stage)
    if receipt.status == "delivered":
        return deliver(seen, receipt, words, cause) if "deliver" in possible else Change(seen)
    if "bounce" not in possible:
        return Change(seen)
    if notification.stage in ("accepted", "unconfirmed") and notification.ways_left:
        return try_next_way(seen, receipt.reason, receipt.code, receipt.provider, cause)
    return bounce(seen, receipt, cause)


def deliver(notification: Notification, receipt: Receipt, words: Words, cause: Cause) -> Change[Notification]:
    """It has arrived. What no provider has said yet, that it took the message over, is announced first."""
    LIFECYCLE.must(notification.stage, "deliver")
    arrived = NotificationDelivered.of(
        notification.summary, provider=receipt.provider, receipt=receipt.code or None, at=receipt.at
    )
    return (
        announce_handover(notification, words, receipt.provider, receipt.at, cause)
        .then(lambda told: Change(told.but(stage="delivered", reason=None, check_at=None).done_with(RECEIPT)))
        .announcing(arrived)
    )


def bounce(notification: Notification, receipt: Receipt, cause: Cause) -> Change[Notification]:
    """It has not arrived, and no way is left."""
    LIFECYCLE.must(notification.stage, "bounce")
    lost = notification.but(stage="failed", reason=receipt.reason, check_at=None).done_with(RECEIPT)
    return announce_failure(lost, receipt.reason, receipt.at, None, None, cause)


def give_up_on_receipt(notification: Notification, cause: Cause) -> Change[Notification]:
    """No receipt has come within the time in which providers send one."""
    LIFECYCLE.must(notification.stage, "give_up_on_receipt")
    return Change(notification.but(stage="unconfirmed", reason="no receipt"))
