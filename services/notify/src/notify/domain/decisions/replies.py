"""Answers of people to messages."""

from uuid import UUID

from notify.domain.notification import Notification
from notify.domain.parts.address import masked
from notify.domain.parts.seen_reply import SeenReply
from notify.domain.policy.policy import Rules
from notify.domain.policy.purpose import Purpose
from notify.domain.reply import Reply, intent_of
from shared.aggregate import Cause, Change, Refused
from shared.clocks import Matter
from shared.contracts.notify import ReplyReceived


def understand(
    seen: SeenReply,
    notification: Notification | None,
    customer_id: UUID | None,
    staff: str | None,
    purpose: Purpose | None,
    rules: Rules,
    cause: Cause,
) -> Change[Reply]:
    """The reply, matched and understood: a wish about further messages, one of the choices offered, or free text.

    `customer_id` is the file that the address belongs to, `staff` the colleague. A reply without either, and without a
    message that it answers, makes a duty: who wrote it is to be found out.
    """
    intent, choice = intent_of(seen.text, notification, purpose)
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
        customer_id=customer_id,
    )
    fact = ReplyReceived(
        reply_id=reply.id,
        address_masked=masked(reply.address),
        text=reply.text or "（空）",
        notification_id=reply.notification,
        trigger_event_id=notification.pieces[0].trigger if notification else None,
        customer_id=reply.customer_id,
        staff=staff,
        purpose=notification.purpose if notification else None,
        about=notification.about if notification else None,
        intent="free" if intent == "start" else intent,
        choice=choice,
        offer_id=notification.offer if notification else None,
        at=reply.at,
    )
    taken = Change(reply, (fact,))
    if notification or customer_id or staff:
        return taken
    policy, matter = rules.on(cause.at), Matter(about=masked(reply.address) or reply.provider)
    return taken.then(rules.clocks.start(policy.unattributed, matter, cause, policy=policy))


def attribute(reply: Reply, customer_id: UUID | None, note: str, rules: Rules, cause: Cause) -> Change[Reply]:
    """A person has found out whose reply it is, or that it is no customer's. Refused where that is known already."""
    if reply.customer_id or reply.attributed_by:
        raise Refused("whose reply this is has been found out already", "attributed")
    known = reply.but(customer_id=customer_id, attributed_by=cause.actor.id, note=note)
    return Change(known).then(rules.clocks.stop(cause=cause))
