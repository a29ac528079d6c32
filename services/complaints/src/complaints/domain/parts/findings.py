"""What an investigation leaves behind: the root cause, the loss item by item, who bears it, and suppliers."""

from typing import Literal
from uuid import UUID

from pydantic import Field

from shared.contracts.complaints import BorneLoss
from shared.contracts.event import Instant, Money, Part
from shared.contracts.vocabulary import ComplaintNo, DepartmentName, FileRef, Line, Percent, Prose, StaffId

Unit = Literal["own_department", "supplier", "customer", "carrier"]


class RootCause(Part):
    """Why it could happen, by a code of the list, where it arose, and earlier cases with the same cause (002 五1)."""

    code: Line
    title: Line
    stage: Line | None = None
    recurrence_of: tuple[ComplaintNo, ...] = ()
    by: StaffId
    at: Instant


class LostItem(Part):
    """How much of one item was lost: a quantity where the standard has a rate, else an amount and what proves it."""

    code: Line
    quantity: int = Field(default=1, ge=1)
    amount: Money | None = None
    evidence: FileRef | None = None


class LossLine(Part):
    """One item of a loss with the amount that the standard gives or the evidence shows."""

    code: Line
    title: Line
    quantity: int
    amount: Money
    evidence: FileRef | None = None


class Loss(Part):
    """What the case cost the company, by one version of the standard (003 §25.4b)."""

    lines: tuple[LossLine, ...] = Field(min_length=1)
    total: Money
    standard_version: int
    by: StaffId
    at: Instant


class SubmittedLoss(Part):
    """What our departments bear of a loss, for the deputy GM to decide, and what was decided (003 §25.4b).

    `loss_id` tells it from the one before. Those who counted the loss and who divided it have prepared it.
    A decided one stays among the case's `decided_losses`, whatever is submitted after it.
    """

    loss_id: UUID
    borne: tuple[BorneLoss, ...] = Field(min_length=1)
    prepared_by: tuple[StaffId, ...]
    at: Instant
    approved: bool | None = None
    note: Prose | None = None
    decided_by: StaffId | None = None
    decided_at: Instant | None = None


class Supplier(Part):
    """Another company that is liable, what is claimed from it, and the department that deals with it (003 §25.7)."""

    name: Line
    claim: Money | None = None
    with_department: DepartmentName
    by: StaffId
    at: Instant


class Share(Part):
    """The part of the loss that one unit bears: a department of ours, a supplier, the customer or the carrier."""

    unit: Unit
    department: DepartmentName | None = None
    supplier: Line | None = None
    percent: Percent


class Liability(Part):
    """Who bears how much, how it is handled, and whether an improvement is tracked (003 §25.4a)."""

    shares: tuple[Share, ...] = Field(min_length=1)
    handling: Prose
    human_negligence: bool = False
    by: StaffId
    at: Instant

    @property
    def tracked(self) -> bool:
        """Whether our own units have to improve: our quality is at fault, and not one person's negligence alone."""
        return not self.human_negligence and any(share.unit == "own_department" for share in self.shares)
