"""What a customer asked, and how it was answered."""

from typing import Literal

from shared.contracts.event import Instant, Part
from shared.contracts.intake.customers import EnquiryKind
from shared.contracts.vocabulary import PaperNo, Prose, StaffId


class EnquiryDetails(Part):
    """What was asked, by which way, and about which order, where it was about one."""

    kind: EnquiryKind
    channel: Literal["phone", "visit", "email", "sms", "web"] = "phone"
    text: Prose
    order_no: PaperNo | None = None


class EnquiryOutcome(Part):
    """How an enquiry ended: in words, or with the number of the quote, order or complaint that it led to."""

    kind: Literal["answered", "quoted", "ordered", "filed"]
    answer: Prose
    answered_by: StaffId
    answered_at: Instant
