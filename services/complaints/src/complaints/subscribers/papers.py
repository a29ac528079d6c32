"""How the papers of a closed case begin, and what the warehouse tells about returned goods."""

from complaints.domain.allowance import Allowance
from complaints.domain.decisions.goods_return import receive
from complaints.domain.decisions.papers import expect_allowance, expect_return
from complaints.domain.goods_return import GoodsReturn, return_id_of
from complaints.domain.parts.papers import PartCount, Receipt
from complaints.domain.policy.policy import Rules
from complaints.store import Stores
from shared.aggregate import Cause
from shared.contracts.complaints import ComplaintClosed
from shared.contracts.departments import ReturnReceived
from shared.store import Touch
from shared.subscriptions import Subscriptions


def subscribe(on: Subscriptions, stores: Stores, rules: Rules) -> None:
    """Let papers follow from cases, and counted goods reach their note."""

    @on(ComplaintClosed)
    async def begin_papers(event: ComplaintClosed, cause: Cause) -> Touch[Allowance] | Touch[GoodsReturn] | None:
        """Money or goods that were promised go back by a paper of their own, once the case is closed (003 §29.1)."""
        if event.outcome != "resolved":
            return None
        case = await stores.complaints.get(event.complaint_id)
        settlement = case.settlement
        if settlement is None:
            return None
        if settlement.kind in ("return", "rework"):
            return stores.returns.birth(expect_return(case, settlement, rules, cause))
        if settlement.kind in ("allowance", "compensation") and settlement.amount.amount:
            return stores.allowances.birth(expect_allowance(case, settlement, rules, cause))
        return None

    @on(ReturnReceived)
    def count_returned(event: ReturnReceived, cause: Cause) -> Touch[GoodsReturn]:
        """The warehouse compared the goods with its copy of the note and signed for them (003 §29.3)."""
        lines = tuple(PartCount(part=line.part, quantity=line.quantity) for line in event.lines)
        receipt = Receipt(lines=lines, received_at=event.received_at, signed_by=event.signed_by)
        return stores.returns.touch(return_id_of(event.return_no), lambda goods: receive(goods, receipt, rules, cause))
