"""Who gets messages: how to reach them, when they rest, and what they refused."""

from typing import Literal
from uuid import UUID, uuid5

from notify.domain.messages.template import Channel
from notify.domain.parts.address import as_mobile
from notify.domain.parts.ids import PEOPLE
from notify.domain.parts.rest import Rest
from shared.aggregate import Aggregate
from shared.contracts.event import Instant
from shared.contracts.vocabulary import CustomerSnapshot


def customer_recipient(customer_id: UUID) -> UUID:
    """The recipient that is this customer."""
    return uuid5(PEOPLE, f"customer/{customer_id}")


def staff_recipient(key: str) -> UUID:
    """The recipient that is this member of staff, or the group of those with this role."""
    return uuid5(PEOPLE, f"staff/{key}")


class Recipient(Aggregate):
    """One customer or one member of staff, with what the policy has to know about them.

    `name` is how the recipient is addressed, `file_name` what the customer's file is called. `reached_at` are the
    numbers and addresses of all contacts in the file, as `as_address` writes them.
    """

    kind: Literal["customer", "staff"]
    customer_id: UUID | None = None
    name: str = ""
    file_name: str = ""
    mobile: str | None = None
    email: str | None = None
    reached_at: tuple[str, ...] = ()
    locale: str = "zh-CN"
    timezone: str | None = None
    rest: Rest | None = None
    preferred: Channel | None = None
    revision: int = 0
    open_complaints: tuple[UUID, ...] = ()
    refused_care_at: Instant | None = None
    refused_channels: tuple[str, ...] = ()
    unusable: tuple[str, ...] = ()

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
