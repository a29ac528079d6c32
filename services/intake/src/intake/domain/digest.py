"""Which reports of a period were missing when their time was over, as the meeting of the section chiefs reads it."""

from typing import Literal
from uuid import UUID

from pydantic import Field

from shared.aggregate import Aggregate
from shared.contracts.event import Instant, Part
from shared.contracts.vocabulary import Line, Period, StaffId


class MissingReport(Part):
    """One report that was missing when its time was over; `submitted_at` when it was handed in since."""

    report_id: UUID
    title: Line
    staff: StaffId
    due_at: Instant
    submitted_at: Instant | None = None


class Digest(Aggregate):
    """What was asked for and what was missing (000 §4.1, §4.2). It stays as it was published."""

    kind: Literal["reports_missing"] = "reports_missing"
    title: Line
    period: Period
    made_at: Instant
    asked: int = Field(ge=0)
    missing: tuple[MissingReport, ...]
