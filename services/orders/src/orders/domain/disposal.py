"""What a disposal is: returned or obsolete goods that should go, and the marketing vice-president's word on it."""

from orders.domain.lifecycle import DISPOSAL, DisposalStage
from orders.domain.parts.proposal import Proposal
from shared.aggregate import Aggregate
from shared.contracts.event import Instant
from shared.contracts.vocabulary import StaffId
from shared.lifecycle import Possible, follows


def possible(stage: DisposalStage, proposed_by: StaffId) -> tuple[Possible, ...]:
    """What people may do with a proposal in this stage; another one decides it than who made it (004 一㈡4)."""
    return DISPOSAL.possible(stage, another_than={"decide": (proposed_by,)})


@follows(DISPOSAL)
class Disposal(Aggregate):
    """A proposal that came out of a stock count or a return, decided once."""

    proposal: Proposal
    proposed_by: StaffId
    proposed_at: Instant
    stage: DisposalStage = "proposed"
    decided_by: StaffId | None = None
