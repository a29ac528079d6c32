"""Links to the customer's own page, for the e-mails that tell about an order, a complaint or a service."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType

from notify.domain.notification import Notification
from shared.calendar import Calendar
from shared.identity.customer_links import CustomerLink, LinkKeys

PARTS: Mapping[str, str] = MappingProxyType(
    {"order": "orders", "site": "orders", "complaint": "complaints", "service": "aftersales"}
)
"""Which part of the page a message leads to, by what the message concerns; the others carry no link."""
BY_PURPOSE: Mapping[str, str] = MappingProxyType({"survey": "intake"})
"""Messages that lead to a part of their own, by what they are for."""


@dataclass(frozen=True, slots=True)
class CustomerLinks:
    """Makes the links: the same one whenever a message is written anew."""

    keys: LinkKeys
    url: str
    lasts: timedelta
    calendar: Calendar

    def to(self, notification: Notification) -> str | None:
        """Where the customer of a message reads more; nothing for a message about something else."""
        part = BY_PURPOSE.get(notification.purpose) or PARTS.get(notification.concern)
        if part is None or notification.customer_id is None:
            return None
        made = self.calendar.day(notification.created_at)
        link = self.keys.write(CustomerLink(notification.customer_id, made, made + self.lasts))
        return f"{self.url}/{part}/p/{link}"
