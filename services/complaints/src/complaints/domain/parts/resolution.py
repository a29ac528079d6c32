"""The blocks of the internal form that our departments fill in; the customer never reads them (003 §25.6)."""

from datetime import date
from typing import Literal, Self
from uuid import UUID

from pydantic import Field

from shared.contracts.aftersales import WarrantyChecked, WarrantyRule
from shared.contracts.complaints import Remediation
from shared.contracts.event import Instant, Money, Part
from shared.contracts.vocabulary import DepartmentName, FileRef, Line, Prose, RoleName, StaffId

Outcome = Literal["resolved", "not_upheld", "withdrawn", "resubmitted"]


class Classification(Part):
    """A matter of quality or not, major or not (003 §23, §18)."""

    nature: Literal["quality", "non_quality"]
    category: Line
    major: bool = False


class Judgement(Part):
    """Whether the grounds suffice and the demand is reasonable (002 六1(2))."""

    upheld: bool
    grounds: Prose
    demand_reasonable: bool
    responsible_department: DepartmentName | None = None
    by: StaffId


class Investigation(Part):
    """Who looks for the cause, and what was found (002 六1(3), 003 §25.2)."""

    department: DepartmentName
    joint_with: tuple[DepartmentName, ...] = ()
    cause: Prose | None = None
    evidence: tuple[FileRef, ...] = ()
    responsible: tuple[Line, ...] = ()
    completed_at: Instant | None = None


class Proposal(Part):
    """Solutions that wait for approval; the band and the role follow from the dearest one (002 六1(4), 003 §27)."""

    proposal_id: UUID
    options: tuple[Remediation, ...] = Field(min_length=1)
    preferred: int = Field(default=0, ge=0)
    customer_may_choose: bool = True
    proposed_by: StaffId

    @property
    def dearest(self) -> Money:
        """The largest amount among the options: who may approve that may choose freely."""
        return max((option.amount for option in self.options), key=lambda amount: amount.amount)


class Verdict(Part):
    """What somebody with the authority decided on a proposal; without an option it was rejected."""

    proposal_id: UUID
    option: Remediation | None
    approver: StaffId
    role: RoleName
    matrix_version: int
    note: str = ""
    at: Instant


class Blocked(Part):
    """An approval beyond the authority of the role, which was refused (003 §25.6)."""

    staff: StaffId
    role: RoleName
    attempted: Money
    limit: Money
    at: Instant


class Answer(Part):
    """What the customer said to the approved solution (002 六1(5)b)."""

    accepted: bool
    via: Literal["signature", "sms", "phone"]
    signature: FileRef | None = None
    reason: Prose | None = None
    at: Instant


class Implementation(Part):
    """The solution carried out."""

    evidence: tuple[FileRef, ...] = ()
    by: StaffId
    at: Instant


class WarrantyNote(Part):
    """What after-sales said about the warranty, kept in the case."""

    check_id: UUID
    verdict: Literal["in_warranty", "out_of_warranty", "uncertain"]
    expires_on: date | None = None
    rule: WarrantyRule
    explanation: tuple[Prose, ...] = ()
    at: Instant

    @classmethod
    def of(cls, checked: WarrantyChecked, at: Instant) -> Self:
        """The part of the announcement that matters to the case."""
        return cls(
            check_id=checked.check_id,
            verdict=checked.verdict,
            expires_on=checked.expires_on,
            rule=checked.rule,
            explanation=checked.explanation,
            at=at,
        )


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
