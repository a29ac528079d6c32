"""What a report is: rows under columns, over a period, for certain readers."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from pydantic import Field

from orders.domain.desk import ReportKind
from shared.aggregate import Aggregate, Cause, Change
from shared.contracts.event import Instant, Part
from shared.contracts.orders import OrdersReportPublished, ReportDue

Cell = str | int | float | None
Row = Mapping[str, Cell]


class Table(Part):
    """Rows under columns, and the figures that sum them up.

    `money` are the columns of amounts: written as texts, so that no cent is lost, and as numbers where one calculates.
    """

    columns: tuple[str, ...]
    rows: tuple[dict[str, Cell], ...]
    figures: dict[str, Cell] = Field(default_factory=dict)
    money: tuple[str, ...] = ()


class Genre(NamedTuple):
    """What a kind of report is called and who is to read it."""

    title: str
    audience: tuple[str, ...]


GENRES: Mapping[ReportKind, Genre] = MappingProxyType(
    {
        "weekly_exceptions": Genre("本周工程异常单汇总", ("cs_section_chief", "cs_director")),
        "overdue_payments": Genre("滞纳货款报表", ("regional_head", "sales_vp")),
        "sales_stats": Genre("销售统计", ("sales_vp", "cs_director")),
        "commission_basis": Genre("提成基数", ("sales_vp", "finance")),
        "told_in_time": Genre("延期提前告知率", ("cs_director",)),
    }
)


class Report(Aggregate):
    """A report as it was published; figures that change later are in the next one."""

    kind: ReportKind
    title: str
    period: str
    made_at: Instant
    table: Table

    @classmethod
    def made(cls, due: ReportDue, table: Table, cause: Cause) -> Change["Report"]:
        """The report that was due, with its figures told to its readers."""
        genre = GENRES[due.report]
        report = cls(
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
