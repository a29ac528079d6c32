"""A person at a customer as the file names it: how to reach that person, and about what."""

from notify.domain.messages.template import Channel
from notify.domain.parts.address import as_mobile
from notify.domain.parts.rest import Rest
from shared.contracts.event import Part
from shared.contracts.intake.customers import Concern


class FileContact(Part):
    """One contact of a customer's file. Without `concerns` it is told what no other contact is named for."""

    name: str = ""
    mobile: str | None = None
    email: str | None = None
    locale: str = "zh-CN"
    timezone: str | None = None
    rest: Rest | None = None
    preferred: Channel | None = None
    refused_channels: tuple[str, ...] = ()
    concerns: tuple[Concern, ...] = ()

    def address(self, channel: Channel) -> str | None:
        """Where this contact is reached on a channel that it has not refused; nothing if nowhere."""
        if channel in self.refused_channels:
            return None
        if channel == "sms":
            return as_mobile(self.mobile) if self.mobile else None
        return self.email
