"""A visit of an account manager to a customer, as reported on leaving."""

from shared.aggregate import Aggregate
from shared.contracts.event import Instant
from shared.contracts.intake import VisitReport
from shared.contracts.vocabulary import StaffId


class Visit(Aggregate):
    """A visit that took place."""

    report: VisitReport
    staff: StaffId
    reported_at: Instant
