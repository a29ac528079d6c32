"""A punishment of a person after a case: decided, put on a notice, carried out by others (003 §25.4b, §28)."""

from typing import Literal

from complaints.domain.parts.papers import Signed
from shared.clocks import Timed
from shared.contracts.complaints import Penalised
from shared.contracts.event import Instant
from shared.contracts.roles import Role
from shared.contracts.vocabulary import AboutComplaint, Line, Prose, StaffId
from shared.lifecycle import Lifecycle, Move

PenaltyStage = Literal["proposed", "approved", "rejected", "noticed"]
PenaltyDecision = Literal["approve", "reject", "issue_notice"]

LIFECYCLE: Lifecycle[PenaltyStage, PenaltyDecision] = Lifecycle(
    "penalty",
    "proposed",
    {
        "approve": Move(("proposed",), ("approved",), (Role.DEPUTY_GM, Role.GM)),
        "reject": Move(("proposed",), ("rejected",), (Role.DEPUTY_GM, Role.GM)),
        "issue_notice": Move(("approved",), ("noticed",), (Role.HUMAN_RESOURCES, Role.GM_OFFICE)),
    },
)
"""The GM decides a deduction from a bonus and the GM's office puts it on a notice; what is administrative
the deputy GM or the GM decides and human resources publishes (003 §28)."""


class Penalty(Timed):
    """A punishment by the standard of the case's policy. The customer never hears of it."""

    case: AboutComplaint
    policy_version: int
    what: Penalised
    title: Line
    reason: Prose
    standard_version: int
    stage: PenaltyStage = LIFECYCLE.start
    proposed_by: StaffId
    proposed_at: Instant
    decided: Signed | None = None
    note: str = ""
    notice_no: Line | None = None
    noticed: Signed | None = None
