"""An order as it is taken: recorded with care, verified with the customer, then handed on."""

from datetime import date, timedelta
from uuid import UUID

from intake.domain.lifecycle import ORDER, OrderStage
from intake.domain.parts.verification import Verification
from intake.domain.policy.policy import IntakePolicy
from shared.aggregate import Aggregate, Cause, Refused
from shared.contracts.event import Instant
from shared.contracts.intake import Wish
from shared.contracts.vocabulary import CustomerId, CustomerSnapshot, OrderKind, OrderNo, order_id_of
from shared.lifecycle import Possible, follows


@follows(ORDER)
class Order(Aggregate):
    """An order on its way in. It leaves intake as `OrderPlaced`, once the customer has confirmed what is in it."""

    customer_id: CustomerId
    customer: CustomerSnapshot
    wish: Wish
    stage: OrderStage = "new"
    taken_at: Instant
    verification: Verification | None = None
    placed_from: UUID | None = None
    """The quote from which it was placed: no other order is placed from that one."""

    @classmethod
    def blank(cls, wish: Wish, customer: CustomerSnapshot, cause: Cause) -> "Order":
        """An order that is not recorded yet; its id follows from its number."""
        return cls(
            id=order_id_of(wish.order_no),
            customer_id=customer.customer_id,
            customer=customer,
            wish=wish,
            taken_at=cause.at,
        )


def possible(kind: OrderKind, stage: OrderStage, policy: IntakePolicy) -> tuple[Possible, ...]:
    """What people may do with an order of this route in this stage; the policy that it began with says who verifies."""
    return ORDER.possible(stage, {"verify": policy.placing[kind].by})


def must_be_ahead(wanted: date | None, today: date, horizon_days: int, field: str) -> None:
    """Refused with `past_day` for a day that has passed, `far_day` for one beyond the horizon: a mistyped year."""
    if wanted is not None and wanted < today:
        raise Refused(f"{wanted} has passed; name a day that is still to come", "past_day", field)
    if wanted is not None and wanted > today + timedelta(days=horizon_days):
        raise Refused(f"{wanted} is more than {horizon_days} days ahead; is the year right?", "far_day", field)


def order_no_of(id: UUID, day: date) -> OrderNo:
    """A number for an order that has none on its papers: the day and the first digits of the request's own id."""
    return f"SO-{day:%Y%m%d}-{id.hex[:8].upper()}"
