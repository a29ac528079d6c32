"""What every publisher says about its deadlines; each announces them under its own key."""

from datetime import timedelta
from typing import Literal
from uuid import UUID

from pydantic import Field

from shared.contracts.event import Instant, Part
from shared.contracts.vocabulary import CustomerId, DueAt, Line, RoleName, StaffId


class RunningDeadline(Part):
    """A promised moment and whose it is. The envelope's subject is the aggregate that has to be done by then."""

    deadline_id: UUID = Field(examples=["018f5a30-6a51-7c0e-9d4b-2f1f7f6b1d01"])
    kind: Line = Field(
        description="The clock's policy name, for example submit_3d, close_6d, callback, report, dispatch, settlement.",
        examples=["close_6d"],
    )
    about: Line = Field(description="What people call it: a number on a form or a name.", examples=["2026-11-0007"])
    due_at: DueAt
    assignee: StaffId | None = Field(default=None, description="Absent while nobody in person has the duty.")
    assignee_role: RoleName | None = Field(default=None, examples=["cs_manager"])
    customer_id: CustomerId | None = Field(default=None, description="Absent for clocks that concern staff alone.")


class DeadlineSet(RunningDeadline):
    """A clock has started."""

    calendar: Literal["calendar", "working"] = "calendar"
    policy_version: int = Field(default=1, ge=1)
    warn_at: tuple[Instant, ...] = ()


class DeadlineApproaching(RunningDeadline):
    """A clock is about to run out and the duty is still open."""

    remaining: timedelta = Field(description="ISO 8601 duration.", examples=["PT24H"])


class DeadlineMissed(RunningDeadline):
    """A clock ran out and the duty is still open."""

    supervisor_role: RoleName | None = Field(
        default=None, description="Who hears of it beside the assignee.", examples=["cs_director"]
    )
