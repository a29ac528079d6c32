"""Who sends the messages."""

from notify.domain.parts.rest import Rest
from shared.contracts.event import Part


class Company(Part):
    """What the company says once for all messages: who it is and when its customers rest unless they say otherwise."""

    name: str
    signature: str
    hotline: str
    timezone: str
    rest: Rest
