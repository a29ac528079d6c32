"""Over which channel to which address a message goes."""

from notify.domain.messages.template import Channel
from shared.contracts.event import Part


class Way(Part):
    """A channel and the address on it."""

    channel: Channel
    address: str
