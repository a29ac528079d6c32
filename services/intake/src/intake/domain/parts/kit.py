"""What an account manager takes along to a customer."""

from shared.contracts.event import Instant, Part
from shared.contracts.vocabulary import Line


class KitItem(Part):
    """One thing on the checklist, and when it was ticked off; a sample is one that the customer asked for."""

    name: Line
    sample: bool = False
    ticked_at: Instant | None = None
