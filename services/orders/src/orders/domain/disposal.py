"""What a disposal is: returned or obsolete goods that should go, and the marketing vice-president's word on it."""

from typing import Literal

from pydantic import Field

from shared.aggregate import Aggregate, Cause, Change, Refused
from shared.contracts.event import Instant, Part
from shared.contracts.orders import DisposalDecided, DisposalProposed
from shared.contracts.vocabulary import Line, Prose, StaffId


class Proposal(Part):
    """What should go, and how (004 一㈡4)."""

    goods: Line
    quantity: int = Field(ge=1)
    origin: Literal["returned", "obsolete"]
    way: Literal["scrap", "rework", "resell"]
    reason: Prose


class Disposal(Aggregate):
    """A proposal that came out of a stock count or a return, decided once."""

    proposal: Proposal
    proposed_by: StaffId
    proposed_at: Instant
    status: Literal["proposed", "approved", "rejected"] = "proposed"
    decided_by: StaffId | None = None

    @classmethod
    def proposed(cls, proposal: Proposal, cause: Cause) -> Change["Disposal"]:
        """Goods should go; nothing happens to them before the decision."""
        disposal = cls(id=cause.derive("disposal"), proposal=proposal, proposed_by=cause.actor.id, proposed_at=cause.at)
        told = DisposalProposed(disposal_id=disposal.id, proposed_by=cause.actor.id, **proposal.model_dump())
        return Change(disposal, (told,))

    def decide(self, approved: bool, cause: Cause) -> Change["Disposal"]:
        """The marketing vice-president approves or rejects. Refused with `already_decided`."""
        if self.status != "proposed":
            raise Refused(f"this was {self.status} by {self.decided_by}", "already_decided")
        outcome: Literal["approved", "rejected"] = "approved" if approved else "rejected"
        decided = DisposalDecided(
            disposal_id=self.id,
            goods=self.proposal.goods,
            quantity=self.proposal.quantity,
            way=self.proposal.way,
            outcome=outcome,
            by=cause.actor.id,
        )
        return Change(self.but(status=outcome, decided_by=cause.actor.id), (decided,))
