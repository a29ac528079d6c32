"""How goods get to the site: assessed, announced, sent, arrived."""

from datetime import date, timedelta
from typing import Literal

from orders.domain.decisions.delay import be_late, slip
from orders.domain.decisions.entry import announce_departures
from orders.domain.decisions.exception import raise_exception
from orders.domain.decisions.promise import keep_promise, promise
from orders.domain.decisions.stage import reach
from orders.domain.order import Order
from orders.domain.parts.installation import suits
from orders.domain.parts.shipment import Consignment, Crew
from orders.domain.policy.policy import Rules
from orders.domain.route import Milestone
from shared.aggregate import Cause, Change
from shared.contracts.departments import CrewReported, DelayReason, GoodsDispatched, ShipmentArrived
from shared.contracts.orders import DeliveryNoteIssued, ShipmentReadinessAssessed, ShipmentReady

_M = Milestone
Verdict = Literal["on_time", "late", "unknown"]


def report_crew(order: Order, fact: CrewReported, cause: Cause) -> Change[Order]:
    """Whether engineering has installers for the order, and from when (001 售中二a).

    Installers who are free but of no use to this order's route are none (000 §3.5.4).
    """
    if order.ended or (fact.available and not suits(fact.skill, order.route.installers)):
        return Change(order)
    crew = Crew(available=fact.available, available_from=fact.available_from)
    return Change(order.but(shipment=order.shipment.but(crew=crew)))


def assess(order: Order, rules: Rules, cause: Cause) -> Change[Order]:
    """We find out ourselves, before the customer calls: goods and installers ready, late or unknown (001 售中二a).

    Late is told at once. Unknown is asked again every morning; on the last one what is not ready is late, unless it is
    expected on the very day.
    """
    ship_on = order.ship_on
    if order.ended or order.dispatched_on or ship_on is None:
        return Change(order)
    last_call = order.in_days(cause.at, 1) >= ship_on
    reason, earliest = _obstacle(order, ship_on, last_call)
    verdict: Verdict = "late" if reason else "on_time" if _goods_ready(order) else "unknown"
    assessed = Change(order, (_assessment(order, verdict, earliest),))
    if reason:
        new = (
            earliest if earliest and earliest > ship_on else ship_on + timedelta(days=rules.of(order).days_when_unknown)
        )
        return assessed.then(lambda order: slip(order, new, reason, None, rules, cause))
    if last_call and verdict == "on_time":
        return assessed.then(lambda order: _ready(order, ship_on, rules))
    tomorrow = rules.morning(order, order.in_days(cause.at, 1))
    return assessed.then(lambda order: Change(order.awaiting("readiness", tomorrow)))


def _goods_ready(order: Order) -> bool:
    return order.stage == "shipping"


def _obstacle(order: Order, ship_on: date, last_call: bool) -> tuple[DelayReason | None, date | None]:
    """What keeps the goods from leaving on the day, and the earliest day that is known instead."""
    crew = order.shipment.crew
    ready = _goods_ready(order)
    goods_on = None if ready else order.works.expected_ready_on
    crew_on = crew.available_from if crew and not crew.available else None
    earliest = max([day for day in (goods_on, crew_on) if day], default=None)
    if not ready and goods_on != ship_on and (last_call or _after(goods_on, ship_on)):
        return "goods_incomplete", earliest
    if crew and not crew.available and (last_call or _after(crew_on, ship_on)):
        return "installers_unavailable", earliest
    return None, earliest or (ship_on if ready else None)


def _after(day: date | None, ship_on: date) -> bool:
    return day is not None and day > ship_on


def _assessment(order: Order, verdict: Verdict, earliest: date | None) -> ShipmentReadinessAssessed:
    crew = order.shipment.crew
    return ShipmentReadinessAssessed(
        **order.named(),
        goods_ready_percent=order.works.goods_percent,
        installers_available=crew.available if crew else None,
        contract_ship_date=order.contract.ship_on or order.ship_on or order.placed_on,
        earliest_ship=earliest,
        verdict=verdict,
    )


def _ready(order: Order, ship_on: date, rules: Rules) -> Change[Order]:
    """All goods are prepared and leave tomorrow at nine (001 售中二b)."""
    ready = ShipmentReady(**order.about(), ship_at=rules.morning(order, ship_on))
    return Change(order.but(shipment=order.shipment.but(announced_ready=True)), (ready,))


def dispatch(order: Order, fact: GoodsDispatched, rules: Rules, cause: Cause) -> Change[Order]:
    """The goods have left. It is announced, with the expected arrival, as soon as every gate before it is open.

    Goods that left around a closed gate stay unannounced and are an exception (001 售中三, 000 §3.5.3c).
    """
    consignment = Consignment(
        id=cause.derive("shipment"),
        left_at=fact.left_at,
        eta=fact.eta,
        carrier=fact.carrier,
        delivery_note_no=fact.delivery_note_no,
        partial=fact.partial,
    )
    if order.ended or _known(order, consignment):
        return Change(order)
    consignments = (*order.shipment.consignments, consignment)
    sent = order.but(shipment=order.shipment.but(consignments=consignments))
    noted = Change(sent) if fact.partial else _left(sent, fact, rules, cause)
    if _around_a_gate(order):
        detail = f"goods left while the order was in {order.stage}"
        return noted.then(lambda order: raise_exception(order, "quality", detail, cause))
    if fact.partial and order.stage == "shipping":
        return noted.then(lambda order: announce_departures(order, rules, cause))
    return noted


def _left(order: Order, fact: GoodsDispatched, rules: Rules, cause: Cause) -> Change[Order]:
    day = order.day(fact.left_at)
    gone = keep_promise(order.but(dispatched_on=day).done_with("readiness"), "ship", day, rules, cause)
    change = gone.then(lambda order: reach(order, _M.DISPATCHED, since=fact.left_at, rules=rules, cause=cause))
    if fact.eta is None or change.state.promises.current("arrive") is not None:
        return change
    expected = order.day(fact.eta)
    if order.has(_M.ARRIVED) or expected < day:
        return change
    return change.then(lambda order: promise(order, "arrive", expected, "plan", rules, cause))


def _known(order: Order, consignment: Consignment) -> bool:
    return any(
        each.left_at == consignment.left_at and each.delivery_note_no == consignment.delivery_note_no
        for each in order.shipment.consignments
    )


def _around_a_gate(order: Order) -> bool:
    """Whether goods that leave now leave before design has inspected them."""
    asked = any(_M.INSPECTED in stage.gate for stage in order.route.stages)
    return asked and not order.has(_M.INSPECTED)


def issue_delivery_note(order: Order, note_no: str, cause: Cause) -> Change[Order]:
    """The statistics clerk writes the delivery note for what leaves (004 四1)."""
    order.must_be_running()
    issued = DeliveryNoteIssued(
        note_no=note_no,
        **order.named(),
        lines=order.lines,
        issued_by=cause.actor.id,
    )
    return Change(order, (issued,))


def arrive(order: Order, fact: ShipmentArrived, rules: Rules, cause: Cause) -> Change[Order]:
    """The goods are on the site; damage goes on the Saturday list. Late by its own time is late, whenever heard.

    Source: 000 §3.4.4, §3.5.4.
    """
    if order.ended or order.has(_M.ARRIVED):
        return Change(order)
    day = order.day(fact.arrived_at)
    promised = order.promises.current("arrive")
    late = promised is not None and promised.state == "open" and day > promised.on
    missed = be_late(order, day, cause) if late else Change(order)
    shipment = order.shipment.but(arrived_at=fact.arrived_at, damages=fact.damages)
    change = missed.then(lambda order: keep_promise(order.but(shipment=shipment), "arrive", day, rules, cause))
    change = change.then(lambda order: reach(order, _M.ARRIVED, since=fact.arrived_at, rules=rules, cause=cause))
    if not fact.damages:
        return change
    detail = "; ".join(damage.description for damage in fact.damages)
    return change.then(lambda order: raise_exception(order, "quality", f"damaged on arrival: {detail}", cause))
