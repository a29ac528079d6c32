"""What selling took: how much, for what, by which salesman, and for which order if for one."""

from typing import Literal

from shared.contracts.event import Part
from shared.contracts.vocabulary import Line, OrderNo, PaidAmount, Prose, StaffId

CostKind = Literal["travel", "entertainment", "samples", "freight", "promotion", "other"]


class Spending(Part):
    """One amount that selling took (004 四5)."""

    kind: CostKind
    amount: PaidAmount
    salesman: StaffId | None = None
    region: Line | None = None
    order_no: OrderNo | None = None
    note: Prose | None = None
