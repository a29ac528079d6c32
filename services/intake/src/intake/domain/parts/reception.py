"""What is prepared for a tour of the showroom, who does what, and what the visitors said afterwards."""

from shared.contracts.event import Instant, Part
from shared.contracts.intake.contacts import Rating
from shared.contracts.vocabulary import Line, StaffId


class Preparation(Part):
    """Something to be prepared, and how much of it."""

    title: Line
    quantity: int


class ReceptionTask(Part):
    """A task of one person at the reception, and when it was done."""

    name: Line
    title: Line
    staff: StaffId
    done_at: Instant | None = None


class VisitorForm(Part):
    """The visitors' form (001 表2): three levels for the host, impression, evaluation, suggestion, signature."""

    rating: Rating
    impression: str = ""
    evaluation: str = ""
    suggestion: str = ""
    signed: bool
