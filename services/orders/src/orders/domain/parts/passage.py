"""Where an order has been: the stages that it has left, and why it ended before it was done."""

from shared.contracts.event import Instant, Money, Part
from shared.contracts.vocabulary import Prose, StaffId


class Passage(Part):
    """A stage that the order was in, from when until when."""

    stage: str
    entered: Instant
    left: Instant


class Cancellation(Part):
    """Why an order ended before it was done."""

    reason: Prose
    by: StaffId
    at: Instant
    refund: Money | None = None
