"""A punishment of a person after a case: decided, put on a notice, carried out by others (003 §25.4b, §28)."""

from collections.abc import Mapping
from typing import Literal
from uuid import UUID, uuid5

from complaints.domain.lifecycle import PENALTY, PenaltyDecision, PenaltyStage
from complaints.domain.parts.papers import Signed
from shared.aggregate import one_person
from shared.clocks import Matter, Timed
from shared.contracts.complaints import Penalised
from shared.contracts.event import Instant
from shared.contracts.roles import Role
from shared.contracts.vocabulary import AboutComplaint, Line, PaperNo, Prose, StaffId
from shared.lifecycle import Possible, follows

PenaltyKind = Literal["admin", "bonus"]
"""Administrative, or a deduction from a bonus."""


def standing_of(complaint_id: UUID, target: StaffId, measure: Line) -> UUID:
    """What all punishments of this person by this measure for this case have in common."""
    return uuid5(uuid5(complaint_id, measure), one_person(target))


@follows(PENALTY)
class Penalty(Timed):
    """A punishment by the standard of the case's policy. The customer never hears of it."""

    case: AboutComplaint
    policy_version: int
    what: Penalised
    title: Line
    reason: Prose
    standard_version: int
    stage: PenaltyStage = PENALTY.start
    proposed_by: StaffId
    proposed_at: Instant
    decided: Signed | None = None
    note: str = ""
    notice_no: PaperNo | None = None
    noticed: Signed | None = None
    standing: UUID | None = None
    """What stands once at a time: this person by this measure in this case, until it is rejected."""

    @property
    def matter(self) -> Matter:
        """What its duties are about: the case."""
        return Matter(about=self.case.complaint_no)

    @property
    def possible(self) -> tuple[Possible, ...]:
        """What people may do about it now, and who of them."""
        return possible(self.stage, self.what.kind, self.hands)

    @property
    def hands(self) -> tuple[StaffId, ...]:
        """Who does not decide it: who proposed it, and whom it concerns."""
        return (self.proposed_by, self.what.target)


def entitled(kind: PenaltyKind) -> Mapping[PenaltyDecision, tuple[Role, ...]]:
    """Who decides a punishment of this kind and puts it on a notice (003 §25.4b, §28, 002 六1(5)a).

    The GM alone decides a deduction from a bonus, and the GM's office puts it on a reward and penalty notice. What is
    administrative is put on a personnel notice by human resources.
    """
    if kind == "bonus":
        return {"approve": (Role.GM,), "reject": (Role.GM,), "issue_notice": (Role.GM_OFFICE,)}
    return {"issue_notice": (Role.HUMAN_RESOURCES,)}


def possible(stage: PenaltyStage, kind: PenaltyKind, hands: tuple[StaffId, ...] = ()) -> tuple[Possible, ...]:
    """What people may do about a punishment of this kind in this stage, and who of them, but none of `hands`."""
    return PENALTY.possible(stage, entitled(kind), another_than={"approve": hands, "reject": hands})
