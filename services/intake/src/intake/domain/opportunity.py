"""New business that was found with a customer."""

from uuid import UUID

from shared.aggregate import Aggregate
from shared.contracts.event import Instant
from shared.contracts.vocabulary import CustomerId, CustomerSnapshot, Line, Prose, StaffId


class Opportunity(Aggregate):
    """A further project of a customer, as it was told on the phone (001 售前一)."""

    customer_id: CustomerId
    customer: CustomerSnapshot
    contact_id: UUID
    found_by: StaffId
    found_at: Instant
    owner: StaffId | None
    project: Prose
    has_plan: bool
    style: Line | None
