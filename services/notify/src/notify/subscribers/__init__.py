"""How notify reacts to what others announce: facts about people are kept, and the table's lines become messages."""

from collections.abc import Callable, Mapping
from typing import Any

from notify.domain.drafting import Desk
from notify.store import Notifications, Recipients, Rosters
from notify.subscribers.messages import Messages
from notify.subscribers.people import PEOPLE, Kept
from shared.aggregate import Cause
from shared.contracts.catalogue import published
from shared.contracts.event import Event
from shared.rounds import Touch
from shared.subscriptions import Reaction, Subscriptions


def subscriptions(notifications: Notifications, recipients: Recipients, rosters: Rosters, desk: Desk) -> Subscriptions:
    """One reaction per event that the table names or that says something about people."""
    on = Subscriptions("notify")
    messages = Messages(notifications, recipients, rosters, desk)
    known: Mapping[str, type[Event]] = published()
    for key in sorted(desk.catalogue.events() | PEOPLE.keys()):
        on(known[key])(_reaction(key, messages, PEOPLE.get(key), recipients))
    return on


def _reaction(
    key: str, messages: Messages, keep: Callable[..., Kept] | None, recipients: Recipients
) -> Reaction[Event]:
    async def react(event: Event, cause: Cause) -> list[Touch[Any]]:
        kept = keep(event, recipients) if keep else []
        return [*kept, *await messages.asked_for_by(event, cause)]

    react.__name__ = key.replace(".", "_")
    return react
