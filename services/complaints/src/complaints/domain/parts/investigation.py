"""Whether a complaint has grounds, and what caused it."""

from shared.contracts.event import Instant, Part
from shared.contracts.vocabulary import DepartmentName, FileRef, Line, Prose, StaffId


class Judgement(Part):
    """Whether the grounds suffice and the demand is reasonable (002 六1(2))."""

    upheld: bool
    grounds: Prose
    demand_reasonable: bool
    responsible_department: DepartmentName | None = None
    by: StaffId
    at: Instant | None = None


class Investigation(Part):
    """Who looks for the cause, and what was found (002 六1(3), 003 §25.2)."""

    department: DepartmentName
    joint_with: tuple[DepartmentName, ...] = ()
    cause: Prose | None = None
    evidence: tuple[FileRef, ...] = ()
    responsible: tuple[Line, ...] = ()
    completed_at: Instant | None = None
