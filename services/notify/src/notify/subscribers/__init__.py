"""How notify reacts to what others announce: facts about people are kept, and the tables' lines become messages."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from notify.composer import Composer
from notify.domain.decisions.recipients import erase
from notify.domain.messages.rule import Rule
from notify.sender import DeliveryLoop
from notify.store import Recipients, Stores
from notify.subscribers.facts import Facts
from notify.subscribers.failures import Failures
from notify.subscribers.people import PEOPLE, Keep
from shared.aggregate import Cause
from shared.contracts.catalogue import contracts
from shared.contracts.event import Event
from shared.contracts.intake import CustomerErased
from shared.contracts.notify import NotificationFailed
from shared.erasure import erasing
from shared.store import Touch
from shared.subscriptions import Subscriptions


def subscriptions(stores: Stores, composer: Composer, loop: DeliveryLoop) -> Subscriptions:
    """Every reaction of notify: one per event that a line names or that says something about people."""
    on = Subscriptions("notify")
    subscribe(on, stores, composer, loop)
    failures = Failures(stores, composer)

    @on(NotificationFailed)
    async def owe_what_was_not_told(event: NotificationFailed, cause: Cause) -> list[Touch[Any]]:
        """A message that failed for good makes it customer service's duty to tell the customer."""
        return await failures.owed(event, cause)

    @on(CustomerErased)
    async def erase_customer(event: CustomerErased, cause: Cause) -> list[Touch[Any]]:
        """The customer gets no more messages, and those of the past name no person (003 二1-7)."""
        recipient = await stores.recipients.of_file(event.customer_id)
        forgotten = stores.recipients.touch(recipient.id, lambda known: erase(known, event.pseudonym, cause), recipient)
        personal, known = stores.personal(composer.rules), recipient.known_as
        return [forgotten, *await erasing(event, stores.erased_customers, personal, cause, known)]

    return on


def subscribe(on: Subscriptions, stores: Stores, composer: Composer, loop: DeliveryLoop) -> None:
    """Which events make a message stands in the tables, so that the reactions are made of them."""
    facts = Facts(stores, composer)
    known: Mapping[str, type[Event]] = contracts()
    ending = {key for policy in composer.rules.policies for purpose in policy.purposes for key in purpose.ends}
    for key in sorted(composer.catalogue.events() | PEOPLE.keys() | ending):
        react = _reaction(facts, PEOPLE.get(key), stores.recipients, loop)
        react.__name__ = key.replace(".", "_")
        react.__doc__ = _why(composer.catalogue.rules_for(key), kept=key in PEOPLE, ends=key in ending)
        on(known[key])(react)


def _why(rules: Sequence[Rule], *, kept: bool, ends: bool) -> str:
    """What a reaction is for, in one sentence: whom it tells what."""
    told = sorted({f"{rule.audience} of {rule.purpose}" for rule in rules})
    duties = ["withholds what waits and is no longer true"] if ends else []
    duties += (["keeps what it says about a person"] if kept else []) + ([f"tells {', '.join(told)}"] if told else [])
    return f"Notify {' and '.join(duties)}."


def _reaction(
    facts: Facts, keep: Keep | None, recipients: Recipients, loop: DeliveryLoop
) -> Callable[[Event, Cause], Awaitable[list[Touch[Any]]]]:
    async def react(event: Event, cause: Cause) -> list[Touch[Any]]:
        kept = keep(event, recipients, cause) if keep else []
        ended = await facts.ended(event, cause)
        return [*kept, *ended, *loop.claim_births(await facts.messages(event, cause))]

    return react
