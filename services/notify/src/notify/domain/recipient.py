"""Somebody who hears from us: how to reach them, when they rest, and what they refused."""

from datetime import datetime, time, timedelta
from typing import Literal
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from notify.domain.messages.template import Channel
from notify.domain.parts.address import as_mobile
from shared.aggregate import Aggregate, Change
from shared.contracts.event import Instant, Part
from shared.contracts.intake import CustomerRegistered, CustomerUpdated
from shared.contracts.vocabulary import CustomerSnapshot

_PEOPLE = UUID("5f0d3c52-6b0e-5d6f-9f37-6f2f0c7d9a11")


def customer(customer_id: UUID) -> UUID:
    """The recipient that is this customer."""
    return uuid5(_PEOPLE, f"customer/{customer_id}")


def staff(key: str) -> UUID:
    """The recipient that is this member of staff, or the group of those with this role."""
    return uuid5(_PEOPLE, f"staff/{key}")


class Rest(Part):
    """The hours in which a recipient must not be disturbed; `begin` after `end` goes over midnight (002 四1)."""

    begin: time
    end: time

    def ends(self, at: datetime, zone: ZoneInfo) -> datetime | None:
        """When the rest that holds at this moment ends; nothing while it does not hold."""
        local = at.astimezone(zone)
        clock = local.time()
        if self.begin <= self.end:
            resting, tomorrow = self.begin <= clock < self.end, False
        else:
            resting, tomorrow = clock >= self.begin or clock < self.end, clock >= self.begin
        if not resting:
            return None
        day = local.date() + timedelta(days=1 if tomorrow else 0)
        return datetime.combine(day, self.end, zone)


class Recipient(Aggregate):
    """One customer or one member of staff, with what the policy has to know about them."""

    kind: Literal["customer", "staff"]
    customer_id: UUID | None = None
    name: str = ""
    mobile: str | None = None
    email: str | None = None
    locale: str = "zh-CN"
    timezone: str | None = None
    rest: Rest | None = None
    preferred: Channel | None = None
    revision: int = 0
    open_complaints: tuple[UUID, ...] = ()
    refused_care_at: Instant | None = None
    refused_channels: tuple[str, ...] = ()
    unusable: tuple[str, ...] = ()

    def registered(self, event: CustomerRegistered | CustomerUpdated) -> Change["Recipient"]:
        """Keep how to reach the customer; of two revisions the higher one is the truth."""
        revision = event.revision if isinstance(event, CustomerUpdated) else 1
        if revision <= self.revision:
            return Change(self)
        known = self.but(revision=revision, name=event.name)
        if event.contacts:
            contact = event.contacts[0]
            quiet = contact.quiet_hours
            known = known.but(
                name=contact.title or contact.name,
                mobile=contact.mobile,
                email=contact.email,
                locale=contact.locale,
                timezone=contact.timezone,
                rest=Rest(begin=quiet.begin, end=quiet.end) if quiet else None,
                preferred=contact.preferred_channel if contact.preferred_channel in ("sms", "email") else None,
                refused_channels=tuple(contact.opted_out),
            )
        return Change(known)

    def erased(self, pseudonym: str) -> Change["Recipient"]:
        """Forget everything personal; what was refused stays refused."""
        return Change(self.but(name=pseudonym, mobile=None, email=None, revision=2**31))

    def complained(self, complaint: UUID) -> Change["Recipient"]:
        """A complaint is open: care would be an insult now."""
        if complaint in self.open_complaints:
            return Change(self)
        return Change(self.but(open_complaints=(*self.open_complaints, complaint)))

    def settled(self, complaint: UUID) -> Change["Recipient"]:
        """The complaint is closed."""
        return Change(self.but(open_complaints=tuple(open for open in self.open_complaints if open != complaint)))

    def refuses_care(self, at: datetime) -> Change["Recipient"]:
        """The customer answered that it wants no more care messages; service messages go on."""
        return Change(self.but(refused_care_at=self.refused_care_at or at))

    def unreachable_at(self, address: str) -> Change["Recipient"]:
        """A provider says that nobody is at this address."""
        if address in self.unusable:
            return Change(self)
        return Change(self.but(unusable=(*self.unusable, address)))

    def address(self, channel: Channel, snapshot: CustomerSnapshot | None) -> str | None:
        """Where to reach this recipient on a channel, the fact's own snapshot first; nothing if nowhere."""
        own, told = self.mobile, snapshot.mobile if snapshot else None
        if channel == "email":
            own, told = self.email, snapshot.email if snapshot else None
        for address in (told, own):
            usable = as_mobile(address) if channel == "sms" and address else address
            if usable and self.takes(channel, usable):
                return usable
        return None

    def takes(self, channel: Channel, address: str) -> bool:
        """Whether messages over this channel reach this recipient at this address, as far as is known."""
        return address not in self.unusable and channel not in self.refused_channels


def stranger(id: UUID, kind: Literal["customer", "staff"], customer_id: UUID | None = None) -> Recipient:
    """A recipient of whom nothing is known yet."""
    return Recipient(id=id, kind=kind, customer_id=customer_id)
