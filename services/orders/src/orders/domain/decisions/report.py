"""How a report is published."""

from orders.domain.parts.period import ReportPeriod
from orders.domain.report import GENRES, Report
from shared.aggregate import Cause, Change
from shared.contracts.orders import OrdersReportPublished
from shared.tables import Table


def publish(due: ReportPeriod, table: Table, cause: Cause) -> Change[Report]:
    """The report that was due, with its figures told to its readers."""
    genre = GENRES[due.kind]
    report = Report(
        id=cause.derive(f"report {due.kind} {due.period}"),
        kind=due.kind,
        title=genre.title,
        period=due.period,
        made_at=cause.at,
        table=table,
    )
    published = OrdersReportPublished(
        report_id=report.id,
        kind=report.kind,
        title=report.title,
        period=report.period,
        path=f"/reports/{report.id}",
        figures=dict(table.figures),
        audience=genre.audience,
    )
    return Change(report, (published,))
