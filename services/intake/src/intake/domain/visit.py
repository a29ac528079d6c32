"""A visit of an account manager to a customer, as reported on leaving."""

from uuid import UUID, uuid5

from shared.aggregate import Aggregate
from shared.contracts.event import Instant
from shared.contracts.intake import VisitReport
from shared.contracts.vocabulary import StaffId

_VISITS = UUID("3a1c0de5-8c5b-5a8e-b6e0-6f8f3f0f7a21")


class Visit(Aggregate):
    """A visit that took place."""

    report: VisitReport
    staff: StaffId
    reported_at: Instant


def visit_id_of(text_id: UUID) -> UUID:
    """The id of the visit that a text reports."""
    return uuid5(_VISITS, str(text_id))
