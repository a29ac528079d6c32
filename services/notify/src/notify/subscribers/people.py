"""What facts say about the people who get messages: where they are reached, when they rest, what is open with them."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any
from uuid import UUID

from notify.composer import Composer
from notify.domain.decisions.recipients import close_complaint, erase, lead_to, open_complaint, register
from notify.domain.recipient import Recipient, customer_recipient, unknown_recipient
from notify.store import Recipients, Stores
from shared.aggregate import Cause, Decision
from shared.contracts.complaints import ComplaintClosed, ComplaintFiled
from shared.contracts.intake import CustomerErased, CustomerRegistered, CustomersMerged, CustomerUpdated
from shared.erasure import erasing
from shared.store import Touch
from shared.subscriptions import Subscriptions


def subscribe(on: Subscriptions, stores: Stores, composer: Composer) -> None:
    """Forget who has been erased. What else facts say about people is kept before their messages are made: `PEOPLE`."""

    @on(CustomerErased)
    async def erase_customer(event: CustomerErased, cause: Cause) -> list[Touch[Any]]:
        """The customer gets no more messages, and those of the past name no person (003 二1-7)."""
        recipient = await stores.recipients.of_file(event.customer_id)
        forgotten = stores.recipients.touch(recipient.id, lambda known: erase(known, event.pseudonym, cause), recipient)
        personal, known = stores.personal(composer.rules), recipient.known_as
        return [forgotten, *await erasing(event, stores.erased_customers, personal, cause, known)]


Kept = list[Touch[Any]]
Keep = Callable[[Any, Recipients, Cause], Kept]


def _registered(event: CustomerRegistered | CustomerUpdated, recipients: Recipients, cause: Cause) -> Kept:
    return [_touch(recipients, event.customer_id, lambda known: register(known, event, cause))]


def _merged(event: CustomersMerged, recipients: Recipients, cause: Cause) -> Kept:
    return [_touch(recipients, event.duplicate_id, lambda known: lead_to(known, event, cause))]


def _complained(event: ComplaintFiled, recipients: Recipients, cause: Cause) -> Kept:
    complaint, customer = event.complaint_id, event.customer.customer_id
    return [_touch(recipients, customer, lambda known: open_complaint(known, complaint, cause))]


def _settled(event: ComplaintClosed, recipients: Recipients, cause: Cause) -> Kept:
    complaint, customer = event.complaint_id, event.customer.customer_id
    return [_touch(recipients, customer, lambda known: close_complaint(known, complaint, cause))]


def _touch(recipients: Recipients, customer_id: UUID, decide: Decision[Recipient]) -> Touch[Recipient]:
    id = customer_recipient(customer_id)
    return recipients.touch(id, decide, start=unknown_recipient(id, "customer", customer_id))


PEOPLE: Mapping[str, Keep] = MappingProxyType(
    {
        CustomerRegistered.key: _registered,
        CustomerUpdated.key: _registered,
        CustomersMerged.key: _merged,
        ComplaintFiled.key: _complained,
        ComplaintClosed.key: _settled,
    }
)
