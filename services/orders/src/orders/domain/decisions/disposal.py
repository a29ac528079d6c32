"""How goods that should go are proposed and decided about."""

from typing import Literal

from orders.domain.disposal import Disposal
from orders.domain.lifecycle import DISPOSAL
from orders.domain.parts.proposal import Proposal
from shared.aggregate import Cause, Change, must_be_another
from shared.contracts.orders import DisposalDecided, DisposalProposed


def propose_disposal(proposal: Proposal, cause: Cause) -> Change[Disposal]:
    """Goods should go; nothing happens to them before the decision (004 一㈡4)."""
    by = cause.actor.id
    disposal = Disposal(id=cause.derive("disposal"), proposal=proposal, proposed_by=by, proposed_at=cause.at)
    told = DisposalProposed(
        disposal_id=disposal.id,
        goods=proposal.goods,
        quantity=proposal.quantity,
        origin=proposal.origin,
        way=proposal.way,
        reason=proposal.reason,
        proposed_by=by,
    )
    return Change(disposal, (told,))


def decide_disposal(disposal: Disposal, outcome: Literal["approved", "rejected"], cause: Cause) -> Change[Disposal]:
    """The marketing vice-president approves or rejects, once. Refused with `illegal_transition` after that.

    Refused to the person who proposed it (`four_eyes`).
    """
    DISPOSAL.must(disposal.stage, "decide")
    who = "goods are disposed of by the decision of another person than the one who proposed it"
    must_be_another(who, disposal.proposed_by, cause=cause)
    decided = DisposalDecided(
        disposal_id=disposal.id,
        goods=disposal.proposal.goods,
        quantity=disposal.proposal.quantity,
        way=disposal.proposal.way,
        outcome=outcome,
        by=cause.actor.id,
    )
    return Change(disposal.but(stage=outcome, decided_by=cause.actor.id), (decided,))
