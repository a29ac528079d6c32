"""To whom a problem of the day was fed back, and what was said of it."""

from shared.contracts.event import Instant, Part
from shared.contracts.vocabulary import DepartmentName, Prose, StaffId


class ProblemFeedback(Part):
    """Which department was told of the problem, in which words, by whom and when."""

    department: DepartmentName
    words: Prose
    by: StaffId
    at: Instant
