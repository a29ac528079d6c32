"""Every fact about a customer goes into the timeline; some of them oblige us to call."""

from collections.abc import Awaitable, Callable
from typing import Any

from intake.domain.timeline import Moment, customer_of, facts_about_customers
from intake.store import Records
from intake.subscribers.callbacks import Calls
from shared.aggregate import Cause
from shared.calendar import Calendar
from shared.contracts.event import Event
from shared.store import Touch
from shared.subscriptions import Subscriptions

Reaction = Callable[[Any, Cause], Awaitable[list[Touch[Any]]]]


def listen(on: Subscriptions, records: Records, calendar: Calendar) -> None:
    """Subscribe to every fact that names its customer (004 一㈢4)."""
    calls = Calls(records, calendar)
    for fact in facts_about_customers():
        on(fact)(_reaction(records, calls, fact))


def _reaction(records: Records, calls: Calls, fact: type[Event]) -> Reaction:
    async def remember_and_call(event: Event, cause: Cause) -> list[Touch[Any]]:
        customer = customer_of(event)
        moments = [records.moments.birth(Moment.of(event, customer, cause))] if customer else []
        return [*moments, *await calls.owed_for(event, cause)]

    remember_and_call.__doc__ = f"Into the customer's timeline, with the call that it obliges us to: {fact.__doc__}"
    return remember_and_call
