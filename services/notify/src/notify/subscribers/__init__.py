"""How notify reacts to what others announce: facts about people are kept, and the tables' lines become messages."""

from notify.composer import Composer
from notify.sender import DeliveryLoop
from notify.store import Stores
from notify.subscribers import facts, failures, people
from shared.subscriptions import Subscriptions


def subscriptions(stores: Stores, composer: Composer, loop: DeliveryLoop) -> Subscriptions:
    """Every reaction of notify: one per event that a line names or that says something about people."""
    on = Subscriptions("notify")
    facts.subscribe(on, stores, composer, loop)
    failures.subscribe(on, stores, composer)
    people.subscribe(on, stores, composer)
    return on
