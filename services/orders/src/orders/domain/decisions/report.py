"""How a report is published."""

from orders.domain.report import GENRES, Report, Table
from shared.aggregate import Cause, Change
from shared.contracts.orders import OrdersReportPublished, ReportDue


def publish(due: ReportDue, table: Table, cause: Cause) -> Change[Report]:
    """The report that was due, with its figures told to its readers."""
    genre = GENRES[due.report]
    report = Report(
        id=cause.derive("report"),
        kind=due.report,
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
