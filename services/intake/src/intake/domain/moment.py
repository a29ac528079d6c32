"""One fact about one customer, from whichever service, as the customer's timeline keeps it."""

from uuid import UUID

from pydantic import JsonValue

from shared.aggregate import Aggregate
from shared.contracts.catalogue import published
from shared.contracts.deadline import DeadlineMissed, RunningDeadline
from shared.contracts.event import Actor, Event, Instant
from shared.contracts.vocabulary import AboutOrder, CustomerId, CustomerSnapshot

SERVICES = ("intake", "orders", "complaints", "aftersales", "notify")


class Moment(Aggregate):
    """One fact about one customer."""

    customer_id: CustomerId
    at: Instant
    key: str
    subject: UUID
    sequence: int
    actor: Actor
    said: dict[str, JsonValue]


def facts_about_customers() -> tuple[type[Event], ...]:
    """Every event of our own services that names its customer: what a timeline is made of (004 一㈢4).

    Of a clock it keeps that it ran out, and nothing else.
    """
    return tuple(event for event in published().values() if event.publisher() in SERVICES and _tells(event))


def facts_about_orders() -> tuple[type[Event], ...]:
    """Every event of our own services about an order that does not name its customer; our own order does."""
    return tuple(event for event in published().values() if event.publisher() in SERVICES and _about_an_order(event))


def customer_of(event: Event) -> UUID | None:
    """The customer whom a fact names, if it names one."""
    customer = getattr(event, "customer", None)
    if isinstance(customer, CustomerSnapshot):
        return customer.customer_id
    named: UUID | None = getattr(event, "customer_id", None)
    return named


def _tells(event: type[Event]) -> bool:
    return _names_customer(event) and (issubclass(event, DeadlineMissed) or not issubclass(event, RunningDeadline))


def _about_an_order(event: type[Event]) -> bool:
    return issubclass(event, AboutOrder) and not _names_customer(event)


def _names_customer(event: type[Event]) -> bool:
    return not event.model_fields.keys().isdisjoint({"customer", "customer_id"})
