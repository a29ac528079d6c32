"""What every publisher says about its deadlines; each announces them under its own key."""

from datetime import timedelta
from typing import Literal
from uuid import UUID

from pydantic import Field

from shared.contracts.event import Instant, Part
from shared.contracts.vocabulary import CustomerId, DueAt, Line, Prose, RoleName, StaffId


class RunningDeadline(Part):
    """A promised moment and whose it is. The envelope's subject is the aggregate that has to be done by then."""

    deadline_id: UUID = Field(examples=["018f5a30-6a51-7c0e-9d4b-2f1f7f6b1d01"])
    kind: Line = Field(
        description="The clock's policy name, for example submit_3d, close_6d, callback, report, dispatch, settlement.",
        examples=["close_6d"],
    )
    about: Line = Field(description="What people call it: a number on a form or a name.", examples=["2026-11-0007"])
    due_at: DueAt
    assignee: StaffId | None = Field(default=None, description="Absent while a role has the duty and no person.")
    assignee_role: RoleName | None = Field(default=None, examples=["cs_manager"])
    customer_id: CustomerId | None = Field(default=None, description="Absent for clocks that concern staff alone.")


class DeadlineSet(RunningDeadline):
    """A clock has started; again under the same id when it goes on after a hold, as another role's duty or to another
    end, or when the calendar has changed.
    """

    calendar: Literal["calendar", "working"] = "calendar"
    policy_version: int = Field(default=1, ge=1)
    warn_at: tuple[Instant, ...] = ()


class DeadlineApproaching(RunningDeadline):
    """A clock is about to run out and the duty is still open."""

    remaining: timedelta = Field(description="ISO 8601 duration.", examples=["PT24H"])
    title: Line | None = Field(default=None, description="What staff call the clock.", examples=["投诉结案"])


class DeadlineMissed(RunningDeadline):
    """A clock ran out and the duty is still open."""

    supervisor_role: RoleName | None = Field(
        default=None, description="Who hears of it beside the assignee.", examples=["cs_director"]
    )
    rung: int = Field(
        default=1, ge=1, description="1 when it ran out; more for each step up the ladder while it stays undone."
    )
    title: Line | None = Field(default=None, description="What staff call the clock.", examples=["投诉结案"])


class DeadlineMet(RunningDeadline):
    """The duty is over: done in time, done late, or no longer needed."""

    met_at: Instant
    outcome: Literal["in_time", "late", "no_longer_needed"] = "in_time"


class DeadlineHeld(RunningDeadline):
    """A clock stands still, where the policy allows it; what is left of its term counts on from when it is resumed."""

    held_at: Instant
    reason: Prose = Field(examples=["等待客户寄回样品"])


class DeadlineReassigned(RunningDeadline):
    """Another person has the duty now: taken over from a role, or handed over by a person."""

    before: StaffId | None = Field(default=None, description="Absent when the role had it and no person.")
    reason: Prose = Field(examples=["本周休假，由组长接手"])
