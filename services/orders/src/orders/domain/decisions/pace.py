"""What is learned from how long stages take, and the warning that follows from it."""

from datetime import timedelta

from orders.domain.order import Order
from orders.domain.pace import Pace
from shared.aggregate import Cause, Change
from shared.contracts.orders import DeadlineApproachingAtOrders, OrderStageChanged
from shared.contracts.roles import Role


def learn(pace: Pace, event: OrderStageChanged, cause: Cause) -> Change[Pace]:
    """An order has left a stage."""
    if event.entered_at is None:
        return Change(pace)
    hours = max((event.at - event.entered_at) / timedelta(hours=1), 0.0)
    return Change(pace.with_one_more(event.before, round(hours, 2)))


def warn(order: Order, cause: Cause) -> Change[Order]:
    """Staff hear that a promised day is in danger while there is time to do something; once per promised day."""
    if order.ended or order.warned or order.ship_on is None:
        return Change(order)
    due = order.calendar.moment(order.ship_on)
    warning = DeadlineApproachingAtOrders(
        deadline_id=cause.derive("forecast"),
        kind="ship_forecast",
        about=order.order_no,
        due_at=due,
        assignee_role=Role.ORDER_SPECIALIST,
        customer_id=order.customer.customer_id,
        remaining=max(due - cause.at, timedelta()),
    )
    return Change(order.but(warned=True), (warning,))
