"""What an exception is: something wrong with an order, on the Saturday list until a solution is found."""

from typing import Literal
from uuid import UUID, uuid5

from orders.domain.roles import FOLLOW_UP
from shared.clocks import Timed
from shared.contracts.event import Instant
from shared.contracts.vocabulary import OrderNo, Prose, StaffId
from shared.lifecycle import Lifecycle, Move, follows

ExceptionKind = Literal["schedule", "quality", "material", "supply", "installer", "payment"]
ExceptionStatus = Literal["open", "resolved"]


LIFECYCLE: Lifecycle[ExceptionStatus, Literal["resolve"]] = Lifecycle(
    "exception", "open", {"resolve": Move(("open",), ("resolved",), FOLLOW_UP)}
)


@follows(LIFECYCLE, "status")
class OrderException(Timed):
    """An entry of the exception feedback form: a duty until a solution is found (000 §4.1c, form 11)."""

    order_id: UUID
    order_no: OrderNo
    kind: ExceptionKind
    detail: Prose
    raised_by: StaffId
    raised_at: Instant
    status: ExceptionStatus = "open"
    resolution: Prose | None = None
    resolved_by: StaffId | None = None
    resolved_at: Instant | None = None


def exception_id_of(order_id: UUID, number: int) -> UUID:
    """The id of the n-th exception of an order."""
    return uuid5(order_id, f"exception {number}")
