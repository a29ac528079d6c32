"""One customer on a campaign's list, and what came of it."""

from typing import Literal

from shared.contracts.event import Instant, Part
from shared.contracts.vocabulary import CustomerId, StaffId

ProspectOutcome = Literal["open", "attained", "talked", "not_reached", "refused"]


class Prospect(Part):
    """A customer, who has it on the list, and how it ended: the aim was attained, or it was talked about in vain, the
    customer was not reached, or does not want to be called."""

    customer_id: CustomerId
    staff: StaffId
    outcome: ProspectOutcome = "open"
    at: Instant | None = None
