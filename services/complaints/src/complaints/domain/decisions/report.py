"""How the classification table of a month is published (002 六1(6))."""

from complaints.domain.report import Report
from shared.aggregate import Cause, Change
from shared.contracts.complaints import ComplaintsReportPublished
from shared.contracts.roles import Role
from shared.contracts.vocabulary import Month
from shared.tables import Table

TITLE = "顾客投诉分类统计表"
AUDIENCE = (Role.CS_SUPERVISOR, Role.CS_MANAGER, Role.CS_DIRECTOR, Role.GM_OFFICE)


def publish(month: Month, table: Table, cause: Cause) -> Change[Report]:
    """The table of the month, with its figures told to those who draw improvements from it."""
    report = Report(id=cause.derive(f"report {month}"), title=TITLE, period=month, made_at=cause.at, table=table)
    told = ComplaintsReportPublished(
        report_id=report.id,
        kind=report.kind,
        title=report.title,
        period=month,
        path=f"/reports/{report.id}",
        figures=dict(table.figures),
        audience=AUDIENCE,
    )
    return Change(report, (told,))
