"""What an exception is: something wrong with an order, on the Saturday list until a solution is found."""

from uuid import UUID, uuid5

from orders.domain.lifecycle import EXCEPTION, ExceptionStage
from orders.domain.parts.exception_kind import ExceptionKind
from shared.clocks import Timed
from shared.contracts.event import Instant
from shared.contracts.vocabulary import OrderNo, Prose, StaffId
from shared.lifecycle import follows


@follows(EXCEPTION)
class OrderException(Timed):
    """An entry of the exception feedback form: a duty until a solution is found (000 §4.1c, form 11)."""

    order_id: UUID
    order_no: OrderNo
    kind: ExceptionKind
    detail: Prose
    raised_by: StaffId
    raised_at: Instant
    stage: ExceptionStage = "open"
    resolution: Prose | None = None
    resolved_by: StaffId | None = None
    resolved_at: Instant | None = None


def exception_id_of(order_id: UUID, number: int) -> UUID:
    """The id of the n-th exception of an order."""
    return uuid5(order_id, f"exception {number}")
