"""How customers rated one colleague in a period."""

from shared.contracts.event import Part
from shared.contracts.intake.contacts import Grade
from shared.contracts.vocabulary import Line, StaffId


class StaffRating(Part):
    """How many opinions there were, and how often each grade was given in each of the four dimensions (003 §15)."""

    staff: StaffId
    opinions: int
    grades: dict[Line, dict[Grade, int]]
