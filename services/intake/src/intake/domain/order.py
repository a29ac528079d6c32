"""An order as it is taken: recorded with care, verified with the customer, then handed on."""

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import Field

from shared.aggregate import Aggregate, Cause, Change, Refused
from shared.contracts.event import Instant, Money, Part, PreciseDate
from shared.contracts.intake import OrderPlaced
from shared.contracts.vocabulary import (
    ContractNo,
    CustomerId,
    CustomerSnapshot,
    DepartmentName,
    Line,
    OrderKind,
    OrderLine,
    OrderNo,
    StaffId,
    order_id_of,
)

Channel = Literal["phone", "visit", "email", "web", "department"]


class Wish(Part):
    """What the customer ordered, spec and quantity recorded carefully (002 尾2a)."""

    order_no: OrderNo
    kind: OrderKind = "standard"
    lines: tuple[OrderLine, ...] = Field(min_length=1)
    total: Money | None = None
    contract_no: ContractNo | None = None
    contract_date: PreciseDate | None = None
    requested_ship_date: date | None = None
    promised_arrival_date: date | None = None
    site_address: Line | None = None
    region: Line | None = None
    sales_owner: StaffId | None = None
    intake_channel: Channel = "phone"
    source_department: DepartmentName | None = None
    design_intake_id: UUID | None = None


class Verification(Part):
    """Who went through the order with the customer, and when (002 尾2a)."""

    by: StaffId
    at: Instant


class Order(Aggregate):
    """An order on its way in. It leaves intake as `OrderPlaced`, once the customer has confirmed what is in it."""

    customer_id: CustomerId
    customer: CustomerSnapshot
    wish: Wish
    state: Literal["new", "unverified", "placed", "withdrawn"] = "new"
    taken_at: Instant
    verification: Verification | None = None

    @classmethod
    def new(cls, wish: Wish, customer: CustomerSnapshot, cause: Cause) -> "Order":
        """An order that nobody has recorded yet; its id follows from its number."""
        return cls(
            id=order_id_of(wish.order_no),
            customer_id=customer.customer_id,
            customer=customer,
            wish=wish,
            taken_at=cause.at,
        )

    def taken(self, wish: Wish, verification: Verification | None, cause: Cause) -> Change["Order"]:
        """The order is recorded, and handed on if it is verified already. The same wish once more changes nothing.

        Refused with `order_differs` when another order has this number, `not_yet_verified` when the verification lies
        ahead.
        """
        if self.state == "new":
            recorded = self.but(state="unverified")
            return recorded.verified(verification, cause) if verification else Change(recorded)
        if wish != self.wish:
            raise Refused(
                f"order {wish.order_no} was taken with another content; an amendment is a contract matter",
                "order_differs",
            )
        return self.verified(verification, cause) if verification and self.state == "unverified" else Change(self)

    def verified(self, verification: Verification, cause: Cause) -> Change["Order"]:
        """The customer confirmed the order, so it goes on to contract review (002 尾2a, 004 三2).

        Refused with `order_<state>` unless it waits for exactly this, and `not_yet_verified` when staff name a time
        ahead. A department may have verified after the time at which it dates the order.
        """
        if self.state != "unverified":
            raise Refused(f"order {self.wish.order_no} is {self.state} already", f"order_{self.state}")
        if cause.kind == "request" and verification.at > cause.at:
            raise Refused("the order is to be verified before it is placed; the time lies ahead", "not_yet_verified")
        placed = self.but(state="placed", verification=verification)
        said = OrderPlaced(
            order_id=self.id,
            customer=self.customer,
            verified_by=verification.by,
            verified_at=verification.at,
            **dict(self.wish),
        )
        return Change(placed, (said,))

    def withdrawn(self) -> Change["Order"]:
        """The customer does not want it any more. An order that is placed is no longer ours to stop."""
        if self.state != "unverified":
            return Change(self)
        return Change(self.but(state="withdrawn"))


def order_no_of(id: UUID, day: date) -> OrderNo:
    """A number for an order that has none on its papers: the day and the first digits of the request's own id."""
    return f"SO-{day:%Y%m%d}-{id.hex[:8].upper()}"
