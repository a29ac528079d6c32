"""What providers and people say about an attempt, in answer to it or when they are asked later."""

from datetime import datetime, timedelta

from notify.domain.decisions.announcing import announce_failure
from notify.domain.decisions.ways import accept, lose, retry, take_over, try_next_way
from notify.domain.lifecycle import LIFECYCLE
from notify.domain.messages.template import Words
from notify.domain.notification import Notification
from notify.domain.parts.answer import Answer, Sighting
from notify.domain.policy.policy import MessagePolicy
from shared.aggregate import Cause, Change

ATTEMPTS_PER_WAY = 8
"""How many attempts one way gets before the next way is tried."""
BACK_OFF = tuple(timedelta(seconds=each) for each in (5, 15, 60, 180, 600, 1800))
"""How long a message that a provider put off waits, longer from try to try."""


def take_answer(
    notification: Notification, fence: int, answer: Answer, words: Words, look_at: datetime, cause: Cause
) -> Change[Notification]:
    """What the provider said to the attempt with this fence. An answer to an older attempt is refused.

    An answer that comes when a receipt has settled the message already is kept and changes nothing else.
    """
    notification.must_hold(fence)
    settled = _settled(notification, answer, cause)
    if not LIFECYCLE.allows(notification.stage, "accept"):
        return Change(settled)
    if answer.outcome == "accepted":
        return accept(settled, answer.reference, words, cause)
    if answer.outcome == "unknown":
        return lose(settled, look_at, cause) if LIFECYCLE.allows(notification.stage, "lose") else Change(settled)
    if answer.outcome == "permanent":
        return try_next_way(settled, answer.code, answer.detail, settled.last_provider, cause)
    return _put_off(settled, answer, cause)


def take_sighting(
    notification: Notification, sighting: Sighting, next_look: datetime | None, words: Words, cause: Cause
) -> Change[Notification]:
    """What asking the provider brought. Without a next look (real time) the purpose's promise decides.

    At most once: parked for a person, never repeated. At least once: a new attempt with the same id, until the way has
    been tried often enough; then the next way.
    """
    if not LIFECYCLE.allows(notification.stage, "park"):
        return Change(notification)
    if sighting.seen == "seen":
        found = Answer(outcome="accepted", code=sighting.code or "FOUND", reference=sighting.reference)
        return accept(_settled(notification, found, cause), found.reference, words, cause)
    if next_look is not None:
        return Change(notification.but(looks=notification.looks + 1, check_at=next_look))
    if notification.promise == "at_most_once":
        return park(notification, cause)
    if notification.tries >= ATTEMPTS_PER_WAY:
        return try_next_way(notification, "no_answer", "", notification.last_provider, cause)
    return retry(notification.but(looks=0), notification.reason, cause.at, cause)


def park(notification: Notification, cause: Cause) -> Change[Notification]:
    """Whether it went out cannot be found out, and it must not be sent twice: a person decides."""
    LIFECYCLE.must(notification.stage, "park")
    parked = notification.but(stage="unresolved", reason="no provider can tell whether it went out", check_at=None)
    return announce_failure(parked, "UNKNOWN", cause.at, None, None, cause)


def resolve(
    notification: Notification, sent: bool, words: Words, policy: MessagePolicy, cause: Cause
) -> Change[Notification]:
    """A person decides about a parked message: it went out, or it is to be sent again. Refused for any other."""
    LIFECYCLE.must(notification.stage, "resolve")
    if sent:
        by_hand = Answer(outcome="accepted", code="BY_HAND")
        return take_over(_settled(notification, by_hand, cause), None, words, cause)
    expires_at = max(notification.expires_at, cause.at + policy.resend_within)
    return Change(notification.but(stage="queued", reason=None, not_before=cause.at, expires_at=expires_at))


def _put_off(notification: Notification, answer: Answer, cause: Cause) -> Change[Notification]:
    """Surely not sent: again after a wait that grows, until the way has been tried often enough or time runs out."""
    tries = notification.tries
    wait = timedelta(0) if answer.outcome == "stop" else BACK_OFF[min(tries, len(BACK_OFF)) - 1]
    until = cause.at + (wait if answer.wait is None else timedelta(seconds=answer.wait))
    if tries >= ATTEMPTS_PER_WAY or until >= notification.expires_at:
        return try_next_way(notification, answer.code, answer.detail, notification.last_provider, cause)
    return retry(notification, answer.code, until, cause)


def _settled(notification: Notification, answer: Answer, cause: Cause) -> Notification:
    last = notification.attempts[-1].but(
        settled_at=cause.at,
        outcome=answer.outcome,
        code=answer.code,
        detail=answer.detail[:300],
        reference=answer.reference,
    )
    return notification.but(attempts=(*notification.attempts[:-1], last))
