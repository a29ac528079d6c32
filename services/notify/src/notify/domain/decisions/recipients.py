"""What facts and answers say about the people who get messages."""

from uuid import UUID

from notify.domain.parts.address import as_address
from notify.domain.parts.contact import FileContact
from notify.domain.parts.rest import Rest
from notify.domain.parts.zone import zone_named
from notify.domain.recipient import Recipient, customer_recipient, turn
from shared.aggregate import Cause, Change
from shared.contracts.intake import Contact, CustomerRegistered, CustomersMerged, CustomerUpdated
from shared.contracts.notify import TimeZoneUnknown

FINAL_REVISION = 2**31
"""Higher than any that a customer's file will have, so that nothing older is kept after it was erased."""


def register(recipient: Recipient, event: CustomerRegistered | CustomerUpdated, cause: Cause) -> Change[Recipient]:
    """Keep how to reach the customer; of two revisions the higher one is the truth.

    A contact's time zone that does not exist is announced once, so that a colleague corrects the file (002 四1).
    """
    revision = event.revision if isinstance(event, CustomerUpdated) else 1
    if revision <= recipient.revision:
        return Change(recipient)
    contacts = tuple(_contact(each) for each in event.contacts)
    filed = recipient.but(
        revision=revision,
        name=event.name,
        file_name=event.name,
        mobile=None,
        email=None,
        contacts=contacts,
        reached_at=_reached_at(event),
        leads_to=None,
    )
    known = turn(filed, "order", ("sms", "email"))
    before = {each.timezone for each in recipient.contacts}
    odd = dict.fromkeys(each.timezone for each in contacts if each.timezone and not zone_named(each.timezone))
    doubts = (
        TimeZoneUnknown(customer_id=event.customer_id, customer_name=event.name, timezone=zone)
        for zone in odd
        if zone not in before
    )
    return Change(known, tuple(doubts))


def _contact(contact: Contact) -> FileContact:
    quiet = contact.quiet_hours
    return FileContact(
        name=contact.title or contact.name,
        mobile=contact.mobile,
        email=contact.email,
        locale=contact.locale,
        timezone=contact.timezone,
        rest=Rest(begin=quiet.begin, end=quiet.end) if quiet else None,
        preferred=contact.preferred_channel if contact.preferred_channel in ("sms", "email") else None,
        refused_channels=tuple(contact.opted_out),
        concerns=contact.concerns,
    )


def _reached_at(event: CustomerRegistered | CustomerUpdated) -> tuple[str, ...]:
    told = [address for each in event.contacts for address in (each.mobile, each.email) if address]
    return tuple(dict.fromkeys(as_address(each) for each in told))


def lead_to(recipient: Recipient, event: CustomersMerged, cause: Cause) -> Change[Recipient]:
    """The file leads to another one of the same person: messages and answers are that one's (004 一㈢4).

    The next revision of this file, with which it stands alone again, ends that.
    """
    if event.revision <= recipient.revision:
        return Change(recipient)
    kept = customer_recipient(event.customer_id)
    return Change(recipient.but(leads_to=kept, reached_at=(), revision=event.revision))


def erase(recipient: Recipient, pseudonym: str, cause: Cause) -> Change[Recipient]:
    """Forget everything personal; what was refused stays refused."""
    forgotten = recipient.but(name=pseudonym, file_name=pseudonym, mobile=None, email=None, reached_at=(), contacts=())
    return Change(forgotten.but(revision=FINAL_REVISION, unusable=(), erased=True))


def open_complaint(recipient: Recipient, complaint: UUID, cause: Cause) -> Change[Recipient]:
    """Care rests while a complaint is open: it would be an insult."""
    if complaint in recipient.open_complaints:
        return Change(recipient)
    return Change(recipient.but(open_complaints=(*recipient.open_complaints, complaint)))


def close_complaint(recipient: Recipient, complaint: UUID, cause: Cause) -> Change[Recipient]:
    """This complaint mutes care no longer."""
    return Change(recipient.but(open_complaints=tuple(each for each in recipient.open_complaints if each != complaint)))


def refuse_care(recipient: Recipient, cause: Cause) -> Change[Recipient]:
    """The customer answered that it wants no more care messages; service messages go on."""
    return Change(recipient.but(refused_care_at=recipient.refused_care_at or cause.at))


def accept_care(recipient: Recipient, cause: Cause) -> Change[Recipient]:
    """The customer answered that it wants care messages again."""
    return Change(recipient.but(refused_care_at=None))


def mark_unusable(recipient: Recipient, address: str, cause: Cause) -> Change[Recipient]:
    """A provider says that this address does not exist; nothing more goes there."""
    if address in recipient.unusable:
        return Change(recipient)
    return Change(recipient.but(unusable=(*recipient.unusable, address)))
