"""New business that was found with a customer."""

from uuid import UUID

from intake.domain.parts.winning import EarlierDemand, SentMaterial
from shared.clocks import Timed
from shared.contracts.event import Instant
from shared.contracts.vocabulary import CustomerId, CustomerSnapshot, Line, Prose, StaffId


class Opportunity(Timed):
    """A project of a customer, as it was told on the phone, or as a colleague noticed it (001 售前一, 001 售后一c).

    `earlier` is what the customer wanted before, oldest first. While a customer doubts, its one clock is the duty to
    give a tutorial or a trial.
    """

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
    doubt: Prose | None = None
    sent: tuple[SentMaterial, ...] = ()
    earlier: tuple[EarlierDemand, ...] = ()
