"""How a service order ends (001 表1, 003 §10)."""

from aftersales.domain.service_order import ServiceOrder
from shared.aggregate import Cause, Change, Refused
from shared.contracts.aftersales import ServiceOrderClosed
from shared.contracts.vocabulary import Prose


def close(order: ServiceOrder, result: Prose, cause: Cause) -> Change[ServiceOrder]:
    """Done and archived. Needs the cost, and the charge where the customer has to pay (001 表1, 003 §10)."""
    order.lifecycle.must(order.stage, "close")
    if order.type != "D" and order.cost is None:
        raise Refused("the cost of the service is not filled in yet", "cost_missing")
    if order.charge_policy != "free" and order.charge is None:
        raise Refused("the customer has to pay for this service and has not been charged yet", "charge_missing")
    closed = ServiceOrderClosed.of(
        order.about,
        type=order.type,
        closed_at=cause.at,
        result=result,
        serviced_at=order.visits[-1].ended_at if order.visits else None,
        item=order.item,
        closed_by=cause.actor.id,
        complaint_id=order.complaint_id,
        customer=order.customer,
        cost=order.cost.total if order.cost else None,
        charged=order.charge.amount if order.charge else None,
    )
    return Change(order.but(stage="closed", result=result, closed_at=cause.at), (closed,))
