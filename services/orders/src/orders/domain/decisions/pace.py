"""What is learned from how long stages take, and the warning that follows from it."""

from datetime import timedelta

from orders.domain.order import Order
from orders.domain.pace import SAMPLE, Pace
from orders.domain.policy.policy import Rules
from shared.aggregate import Cause, Change
from shared.contracts.orders import OrderStageChanged


def learn(pace: Pace, event: OrderStageChanged, cause: Cause) -> Change[Pace]:
    """An order has left a stage: how long it was there is the newest duration, and the oldest leaves."""
    if event.entered_at is None:
        return Change(pace)
    hours = max((event.at - event.entered_at) / timedelta(hours=1), 0.0)
    known = pace.of(event.before)
    stage = known.but(hours=(*known.hours, round(hours, 2))[-SAMPLE:])
    others = tuple(each for each in pace.stages if each.stage != event.before)
    return Change(pace.but(stages=(*others, stage)))


def warn(order: Order, rules: Rules, cause: Cause) -> Change[Order]:
    """Staff hear that a promised day is in danger while there is time to do something; once per promised day."""
    if order.warned:
        return Change(order)
    clock = rules.of(order).promises["ship"].name
    return rules.clocks.call_to_mind(clock, cause)(order.but(warned=True))
