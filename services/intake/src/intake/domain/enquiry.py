"""An enquiry: what a customer asked of us, whose duty the answer is, and how it ended."""

from uuid import UUID

from pydantic import computed_field

from intake.domain.lifecycle import ENQUIRY, EnquiryStage
from intake.domain.parts.asking import EnquiryDetails, EnquiryOutcome
from shared.clocks import ClockRun, Timed
from shared.contracts.event import Instant
from shared.contracts.intake import AboutEnquiry
from shared.contracts.vocabulary import CustomerId, CustomerSnapshot
from shared.lifecycle import follows


@follows(ENQUIRY)
class Enquiry(Timed):
    """What was asked (004 一㈠1). Its one clock is the duty of the handler for its kind.

    `case` is the correlation of the request with which it came in: what complaints files of it belongs to the same.
    """

    customer_id: CustomerId
    customer: CustomerSnapshot
    asked: EnquiryDetails
    case: UUID
    received_at: Instant
    policy_version: int
    stage: EnquiryStage = "open"
    outcome: EnquiryOutcome | None = None

    @property
    def about(self) -> AboutEnquiry:
        """What every event about this enquiry says."""
        return AboutEnquiry(enquiry_id=self.id, kind=self.asked.kind)

    @property
    def term(self) -> ClockRun:
        """The run of its clock, which began when the enquiry came in."""
        return self.clocks[-1]

    @computed_field  # type: ignore[prop-decorator]
    @property
    def due_at(self) -> Instant:
        """By when the customer is to have an answer. Stored, because lists are sorted by it."""
        return self.term.due_at
