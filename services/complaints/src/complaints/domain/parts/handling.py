"""What customer service notes about a complaint as a whole."""

from datetime import date
from typing import Literal, Self
from uuid import UUID

from shared.aggregate import Cause
from shared.contracts.aftersales import WarrantyChecked, WarrantyRule
from shared.contracts.event import Instant, Part
from shared.contracts.vocabulary import DepartmentName, FileRef, Line, Prose, StaffId

Outcome = Literal["resolved", "not_upheld", "withdrawn", "resubmitted"]
Reason = Literal["deadline", "severity", "manual"]
"""Why a case goes up the ladder."""

NoticeWay = Literal["letter", "phone", "visit"]
"""How a colleague tells the customer a decision."""


class Classification(Part):
    """A matter of quality or not, major or not (003 §23, §18)."""

    nature: Literal["quality", "non_quality"]
    category: Line
    major: bool = False


class WarrantyNote(Part):
    """What after-sales said about the warranty, kept in the case.

    `decided_by` is who decided otherwise than the rule, `reason` why. `sequence` orders the answers of one check.
    """

    check_id: UUID
    verdict: Literal["in_warranty", "out_of_warranty", "uncertain"]
    expires_on: date | None = None
    rule: WarrantyRule
    explanation: tuple[Prose, ...] = ()
    decided_by: StaffId | None = None
    reason: Prose | None = None
    at: Instant
    sequence: int = 0

    @classmethod
    def of(cls, checked: WarrantyChecked, cause: Cause) -> Self:
        """The part of the announcement that matters to the case."""
        return cls(
            check_id=checked.check_id,
            verdict=checked.verdict,
            expires_on=checked.expires_on,
            rule=checked.rule,
            explanation=checked.explanation,
            decided_by=checked.override.by if checked.override else None,
            reason=checked.override.reason if checked.override else None,
            at=cause.at,
            sequence=cause.sequence,
        )


class Visit(Part):
    """The owner was with the customer about the case: what was seen and said there (003 §20)."""

    visited_at: Instant
    note: Prose
    file: FileRef | None = None
    by: StaffId
    at: Instant


class Notice(Part):
    """The customer was told the decision: by letter or in person, in which words, by whom (003 §25.6b)."""

    way: NoticeWay
    words: Prose
    letter: FileRef | None = None
    by: StaffId
    at: Instant


class Acknowledgement(Part):
    """What was understood, as it was confirmed with the customer (004 一㈢3a)."""

    restated: Prose
    by: StaffId
    at: Instant


class HandlingAudit(Part):
    """A manager of CS has gone through the case: whether it is complete, and what is missing (003 §24-3)."""

    complete: bool
    findings: Prose
    by: StaffId
    at: Instant


class Contact(Part):
    """CS has turned to a department about the case: what for (003 §24-3)."""

    department: DepartmentName
    words: Prose
    by: StaffId
    at: Instant


class Opinion(Part):
    """An opinion that came up while the case was handled, and the department that has to improve (003 §24-3)."""

    department: DepartmentName
    opinion: Prose
    by: StaffId
    at: Instant


class Call(Part):
    """What the customer said on the call after the closing (002 五a, 004 一㈢3d)."""

    satisfied: Literal["satisfied", "average", "dissatisfied"]
    words: str
    by: StaffId
    at: Instant


class Panel(Part):
    """The departments that review a major case together; with `measures` they have done so (004 一㈢3b)."""

    departments: tuple[DepartmentName, ...]
    meets_at: Instant
    convened_by: StaffId
    convened_at: Instant
    measures: Prose | None = None
    minutes: FileRef | None = None
    recorded_by: StaffId | None = None
    recorded_at: Instant | None = None


class Missed(Part):
    """A clock that ran out while the case was open (003 §24-3)."""

    clock: Line
    due_at: Instant


class Closing(Part):
    """How a case ended. `result` is safe to show to the customer."""

    outcome: Outcome
    result: Prose | None = None
    at: Instant
    by: StaffId
