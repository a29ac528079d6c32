"""How an order becomes known to complaints."""

from complaints.domain.known_order import KnownOrder
from complaints.domain.parts.papers import PartCount
from shared.aggregate import Cause, Change
from shared.contracts.intake import OrderPlaced


def know(order: KnownOrder, placed: OrderPlaced, cause: Cause) -> Change[KnownOrder]:
    """The order as it was placed, or placed anew."""
    goods = tuple(PartCount(part=line.description, quantity=line.quantity) for line in placed.lines)
    return Change(order.but(customer_id=placed.customer.customer_id, region=placed.region, goods=goods))
