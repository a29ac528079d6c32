"""What orders has against a department's report that it handled: its department reads of it."""

from uuid import UUID

from orders.store import Orders
from shared.aggregate import NotFound
from shared.contracts.answer import Objection
from shared.contracts.event import Event
from shared.contracts.vocabulary import OrderFact


async def objection(orders: Orders, fact: Event, id: UUID) -> Objection | None:
    """What the order keeps against the fact that was heard by this event, several things as one; refused if any is."""
    if not isinstance(fact, OrderFact):
        return None
    try:
        order = await orders.get(fact.order_id)
    except NotFound:
        return None
    found = [each for each in order.objections if each.fact == id]
    if not found:
        return None
    gravest = next((each for each in found if each.outcome == "refused"), found[0])
    return gravest.but(reason="；".join(each.reason for each in found))
