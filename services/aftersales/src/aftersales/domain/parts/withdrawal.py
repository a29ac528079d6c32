"""That a request or a service is not wanted any more."""

from shared.contracts.event import Instant, Part
from shared.contracts.vocabulary import Prose, StaffId


class Withdrawal(Part):
    """Why, and who entered it when."""

    reason: Prose
    by: StaffId
    at: Instant
