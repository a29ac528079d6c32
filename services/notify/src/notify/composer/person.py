"""Whom one message is for."""

from dataclasses import dataclass

from notify.domain.messages.template import Channel
from notify.domain.recipient import Recipient
from shared.contracts.roles import Role
from shared.contracts.vocabulary import CustomerSnapshot


@dataclass(frozen=True, slots=True)
class Person:
    """A customer, a colleague, or the group of a role. `snapshot` is what the fact itself says about a customer."""

    recipient: Recipient
    snapshot: CustomerSnapshot | None = None
    staff: str | None = None
    role: Role | None = None

    @property
    def name(self) -> str:
        """How the person is addressed."""
        if self.snapshot and not self.recipient.contacts:
            return self.snapshot.title or self.snapshot.contact_name or self.snapshot.name
        return self.recipient.name or self.staff or self.role or ""

    @property
    def locale(self) -> str:
        """In which language the person is addressed."""
        return self.snapshot.locale if self.snapshot and not self.recipient.contacts else self.recipient.locale

    def address(self, channel: Channel) -> str | None:
        """Where to reach this person on a channel; a colleague's chat is the group of the role."""
        if channel == "chat":
            return self.role or self.staff
        return self.recipient.address(channel, self.snapshot)
