"""How duties were kept: for each person, role and kind the ones done in time, done late, and not done (000 §1)."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Annotated, Literal, NamedTuple

from pydantic import Field

from shared.clocks import RunOutcome
from shared.contracts.event import Instant
from shared.contracts.roles import Role
from shared.contracts.vocabulary import Count, Line, Month, StaffId
from shared.http import View
from shared.sheets import Sheet, SheetCell

Hours = Annotated[float, Field(ge=0)]
DutyOutcome = Literal["in_time", "late", "overdue", "open", "no_longer_needed"]


class FallenDue(View):
    """What is read of a duty to judge how it was kept."""

    kind: Line
    title: Line
    role: Role
    ladder: tuple[Role, ...]
    assignee: StaffId | None
    due_at: Instant
    missed_at: Instant | None
    held: bool
    ended_at: Instant | None
    outcome: RunOutcome | None

    def keeping(self, now: datetime) -> DutyOutcome:
        """How it stands at `now`. One that was dropped after it had been missed counts as late."""
        if self.ended_at is not None:
            return "late" if self.missed_at else self.outcome or "in_time"
        return "open" if self.held or now < self.due_at else "overdue"

    def lateness(self, now: datetime) -> timedelta:
        """For how long it has been late, up to its end or up to `now`; zero when it was in time."""
        late = self.keeping(now) in ("late", "overdue")
        return max((self.ended_at or now) - self.due_at, timedelta()) if late else timedelta()


class KeptRow(View):
    """The duties of one kind that fell due for one person, or for a role while it had them, in one month."""

    month: Month
    assignee: StaffId | None = Field(description="The person who had them; absent while the role had them.")
    role: Role
    kind: Line = Field(examples=["close_6d"])
    title: str = Field(examples=["投诉结案"])
    in_time: Count
    late: Count = Field(description="Done, or dropped, after they were missed.")
    overdue: Count = Field(description="Not done, and their time is over.")
    open: Count = Field(description="Not done, and their time is not over or stands still.")
    no_longer_needed: Count
    mean_lateness: Hours = Field(description="In hours, of the late and the overdue ones.")
    longest_lateness: Hours = Field(description="In hours.")


class _Group(NamedTuple):
    assignee: StaffId
    role: Role
    kind: str
    title: str


def tabulate(duties: Iterable[FallenDue], month: Month, now: datetime) -> tuple[KeptRow, ...]:
    """One row for each person, role and kind, in this order."""
    groups: dict[_Group, list[FallenDue]] = {}
    for duty in duties:
        groups.setdefault(_Group(duty.assignee or "", duty.role, duty.kind, duty.title), []).append(duty)
    return tuple(_row(month, group, groups[group], now) for group in sorted(groups))


def _row(month: Month, group: _Group, duties: Sequence[FallenDue], now: datetime) -> KeptRow:
    keepings = [duty.keeping(now) for duty in duties]
    lateness = [duty.lateness(now) for duty in duties if duty.keeping(now) in ("late", "overdue")]
    return KeptRow(
        month=month,
        assignee=group.assignee or None,
        role=group.role,
        kind=group.kind,
        title=group.title,
        in_time=keepings.count("in_time"),
        late=keepings.count("late"),
        overdue=keepings.count("overdue"),
        open=keepings.count("open"),
        no_longer_needed=keepings.count("no_longer_needed"),
        mean_lateness=_hours(sum(lateness, timedelta()) / max(len(lateness), 1)),
        longest_lateness=_hours(max(lateness, default=timedelta())),
    )


def sheet(rows: Iterable[KeptRow]) -> Sheet:
    """The table for a spreadsheet, under Chinese titles; lateness in hours."""
    return Sheet(_COLUMNS, [_cells(row) for row in rows])


_COLUMNS = (
    "月份", "人员", "岗位", "事项", "按时完成", "逾期完成", "逾期未完成", "进行中", "不再需要",
    "平均逾期（小时）", "最长逾期（小时）",
)  # fmt: skip


def _cells(row: KeptRow) -> tuple[SheetCell, ...]:
    counts = (row.in_time, row.late, row.overdue, row.open, row.no_longer_needed)
    late = (row.mean_lateness, row.longest_lateness)
    return (row.month, row.assignee or "岗位待领取", row.role.chinese, row.title, *counts, *late)


def _hours(length: timedelta) -> float:
    return round(length / timedelta(hours=1), 1)
