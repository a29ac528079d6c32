"""How an order moves: from stage to stage, through gates that are open and never around one."""

from datetime import datetime, timedelta
from functools import partial

from orders.domain.decisions.entry import ENTERING
from orders.domain.order import CLOSED, Order
from orders.domain.parts.passage import Passage
from orders.domain.route import Milestone
from shared.aggregate import Cause, Change
from shared.contracts.orders import DeadlineMissedByOrders, OrderStageChanged
from shared.contracts.roles import Role


def reach(order: Order, *milestones: Milestone, at: datetime, cause: Cause) -> Change[Order]:
    """These milestones are true since `at`; the order goes as far as its gates let it."""
    return advance(order.noting(*milestones, at=at), cause)


def lose(order: Order, *milestones: Milestone, cause: Cause) -> Change[Order]:
    """These milestones are true no longer; the order goes back to the first gate that has closed."""
    return advance(order.without(*milestones), cause)


def advance(order: Order, cause: Cause) -> Change[Order]:
    """Move the order to the first stage whose gate is closed: forwards stage by stage, backwards in one step."""
    change = Change(order)
    while (stage := _next(change.state)) != change.state.stage:
        change = change.then(partial(_enter, name=stage, cause=cause))
    return change


def begin(order: Order, cause: Cause) -> Change[Order]:
    """Put a new order into the first stage of its route."""
    return _entered(order, cause).then(lambda order: advance(order, cause))


def miss_stage(order: Order, cause: Cause) -> Change[Order]:
    """A stage takes longer than planned: the order specialist and the supervisor hear of it, once (004 二1)."""
    missed = DeadlineMissedByOrders(
        deadline_id=cause.id,
        kind=f"stage_{order.stage}",
        about=order.order_no,
        due_at=cause.at,
        assignee_role=Role.ORDER_SPECIALIST,
        supervisor_role=Role.CS_SUPERVISOR,
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


def _enter(order: Order, name: str, cause: Cause) -> Change[Order]:
    before, after = order.route.stage(order.stage), order.route.stage(name)
    at = _moved_at(order, name, cause)
    planned = order.since + timedelta(days=before.days) if before and before.days else None
    changed = OrderStageChanged(
        **order.about(),
        before=order.stage,
        after=name,
        stage_group=after.group if after and before and after.group != before.group else None,
        at=at,
        planned_at=planned,
        variance_hours=round((at - planned).total_seconds() / 3600, 2) if planned else None,
        route=order.route.label,
        entered_at=order.since,
        ship_on=None if order.dispatched_on else order.ship_on,
    )
    passage = Passage(stage=order.stage, entered=order.since, left=at)
    moved = order.but(stage=name, since=at, passages=(*order.passages, passage))
    return Change(moved, (changed,)).then(lambda order: _entered(order, cause))


def _moved_at(order: Order, to: str, cause: Cause) -> datetime:
    """Forwards when the gate in the way opened, by the facts' own times; backwards now. Not before the stage began."""
    stage = order.route.stage(order.stage)
    opened = [order.reached[each] for each in stage.gate if each in order.reached] if stage else []
    now = [cause.at] if order.is_past(to) else []
    return max([order.since, *opened, *now])


def _entered(order: Order, cause: Cause) -> Change[Order]:
    """What follows from the order being in its stage now: the stage's clock, and what others have to hear."""
    effect = ENTERING.get(order.stage)
    clocked = _with_clock(order)
    return effect(clocked, cause) if effect else Change(clocked)


def _with_clock(order: Order) -> Order:
    stage = order.route.stage(order.stage)
    if stage is None or stage.days is None:
        return order.done_with("stage")
    return order.awaiting("stage", order.since + timedelta(days=stage.days))
