"""Who sends the messages."""

from shared.contracts.event import Part


class Company(Part):
    """What the company says once for all messages: who it is, and in which time zone it lives."""

    name: str
    signature: str
    hotline: str
    timezone: str
