"""A punishment of a person after a case: decided, put on a notice, carried out by others (003 §25.4b, §28)."""

from complaints.domain.lifecycle import PENALTY, PenaltyStage
from complaints.domain.parts.papers import Signed
from shared.clocks import Matter, Timed
from shared.contracts.complaints import Penalised
from shared.contracts.event import Instant
from shared.contracts.vocabulary import AboutComplaint, Line, Prose, StaffId
from shared.lifecycle import follows


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
    notice_no: Line | None = None
    noticed: Signed | None = None

    @property
    def matter(self) -> Matter:
        """What its duties are about: the case."""
        return Matter(about=self.case.complaint_no)
