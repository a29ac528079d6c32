"""How completely customers were called: of the calls that fell due, by person and kind, which were made (002 四2)."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from pydantic import AliasPath, Field

from intake.domain.lifecycle import CallbackStage
from shared.contracts.event import Instant
from shared.contracts.intake.contacts import CallbackKind
from shared.contracts.vocabulary import Count, Line, StaffId
from shared.http import View
from shared.sheets import Sheet


class FallenCall(View):
    """What is read of a call to count it."""

    kind: CallbackKind = Field(validation_alias=AliasPath("reason", "kind"))
    calling_stage: CallbackStage = Field(validation_alias="stage")
    assignee: StaffId | None = Field(default=None, validation_alias=AliasPath("clocks", 0, "assignee"))
    missed_at: Instant | None = Field(default=None, validation_alias=AliasPath("clocks", 0, "missed_at"))
    completed_by: StaffId | None = None


class CoverageRow(View):
    """The calls of one kind that one person made or had to make. Those that were withdrawn are not due."""

    staff: StaffId | None = Field(description="Who made them or has the duty; absent while a role has it.")
    kind: CallbackKind
    due: Count
    done: Count
    waived: Count
    missed: Count = Field(description="Not made in time, whether made later or still owed.")
    still_open: Count = Field(description="Not made yet.")


class _CallsOf(NamedTuple):
    staff: StaffId
    kind: CallbackKind


def covered(calls: Iterable[FallenCall]) -> tuple[CoverageRow, ...]:
    """One row for each person and kind, in this order."""
    groups: dict[_CallsOf, list[FallenCall]] = {}
    for call in calls:
        if call.calling_stage != "withdrawn":
            groups.setdefault(_CallsOf(call.completed_by or call.assignee or "", call.kind), []).append(call)
    return tuple(_row(group, groups[group]) for group in sorted(groups))


def _row(group: _CallsOf, calls: Sequence[FallenCall]) -> CoverageRow:
    stages = [call.calling_stage for call in calls]
    return CoverageRow(
        staff=group.staff or None,
        kind=group.kind,
        due=len(calls),
        done=stages.count("completed"),
        waived=stages.count("waived"),
        missed=sum(call.missed_at is not None for call in calls),
        still_open=stages.count("open"),
    )


def sheet(rows: Iterable[CoverageRow], titles: Mapping[CallbackKind, Line]) -> Sheet:
    """The table for a spreadsheet, under Chinese titles."""
    columns = ("人员", "回访类型", "应回访", "已回访", "免回访", "逾期", "未回访")
    cells = [
        (
            row.staff or "岗位待领取",
            titles.get(row.kind, row.kind),
            row.due,
            row.done,
            row.waived,
            row.missed,
            row.still_open,
        )
        for row in rows
    ]
    return Sheet(columns, cells)
