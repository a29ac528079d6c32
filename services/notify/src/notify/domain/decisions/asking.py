"""How messages come into being, and what later facts add to them before they go out."""

from collections.abc import Callable
from uuid import UUID

from notify.domain.decisions.ways import fail
from notify.domain.decisions.withholding import suppress
from notify.domain.lifecycle import LIFECYCLE
from notify.domain.notification import Notification
from notify.domain.parts.piece import Piece
from shared.aggregate import Cause, Change, Contention


def queue(draft: Notification, cause: Cause) -> Change[Notification]:
    """The birth of a message. One without any way that works fails, so that a colleague calls instead."""
    return Change(draft) if draft.ways else fail_unreachable(draft, cause)


def fail_unreachable(notification: Notification, cause: Cause) -> Change[Notification]:
    """There is no way to its recipient: a colleague has to call."""
    why = "; ".join(notification.skipped) or "no channel that the recipient takes"
    return fail(notification, why, "", None, cause)


def join(notification: Notification, piece: Piece, cause: Cause) -> Change[Notification]:
    """One more thing to tell in the same message, as long as it has not gone out. Raises Contention after that."""
    if not notification.open:
        raise Contention("this message went on its way just now; the fact gets one of its own")
    return Change(notification.but(pieces=(*notification.pieces, piece)))


def end(notification: Notification, untrue: Callable[[Piece], bool], cause: Cause) -> Change[Notification]:
    """A later fact has made untrue what some of its pieces tell: the others are told without them.

    When none is left it is not sent; nothing changes if it has gone out.
    """
    true = tuple(piece for piece in notification.pieces if not untrue(piece))
    if true == notification.pieces or not LIFECYCLE.allows(notification.stage, "suppress"):
        return Change(notification)
    if true:
        return Change(notification.but(pieces=true, about=true[0].about or notification.about))
    return suppress(notification, "superseded", None, cause)


def supersede(notification: Notification, by: UUID, cause: Cause) -> Change[Notification]:
    """A newer message of the same thread says it; nothing changes if this one has gone out."""
    if not LIFECYCLE.allows(notification.stage, "suppress"):
        return Change(notification)
    return suppress(notification, "superseded", by, cause)
