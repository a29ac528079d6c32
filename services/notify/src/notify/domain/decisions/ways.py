"""What becomes of a message on the way whose turn it is: taken over, tried again, the next way, or the end."""

from datetime import datetime, timedelta

from notify.domain.decisions.announcing import announce_failure, announce_handover
from notify.domain.lifecycle import LIFECYCLE
from notify.domain.messages.template import Words
from notify.domain.notification import Notification
from shared.aggregate import Cause, Change

RECEIPT = "receipt"
"""The kind of the deadline until which a receipt is waited for."""
RECEIPT_WITHIN = timedelta(hours=72)
"""After that no provider sends a receipt any more."""


def accept(notification: Notification, reference: str | None, words: Words, cause: Cause) -> Change[Notification]:
    """The provider that was tried last has it; `reference` is its own id for it. A receipt of an SMS is waited for."""
    LIFECYCLE.must(notification.stage, "accept")
    return take_over(notification, reference, words, cause)


def take_over(notification: Notification, reference: str | None, words: Words, cause: Cause) -> Change[Notification]:
    """It counts as sent, whether a provider says so or a person. It is announced once for each way."""
    provider = notification.last_provider or ""
    references = notification.references
    if reference:
        references = (*references, f"{provider}:{reference}")
    taken = notification.but(stage="accepted", reason=None, references=references, check_at=None)
    if notification.way.channel == "sms":
        taken = taken.awaiting(RECEIPT, cause.at + RECEIPT_WITHIN)
    return announce_handover(taken, words, provider, cause.at, cause)


def retry(notification: Notification, reason: str | None, until: datetime, cause: Cause) -> Change[Notification]:
    """Surely not sent: it comes back at `until` for another attempt on the same way."""
    LIFECYCLE.must(notification.stage, "retry")
    return Change(notification.but(stage="queued", reason=reason, check_at=None, not_before=until))


def lose(notification: Notification, look_at: datetime, cause: Cause) -> Change[Notification]:
    """Whether it went out is unknown; `look_at` (real time) is when its provider is asked."""
    LIFECYCLE.must(notification.stage, "lose")
    return Change(notification.but(stage="unknown", reason="no answer", check_at=look_at, looks=0))


def try_next_way(
    notification: Notification, code: str, detail: str, provider: str | None, cause: Cause
) -> Change[Notification]:
    """This way does not work: the next one, and without one it has failed."""
    if not notification.ways_left:
        return fail(notification, code, detail, provider, cause)
    LIFECYCLE.must(notification.stage, "defer" if notification.stage == "queued" else "retry")
    fallback = notification.ways_left[0].channel
    return announce_failure(notification, code, cause.at, provider, fallback, cause).then(
        lambda told: _move_on(told, code, cause)
    )


def fail(
    notification: Notification, code: str, detail: str, provider: str | None, cause: Cause
) -> Change[Notification]:
    """No way is left, and why; a colleague is asked to call."""
    LIFECYCLE.must(notification.stage, "fail")
    lost = notification.but(stage="failed", reason=f"{code}: {detail}" if detail else code, check_at=None)
    return announce_failure(lost, code, cause.at, provider, None, cause)


def _move_on(notification: Notification, code: str, cause: Cause) -> Change[Notification]:
    moved = notification.but(
        stage="queued",
        step=notification.step + 1,
        reason=code,
        not_before=cause.at,
        check_at=None,
        announced=False,
    )
    return Change(moved.done_with(RECEIPT))
