"""A quote: our price before the customer orders, given on site or at the counter, in one revision after another."""

from datetime import date
from typing import Literal
from uuid import UUID

from intake.domain.lifecycle import QUOTE, QuoteStage
from intake.domain.parts.offer import Offer
from shared.aggregate import Aggregate
from shared.contracts.event import Instant
from shared.contracts.intake import AboutQuote
from shared.contracts.vocabulary import CustomerId, CustomerSnapshot, Line, PaperNo, StaffId
from shared.lifecycle import follows

LAPSE = "lapse"
"""The deadline at which a quote that is not answered holds no longer."""

QuoteKind = Literal["on_site", "counter"]


@follows(QUOTE)
class Quote(Aggregate):
    """A quote (000 §3.3.2). `offers` are its revisions, none of which is ever written over; the last one holds."""

    customer_id: CustomerId
    customer: CustomerSnapshot
    quote_no: PaperNo
    kind: QuoteKind
    enquiry_id: UUID | None = None
    stage: QuoteStage = "issued"
    offers: tuple[Offer, ...]
    answered_at: Instant | None = None
    answered_by: StaffId | None = None
    declined_because: Line | None = None

    @property
    def offer(self) -> Offer:
        """What holds now."""
        return self.offers[-1]

    @property
    def about(self) -> AboutQuote:
        """What every event about this quote says."""
        return AboutQuote(quote_id=self.id, quote_no=self.quote_no, customer=self.customer)


def quote_no_of(id: UUID, day: date) -> Line:
    """The number of a quote: the day and the first digits of its id."""
    return f"BJ-{day:%Y%m%d}-{id.hex[:8].upper()}"
