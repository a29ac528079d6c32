"""What a closed case taught, and whether the customer was won back (002 六1(6), 五2)."""

from complaints.domain.parts.papers import Signed
from shared.contracts.event import Part
from shared.contracts.vocabulary import AboutComplaint, Line, Prose


class CaseReview(Part):
    """One case of a month's review; without `reviewed` it is still to be looked at."""

    case: AboutComplaint
    outcome: Line
    evaluation: Prose | None = None
    recovered: bool | None = None
    lessons: tuple[Prose, ...] = ()
    reviewed: Signed | None = None
