"""Who gets messages: how to reach them, when they rest, and what they refused."""

from collections.abc import Iterable
from typing import Literal
from uuid import UUID, uuid5

from notify.domain.messages.template import Channel
from notify.domain.parts.address import as_mobile
from notify.domain.parts.contact import FileContact
from notify.domain.parts.ids import PEOPLE
from notify.domain.parts.rest import Rest
from shared.aggregate import Aggregate
from shared.contracts.event import Instant
from shared.contracts.intake.customers import Concern
from shared.contracts.vocabulary import CustomerSnapshot


def customer_recipient(customer_id: UUID) -> UUID:
    """The recipient that is this customer."""
    return uuid5(PEOPLE, f"customer/{customer_id}")


def staff_recipient(key: str) -> UUID:
    """The recipient that is this member of staff, or the group of those with this role."""
    return uuid5(PEOPLE, f"staff/{key}")


class Recipient(Aggregate):
    """One customer or one member of staff, with what the policy has to know about them.

    `contacts` are those of the customer's file, in its order; `name` and what follows it are those of the contact
    that is told about orders, until `towards` puts another one in its place. `file_name` is what the customer's
    file is called; `leads_to` is the recipient into whose file this one's was merged. `reached_at` are the numbers
    and addresses of all contacts in the file, as `as_address` writes them. An `erased` customer gets no more messages.
    """

    kind: Literal["customer", "staff"]
    customer_id: UUID | None = None
    name: str = ""
    file_name: str = ""
    mobile: str | None = None
    email: str | None = None
    reached_at: tuple[str, ...] = ()
    contacts: tuple[FileContact, ...] = ()
    locale: str = "zh-CN"
    timezone: str | None = None
    rest: Rest | None = None
    preferred: Channel | None = None
    revision: int = 0
    leads_to: UUID | None = None
    open_complaints: tuple[UUID, ...] = ()
    refused_care_at: Instant | None = None
    refused_channels: tuple[str, ...] = ()
    unusable: tuple[str, ...] = ()
    erased: bool = False

    def address(self, channel: Channel, snapshot: CustomerSnapshot | None) -> str | None:
        """Where to reach this recipient on a channel; nothing if nowhere.

        The file says it where there is one. The fact's own snapshot serves only while there is no file, so that an
        address which was corrected or removed is never used again.
        """
        address = self.mobile if channel == "sms" else self.email
        if not self.on_file and snapshot:
            address = snapshot.mobile if channel == "sms" else snapshot.email
        usable = as_mobile(address) if channel == "sms" and address else address
        return usable if usable and self.takes(channel, usable) else None

    def reaches(self, contact: FileContact, channel: Channel) -> bool:
        """Whether messages over this channel reach this contact in the file."""
        address = contact.address(channel)
        return bool(address) and address not in self.unusable

    @property
    def known_as(self) -> tuple[str, ...]:
        """Names, numbers and addresses in the customer's file."""
        told = ((each.name, each.mobile, each.email) for each in self.contacts)
        return tuple(
            filter(None, (self.file_name, self.name, *self.reached_at, *(word for each in told for word in each)))
        )

    @property
    def on_file(self) -> bool:
        """Whether the customer's file is known here; of a colleague the roster is the file."""
        return self.kind == "staff" or self.revision > 0

    def takes(self, channel: Channel, address: str) -> bool:
        """Whether messages over this channel reach this recipient at this address, as far as is known."""
        return address not in self.unusable and channel not in self.refused_channels


def unknown_recipient(id: UUID, kind: Literal["customer", "staff"], customer_id: UUID | None = None) -> Recipient:
    """A recipient of whom nothing is known yet."""
    return Recipient(id=id, kind=kind, customer_id=customer_id)


def turn(recipient: Recipient, concern: Concern, channels: Iterable[Channel]) -> Recipient:
    """The recipient as a message about this concern reaches it: at the contact in the file that is told of it.

    A contact that is named for the concern comes first, then one that is named for none, then any; among these the
    first in the file that one of the channels reaches. The whole message goes to this one contact.
    """
    named = [each for each in recipient.contacts if concern in each.concerns]
    general = [each for each in recipient.contacts if not each.concerns]
    ranked = dict.fromkeys([*named, *general, *recipient.contacts])
    over = tuple(channels)
    reached = (each for each in ranked if any(recipient.reaches(each, channel) for channel in over))
    told = next(reached, next(iter(ranked), None))
    if told is None:
        return recipient
    return recipient.but(**{name: getattr(told, name) for name in FileContact.model_fields if name != "concerns"})
