"""Answers of people to messages."""

from notify.domain.notification import Notification
from notify.domain.parts.address import masked
from notify.domain.parts.seen_reply import SeenReply
from notify.domain.policy.purpose import Purpose
from notify.domain.reply import Reply
from notify.domain.understanding import intent_of
from shared.aggregate import Cause, Change
from shared.contracts.notify import ReplyReceived


def understand(
    seen: SeenReply, notification: Notification | None, purpose: Purpose | None, cause: Cause
) -> Change[Reply]:
    """The reply, matched and understood: a stop word, one of the choices that the purpose offers, or free text."""
    intent, choice = intent_of(seen.text, purpose)
    reply = Reply(
        id=seen.id,
        provider=seen.provider,
        address=seen.address,
        text=seen.text[:4000],
        at=seen.at,
        intent=intent,
        choice=choice,
        notification=notification.id if notification else None,
        recipient=notification.recipient if notification else None,
        customer_id=notification.customer_id if notification else None,
    )
    fact = ReplyReceived(
        reply_id=reply.id,
        address_masked=masked(reply.address),
        text=reply.text or "（空）",
        notification_id=reply.notification,
        trigger_event_id=notification.pieces[0].trigger if notification else None,
        customer_id=reply.customer_id,
        purpose=notification.purpose if notification else None,
        about=notification.about if notification else None,
        intent=intent,
        choice=choice,
        at=reply.at,
    )
    return Change(reply, (fact,))
