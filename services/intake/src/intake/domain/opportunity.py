"""New business that was found with a customer."""

from uuid import UUID

from shared.aggregate import Aggregate
from shared.contracts.event import Instant
from shared.contracts.vocabulary import CustomerId, CustomerSnapshot, Line, Prose, StaffId


class Opportunity(Aggregate):
    """A project of a customer, as it was told on the phone, or as a colleague noticed it (001 售前一, 001 售后一c)."""

    customer_id: CustomerId
    customer: CustomerSnapshot
    contact_id: UUID | None = None
    found_by: StaffId
    found_at: Instant
    owner: StaffId | None
    project: Prose
    has_plan: bool
    style: Line | None
    referred_by: CustomerId | None = None
