"""What a stock check is: a count against the books or a sample of goods, asked for by one and reported by another."""

from datetime import date

from orders.domain.lifecycle import STOCK_CHECK, StockCheckKind, StockCheckStage
from orders.domain.parts.stock_finding import StockFinding
from shared.clocks import Timed
from shared.contracts.event import Instant
from shared.contracts.vocabulary import Line, Prose, StaffId
from shared.lifecycle import follows


@follows(STOCK_CHECK)
class StockCheck(Timed):
    """A duty of the warehouse until it is reported (004 一㈡4)."""

    kind: StockCheckKind
    goods: Line
    reason: Prose
    until: date
    asked_by: StaffId
    asked_at: Instant
    stage: StockCheckStage = "asked"
    findings: tuple[StockFinding, ...] = ()
    reported_by: StaffId | None = None
    reported_at: Instant | None = None
