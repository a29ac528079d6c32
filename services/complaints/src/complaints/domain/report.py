"""What a report is: a table, over a period."""

from typing import Literal

from shared.aggregate import Aggregate
from shared.contracts.event import Instant
from shared.contracts.vocabulary import Line, Period
from shared.tables import Table

ReportKind = Literal["complaint_stats"]


class Report(Aggregate):
    """A report as it was published; figures that change later are in the next one."""

    kind: ReportKind = "complaint_stats"
    title: Line
    period: Period
    made_at: Instant
    table: Table
