"""What facts say about the people who get messages: where they are reached, when they rest, what is open with them."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from notify.domain import recipient
from notify.store import Recipients
from shared.contracts.complaints import ComplaintClosed, ComplaintFiled
from shared.contracts.intake import CustomerErased, CustomerRegistered, CustomerUpdated
from shared.store import Touch

Kept = list[Touch[Any]]


def _registered(event: CustomerRegistered | CustomerUpdated, recipients: Recipients) -> Kept:
    return [_touch(recipients, event.customer_id, lambda known: known.registered(event))]


def _erased(event: CustomerErased, recipients: Recipients) -> Kept:
    return [_touch(recipients, event.customer_id, lambda known: known.erased(event.pseudonym))]


def _complained(event: ComplaintFiled, recipients: Recipients) -> Kept:
    return [_touch(recipients, event.customer.customer_id, lambda known: known.complained(event.complaint_id))]


def _settled(event: ComplaintClosed, recipients: Recipients) -> Kept:
    return [_touch(recipients, event.customer.customer_id, lambda known: known.settled(event.complaint_id))]


def _touch(recipients: Recipients, customer_id: Any, decide: Any) -> Touch[Any]:
    id = recipient.customer(customer_id)
    return recipients.touch(id, decide, start=recipient.stranger(id, "customer", customer_id))


PEOPLE: Mapping[str, Callable[..., Kept]] = MappingProxyType(
    {
        CustomerRegistered.key: _registered,
        CustomerUpdated.key: _registered,
        CustomerErased.key: _erased,
        ComplaintFiled.key: _complained,
        ComplaintClosed.key: _settled,
    }
)
