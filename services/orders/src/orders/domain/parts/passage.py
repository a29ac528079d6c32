"""Where an order has been: the stages that it has left, and how it was asked to end, or ended, before it was done."""

from collections.abc import Sequence

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


class CancellingRequest(Part):
    """A wish that the order ends, of one who may not decide about it: open until it is declined or the order ends."""

    reason: Prose
    by: StaffId
    at: Instant
    declined_by: StaffId | None = None
    declined_why: Prose | None = None


def request_of(requests: Sequence[CancellingRequest]) -> CancellingRequest | None:
    """The wish to cancel an order that waits for a decision, among all that there were."""
    return next((each for each in reversed(requests) if each.declined_by is None), None)
