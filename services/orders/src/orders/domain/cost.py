"""What a cost of sales is: money that selling took, entered by the clerk, and withdrawn when it was entered wrongly."""

from datetime import date

from orders.domain.lifecycle import COST, CostStage
from orders.domain.parts.spending import Spending
from shared.aggregate import Aggregate
from shared.contracts.event import Instant
from shared.contracts.vocabulary import Prose, StaffId
from shared.lifecycle import follows


@follows(COST)
class Cost(Aggregate):
    """An entry is never changed: a wrong one is withdrawn with a reason, and entered anew (004 四5)."""

    spending: Spending
    spent_on: date
    entered_by: StaffId
    entered_at: Instant
    stage: CostStage = "entered"
    withdrawn_by: StaffId | None = None
    reason: Prose | None = None
