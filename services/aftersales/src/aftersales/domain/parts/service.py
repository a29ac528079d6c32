"""What is done at the customer's, and that the customer accepted it (003 §6, §8, §10)."""

from typing import Literal

from aftersales.domain.parts.blocks import Execution
from aftersales.domain.parts.trip import Remote
from shared.contracts.aftersales import ChargePolicy
from shared.contracts.event import Instant, Part
from shared.contracts.vocabulary import FileRef, Line, Prose, StaffId

ServiceType = Literal["A", "B", "C", "D"]
"""A paid, B contract, C free, D internal (003 §6; the words for B and C are missing there and inferred)."""

PAYS: dict[ServiceType, tuple[ChargePolicy, ...]] = {
    "A": ("pay_first", "normal_rate"),
    "B": ("free", "pay_first", "normal_rate"),
    "C": ("free",),
    "D": ("free",),
}
"""Who may pay for a service of each type: a paid one is not free, and a free one is not charged (003 §6)."""


class Visit(Part):
    """The technician was there: actual times and work (003 §8, §10).

    One that did not resolve it keeps its leave out of town and its executor's block: the next one has its own.
    """

    technician: StaffId
    started_at: Instant
    ended_at: Instant
    work: Prose
    resolved: bool
    remote: Remote | None = None
    execution: Execution | None = None


class SignOff(Part):
    """The customer accepted the service and signed; without a file of the signature it says why there is none."""

    signatory: Line
    signature: FileRef | None = None
    no_file_because: Prose | None = None
    photos: tuple[FileRef, ...] = ()
    stamp: FileRef | None = None
    at: Instant


class SkillException(Part):
    """A technician was sent without these skills, by whom and why."""

    lacking: tuple[Line, ...]
    reason: Prose
    by: StaffId
    at: Instant
