"""How an order moves: from stage to stage, through gates that are open and never around one."""

from collections.abc import Callable
from datetime import datetime, timedelta

from orders.domain.entering import ENTERING
from orders.domain.order import CLOSED, Order, Passage
from orders.domain.route import Milestone
from shared.aggregate import Cause, Change
from shared.contracts.orders import DeadlineMissedByOrders, OrderStageChanged


def then(change: Change[Order], step: Callable[[Order], Change[Order]]) -> Change[Order]:
    """One decision after another, as one change."""
    following = step(change.state)
    return Change(following.state, (*change.events, *following.events))


def reach(order: Order, *milestones: Milestone, at: datetime) -> Change[Order]:
    """These milestones are true; the order goes as far as its gates let it."""
    return settle(order.noting(*milestones, at=at))


def lose(order: Order, *milestones: Milestone, at: datetime) -> Change[Order]:
    """These milestones are true no longer; the order goes back to the first gate that has closed."""
    return settle(order.without(*milestones), at)


def settle(order: Order, now: datetime | None = None) -> Change[Order]:
    """Move the order to the first stage whose gate is closed: stage by stage forwards, at once backwards."""
    change = Change(order)
    while (stage := _next(change.state)) != change.state.stage:
        change = then(change, lambda order, stage=stage: _enter(order, stage, _moved_at(order, now)))  # type: ignore[misc]
    return change


def begin(order: Order) -> Change[Order]:
    """Put a new order into the first stage of its route."""
    started = ENTERING.get(order.stage, Change)(_with_clock(order))
    return then(started, settle)


def miss_stage(order: Order, cause: Cause) -> Change[Order]:
    """A stage takes longer than planned: whoever follows the order up hears of it, once (004 二1)."""
    missed = DeadlineMissedByOrders(
        deadline_id=cause.id,
        kind=f"stage_{order.stage}",
        about=order.order_no,
        due_at=cause.at,
        assignee_role="order_specialist",
        supervisor_role="cs_supervisor",
        customer_id=order.customer.customer_id,
    )
    return Change(order, (missed,))


def _next(order: Order) -> str:
    """Where the order has to go from where it is: back to a gate that has closed, or on through one that is open."""
    stages = order.route.stages
    closed = next((place for place, stage in enumerate(stages) if not order.has(*stage.gate)), len(stages))
    here = order.route.index(order.stage)
    place = closed if closed <= here else here + 1
    return stages[place].name if place < len(stages) else CLOSED


def _moved_at(order: Order, now: datetime | None) -> datetime:
    """When the gate in the way opened, by the facts' own times, but never before the stage began."""
    stage = order.route.stage(order.stage)
    opened = [order.reached[each] for each in stage.gate if each in order.reached] if stage else []
    return max([order.since, *opened, *([now] if now else [])])


def _enter(order: Order, name: str, at: datetime) -> Change[Order]:
    before = order.route.stage(order.stage)
    stage = order.route.stage(name)
    planned = order.since + timedelta(days=before.days) if before and before.days else None
    changed = OrderStageChanged(
        order_id=order.id,
        order_no=order.order_no,
        before=order.stage,
        after=name,
        stage_group=stage.group if stage and before and stage.group != before.group else None,
        at=at,
        planned_at=planned,
        variance_hours=round((at - planned).total_seconds() / 3600, 2) if planned else None,
        route=f"{order.route_name}.v{order.route_version}",
        entered_at=order.since,
        ship_on=None if order.dispatched_on else order.ship_on,
        customer=order.customer,
    )
    passage = Passage(stage=order.stage, entered=order.since, left=at)
    entered = _with_clock(order.but(stage=name, since=at, passages=(*order.passages, passage)))
    effect = ENTERING.get(name, Change)(entered)
    return Change(effect.state, (changed, *effect.events))


def _with_clock(order: Order) -> Order:
    stage = order.route.stage(order.stage)
    if stage is None or stage.days is None:
        return order.done_with("stage")
    return order.awaiting("stage", order.since + timedelta(days=stage.days))
