"""How a visit becomes known to us."""

from uuid import UUID

from intake.domain.parts.said_visit import SaidVisit
from intake.domain.visit import Visit, visit_id_of
from intake.domain.visit_plan import VisitPlan
from intake.domain.visit_text import VisitText
from shared.aggregate import Cause, Change, Refused, must_be_recent
from shared.contracts.intake import VisitReport, VisitReported


def report_visit(id: UUID, report: VisitReport, plan: VisitPlan | None, cause: Cause) -> Change[Visit]:
    """The visit is over and known to us; from now on the callback's thirty minutes run (000 §3.6.1b).

    Whether it was punctual follows from the times of a visit that was planned (001 售前三c).

    Refused with `not_over` when it is said to end later than it is reported, with `visit_cancelled` when the one that
    was planned does not take place. A planned visit is reported once: it has the id of its plan.
    """
    if report.left_at > cause.at:
        raise Refused("a visit is reported when it is over; left_at lies ahead", "not_over", "left_at")
    must_be_recent("the visit", report.left_at, cause, "left_at")
    if plan is not None and plan.stage == "cancelled":
        raise Refused("the planned visit is cancelled; report this one without it", "visit_cancelled", "plan_id")
    if plan is not None:
        report = report.but(punctual=plan.punctual, customer_id=plan.customer_id)
    return _reported(Visit(id=id, report=report, staff=cause.actor.id, reported_at=cause.at))


def report_text(text: VisitText, said: SaidVisit, cause: Cause) -> Change[Visit]:
    """The visit that a text reports, by who wrote it and from the moment at which it came in (000 §3.6.1a)."""
    report = VisitReport(
        shop_name=said.shop_name,
        customer_name=said.customer_name,
        mobile=said.mobile,
        left_at=text.received_at,
        via="sms" if text.channel == "sms" else "app",
    )
    return _reported(Visit(id=visit_id_of(text.id), report=report, staff=text.staff, reported_at=text.received_at))


def _reported(visit: Visit) -> Change[Visit]:
    said = VisitReported.of(visit.report, visit_id=visit.id, staff=visit.staff, reported_at=visit.reported_at)
    return Change(visit, (said,))
