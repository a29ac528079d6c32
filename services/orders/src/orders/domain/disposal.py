"""What a disposal is: returned or obsolete goods that should go, and the marketing vice-president's word on it."""

from typing import Literal

from orders.domain.parts.proposal import Proposal
from shared.aggregate import Aggregate
from shared.contracts.event import Instant
from shared.contracts.roles import Role
from shared.contracts.vocabulary import StaffId
from shared.lifecycle import Lifecycle, Move, follows

DisposalStatus = Literal["proposed", "approved", "rejected"]


LIFECYCLE: Lifecycle[DisposalStatus, Literal["decide"]] = Lifecycle(
    "disposal", "proposed", {"decide": Move(("proposed",), ("approved", "rejected"), (Role.MARKETING_VP,))}
)


@follows(LIFECYCLE, "status")
class Disposal(Aggregate):
    """A proposal that came out of a stock count or a return, decided once."""

    proposal: Proposal
    proposed_by: StaffId
    proposed_at: Instant
    status: DisposalStatus = "proposed"
    decided_by: StaffId | None = None
