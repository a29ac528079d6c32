"""At which of the seven stages a customer is, by what was announced of the customer's quotes and orders."""

from collections.abc import Iterable

from intake.domain.moment import Moment
from shared.contracts.event import Part
from shared.contracts.intake import QuoteIssued
from shared.contracts.orders import OrderCancelled, OrderClosed, OrderStageChanged, StageGroup
from shared.contracts.vocabulary import OrderNo

ABOUT_STAGES = (QuoteIssued, OrderStageChanged, OrderClosed, OrderCancelled)
"""What tells that a stage begins, and that an order has no stages any more."""

STAGES_LOOKED_AT = 50
"""So many of a customer's latest facts are looked at: more than three orders announce from end to end."""


class ReachedStage(Part):
    """A stage, and the order that reached it; a quote belongs to no order yet."""

    group: StageGroup
    order_no: OrderNo | None = None


def reached_stage(latest_first: Iterable[Moment]) -> ReachedStage | None:
    """The last stage announced of a quote, or of an order that is neither closed nor cancelled (000 §3.6.2)."""
    told = tuple(latest_first)
    ended = {moment.said["order_no"] for moment in told if moment.key in (OrderClosed.key, OrderCancelled.key)}
    for moment in told:
        if moment.key == QuoteIssued.key:
            return ReachedStage(group="quote")
        order_no, group = moment.said.get("order_no"), moment.said.get("stage_group")
        if moment.key == OrderStageChanged.key and group and order_no not in ended:
            return ReachedStage.model_validate({"group": group, "order_no": order_no})
    return None
