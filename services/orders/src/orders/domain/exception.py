"""What an exception is: something wrong with an order, on the Saturday list until a solution is found."""

from typing import Literal
from uuid import UUID

from shared.aggregate import Aggregate, Cause, Change, Refused
from shared.contracts.event import Instant
from shared.contracts.orders import OrderExceptionRaised, OrderExceptionResolved
from shared.contracts.vocabulary import OrderNo, Prose, StaffId

ExceptionKind = Literal["schedule", "quality", "material", "supply", "installer", "payment"]


class OrderException(Aggregate):
    """An entry of the exception feedback form (000 §4.1c, form 11)."""

    order_id: UUID
    order_no: OrderNo
    kind: ExceptionKind
    detail: Prose
    raised_by: StaffId
    raised_at: Instant
    status: Literal["open", "resolved"] = "open"
    resolution: Prose | None = None
    resolved_by: StaffId | None = None
    resolved_at: Instant | None = None

    @classmethod
    def raised(cls, event: OrderExceptionRaised, cause: Cause) -> Change["OrderException"]:
        """The entry for what an order has announced."""
        return Change(
            cls(
                id=event.exception_id,
                order_id=event.order_id,
                order_no=event.order_no,
                kind=event.kind,
                detail=event.detail,
                raised_by=event.raised_by,
                raised_at=cause.at,
            )
        )

    def resolve(self, resolution: str, cause: Cause) -> Change["OrderException"]:
        """A solution was found. Refused with `already_resolved` when there is one."""
        if self.status == "resolved":
            raise Refused(f"this was resolved by {self.resolved_by}: {self.resolution}", "already_resolved")
        by = cause.actor.id
        resolved = self.but(status="resolved", resolution=resolution, resolved_by=by, resolved_at=cause.at)
        return Change(
            resolved,
            (
                OrderExceptionResolved(
                    exception_id=self.id, order_id=self.order_id, order_no=self.order_no, resolution=resolution, by=by
                ),
            ),
        )
