"""At which of the seven stages a customer is, by what was announced of the customer's quotes and orders."""

from collections.abc import Iterable

from intake.domain.moment import Moment
from shared.contracts.event import Event, Part
from shared.contracts.intake import QuoteAccepted, QuoteDeclined, QuoteIssued, QuoteLapsed
from shared.contracts.orders import OrderCancelled, OrderClosed, OrderStageChanged, StageGroup
from shared.contracts.vocabulary import OrderNo

ENDS_OF_QUOTES = (QuoteAccepted, QuoteDeclined, QuoteLapsed)
"""What tells that a customer has no quote to think about any more."""

ENDS_OF_ORDERS = (OrderClosed, OrderCancelled)
"""What tells that an order has no stages any more."""

ABOUT_STAGES = (QuoteIssued, OrderStageChanged, *ENDS_OF_QUOTES, *ENDS_OF_ORDERS)
"""What tells that a stage begins or is over."""

STAGES_LOOKED_AT = 50
"""So many of a customer's latest facts are looked at: more than three orders announce from end to end."""


class ReachedStage(Part):
    """A stage, and the order that reached it; a quote belongs to no order yet."""

    group: StageGroup
    order_no: OrderNo | None = None


def reached_stage(latest_first: Iterable[Moment]) -> ReachedStage | None:
    """The last stage announced of a quote, or of an order that is neither closed nor cancelled (000 §3.6.2).

    A quote counts until it is accepted, declined or lapsed. One that was issued before an order which has ended since
    is over with that order.
    """
    told = tuple(latest_first)
    ended = {moment.said["order_no"] for moment in told if moment.key in _keys(ENDS_OF_ORDERS)}
    began = {order_no: place for place, moment in enumerate(told) if (order_no := moment.said.get("order_no")) in ended}
    latest_to_begin = min(began.values(), default=len(told))
    answered = set()
    for place, moment in enumerate(told):
        quote_id, order_no = moment.said.get("quote_id"), moment.said.get("order_no")
        group = moment.said.get("stage_group")
        if moment.key in _keys(ENDS_OF_QUOTES):
            answered.add(quote_id)
        if moment.key == QuoteIssued.key and quote_id not in answered and place < latest_to_begin:
            return ReachedStage(group="quote")
        if moment.key == OrderStageChanged.key and group and order_no not in ended:
            return ReachedStage.model_validate({"group": group, "order_no": order_no})
    return None


def _keys(events: Iterable[type[Event]]) -> set[str]:
    return {event.key for event in events}
