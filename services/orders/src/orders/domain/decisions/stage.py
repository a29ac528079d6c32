"""How an order moves: from stage to stage, through gates that are open and never around one."""

from datetime import datetime, timedelta
from functools import partial

from orders.domain.decisions.clock import watch_stage
from orders.domain.decisions.duty import follow_duties
from orders.domain.decisions.entry import ENTERING
from orders.domain.order import Order, without
from orders.domain.parts.passage import Passage
from orders.domain.policy.policy import Rules
from orders.domain.route import CLOSED, Milestone, Stage
from shared.aggregate import Cause, Change
from shared.contracts.orders import OrderStageChanged, StageGroup


def reach(order: Order, *milestones: Milestone, since: datetime, rules: Rules, cause: Cause) -> Change[Order]:
    """These milestones are true since that moment, or an earlier one; the order goes as far as its gates let it."""
    reached = {**dict.fromkeys(milestones, since), **order.reached}
    return advance(order.but(reached=reached), rules, cause)


def lose(order: Order, *milestones: Milestone, rules: Rules, cause: Cause) -> Change[Order]:
    """These milestones are true no longer; the order goes back to the first gate that has closed."""
    return advance(order.but(reached=without(order.reached, *milestones)), rules, cause)


def lose_payments(order: Order, rules: Rules, cause: Cause) -> Change[Order]:
    """Payments count as in no longer where the ledger says that something of them is open again; an ended order stays.

    A gate that the order has gone through stays open, but for goods that are paid before they leave and have not left:
    these wait for the money again.
    """
    kept = {*order.payments_in, *order.route.before(order.stage)}
    if order.stage == "shipping" and Milestone.PAID not in order.payments_in:
        kept.discard(Milestone.PAID)
    lost = [each for each in (Milestone.INITIAL_PAID, Milestone.PAID) if order.has(each) and each not in kept]
    if order.ended or not lost:
        return Change(order)
    return lose(order, *lost, rules=rules, cause=cause)


def advance(order: Order, rules: Rules, cause: Cause) -> Change[Order]:
    """Move the order to the first stage whose gate is closed: forwards stage by stage, backwards in one step."""
    change = Change(order)
    while (stage := _next(change.state)) != change.state.stage:
        change = change.then(partial(_enter, name=stage, rules=rules, cause=cause))
    watched = change.then(lambda order: watch_stage(order, rules, cause))
    return watched.then(lambda order: follow_duties(order, rules, cause))


def begin(order: Order, rules: Rules, cause: Cause) -> Change[Order]:
    """Put a new order into the first stage of its route."""
    return _entered(order, rules, cause).then(lambda order: advance(order, rules, cause))


def _next(order: Order) -> str:
    """Where the order has to go from where it is: back to a gate that has closed, or on through one that is open."""
    stages = order.route.stages
    closed = next((place for place, stage in enumerate(stages) if not order.has(*stage.gate)), len(stages))
    here = order.route.index(order.stage)
    place = closed if closed <= here else here + 1
    return stages[place].name if place < len(stages) else CLOSED


def _enter(order: Order, name: str, rules: Rules, cause: Cause) -> Change[Order]:
    before, after = order.route.stage(order.stage), order.route.stage(name)
    at = _moved_at(order, name, cause)
    days = rules.of(order).days(order.route_name, order.stage)
    planned = order.since + timedelta(days=days) if days else None
    changed = OrderStageChanged.of(
        order.about,
        before=order.stage,
        after=name,
        stage_group=_group_to_announce(order, before, after),
        at=at,
        planned_at=planned,
        variance_hours=round((at - planned).total_seconds() / 3600, 2) if planned else None,
        route=order.route.label,
        entered_at=order.since,
        ship_on=None if order.dispatched_on else order.ship_on,
    )
    passage = Passage(stage=order.stage, entered=order.since, left=at)
    moved = order.but(stage=name, since=at, passages=(*order.passages, passage))
    return Change(moved, (changed,)).then(lambda order: _entered(order, rules, cause))


def _group_to_announce(order: Order, before: Stage | None, after: Stage | None) -> StageGroup | None:
    """The group of stages that begins: the customer is called about it, once (000 §3.6.2).

    The first group of a route begins for the customer when its first stage, our own review, is over.
    """
    if before is None or after is None:
        return None
    first = before == order.route.stages[0] and all(each.stage != before.name for each in order.passages)
    began = after.group != before.group or first
    return after.group if began else None


def _moved_at(order: Order, to: str, cause: Cause) -> datetime:
    """Forwards when the gate in the way opened, by the facts' own times; backwards now. Not before the stage began."""
    stage = order.route.stage(order.stage)
    opened = [order.reached[each] for each in stage.gate if each in order.reached] if stage else []
    now = [cause.at] if order.is_past(to) else []
    return max([order.since, *opened, *now])


def _entered(order: Order, rules: Rules, cause: Cause) -> Change[Order]:
    """What follows from the order being in its stage now: what others have to hear."""
    effect = ENTERING.get(order.stage)
    return effect(order, rules, cause) if effect else Change(order)
