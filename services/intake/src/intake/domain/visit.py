"""A visit of an account manager to a customer, as reported on leaving."""

from typing import Literal
from uuid import UUID

from shared.aggregate import Aggregate, Cause, Change, Refused
from shared.contracts.event import Instant, Part
from shared.contracts.intake import VisitReported
from shared.contracts.vocabulary import CustomerId, Line, StaffId


class VisitReport(Part):
    """What the account manager texts on leaving: shop, name and mobile (000 §3.6.1a)."""

    shop_name: Line
    customer_id: CustomerId | None = None
    customer_name: Line
    mobile: str
    left_at: Instant
    punctual: bool | None = None
    via: Literal["sms", "app", "phone"] = "sms"


class Visit(Aggregate):
    """A visit that took place."""

    report: VisitReport
    staff: StaffId
    reported_at: Instant

    @classmethod
    def reported(cls, id: UUID, report: VisitReport, cause: Cause) -> Change["Visit"]:
        """The visit is over and known to us; from now on the callback's thirty minutes run (000 §3.6.1b).

        Refused with `not_over` when it is said to end later than it is reported.
        """
        if report.left_at > cause.at:
            raise Refused("a visit is reported when it is over; left_at lies ahead", "not_over")
        visit = cls(id=id, report=report, staff=cause.actor.id, reported_at=cause.at)
        said = VisitReported(visit_id=id, staff=visit.staff, reported_at=visit.reported_at, **dict(report))
        return Change(visit, (said,))
