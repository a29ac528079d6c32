"""What every publisher says when a report is ready; each announces it under its own key."""

from uuid import UUID

from pydantic import Field, JsonValue

from shared.contracts.event import Part
from shared.contracts.vocabulary import Line, Period, RoleName


class ReportReady(Part):
    """A report over a period: where it is, its main figures, and who is to read it."""

    report_id: UUID = Field(examples=["018f5a30-6a51-7c0e-9d4b-2f1f7f6b1d02"])
    kind: Line = Field(examples=["weekly_exceptions"])
    title: Line = Field(examples=["本周工程异常单汇总"])
    period: Period
    path: str = Field(
        min_length=1,
        max_length=500,
        description="Below the publisher's own API.",
        examples=["/reports/weekly_exceptions"],
    )
    figures: dict[str, JsonValue] = Field(default={}, examples=[{"open": 3, "resolved": 11}])
    audience: tuple[RoleName, ...] = Field(default=(), examples=[["cs_section_chief", "cs_director"]])
