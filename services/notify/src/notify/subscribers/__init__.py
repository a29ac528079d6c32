"""How notify reacts to what others announce: facts about people are kept, and the table's lines become messages."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from notify.domain.composer import Composer
from notify.domain.messages.rule import Rule
from notify.sender import Sender
from notify.store import Notifications, Recipients, Rosters
from notify.subscribers.messages import Messages
from notify.subscribers.people import PEOPLE, Kept
from shared.aggregate import Cause
from shared.contracts.catalogue import contracts
from shared.contracts.event import Event
from shared.store import Touch
from shared.subscriptions import Subscriptions


def subscriptions(
    notifications: Notifications, recipients: Recipients, rosters: Rosters, composer: Composer, sender: Sender
) -> Subscriptions:
    """One reaction per event that the table names or that says something about people."""
    on = Subscriptions("notify")
    messages = Messages(notifications, recipients, rosters, composer)
    known: Mapping[str, type[Event]] = contracts()
    for key in sorted(composer.catalogue.events() | PEOPLE.keys()):
        react = _reaction(messages, PEOPLE.get(key), recipients, sender)
        react.__name__ = key.replace(".", "_")
        react.__doc__ = _why(composer.catalogue.rules_for(key), kept=key in PEOPLE)
        on(known[key])(react)
    return on


def _why(rules: Sequence[Rule], *, kept: bool) -> str:
    """What a reaction is for, in one sentence: whom it tells what."""
    told = sorted({f"{rule.audience} of {rule.purpose}" for rule in rules})
    duties = (["keeps what it says about a person"] if kept else []) + ([f"tells {', '.join(told)}"] if told else [])
    return f"Notify {' and '.join(duties)}."


def _reaction(
    messages: Messages, keep: Callable[..., Kept] | None, recipients: Recipients, sender: Sender
) -> Callable[[Event, Cause], Awaitable[list[Touch[Any]]]]:
    async def react(event: Event, cause: Cause) -> list[Touch[Any]]:
        kept = keep(event, recipients) if keep else []
        return [*kept, *sender.take(await messages.asked_for_by(event, cause))]

    return react
