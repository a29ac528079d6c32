"""How goods get to the site: assessed, announced, sent, arrived."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import partial
from typing import Literal

from orders.domain.decisions.delay import be_late, estimate, slip
from orders.domain.decisions.duty import follow_duties
from orders.domain.decisions.entry import announce_departures, look_again
from orders.domain.decisions.exception import look_into, raise_exception
from orders.domain.decisions.promise import keep_promise, promise
from orders.domain.decisions.stage import lose, reach
from orders.domain.order import Order
from orders.domain.parts.deadline import READINESS
from orders.domain.parts.exception_kind import ExceptionKind
from orders.domain.parts.installation import suits
from orders.domain.parts.shipment import Consignment, Crew, DeliveryNote, Shipment
from orders.domain.parts.times import day_ahead, has_happened
from orders.domain.parts.titles import PAPERS
from orders.domain.policy.policy import Rules
from orders.domain.route import Milestone
from shared.aggregate import Cause, Change, Refused, must_be_recent
from shared.contracts.departments import CrewReported, DelayReason, GoodsDispatched, ShipmentArrived
from shared.contracts.orders import DeliveryNoteIssued, ShipmentReadinessAssessed, ShipmentReady
from shared.contracts.vocabulary import Defect, OrderLine, ShippedPart

_M = Milestone
_BINDING = (_M.CONTRACT_SIGNED, _M.INITIAL_PAID, _M.PAID, _M.SAMPLE_CONFIRMED, _M.INSPECTED)
"""What goods never leave without silently, though a report of the rest may come later than that of their departure."""

ReadinessVerdict = Literal["on_time", "late", "unknown"]


def report_crew(order: Order, fact: CrewReported, rules: Rules, cause: Cause) -> Change[Order]:
    """Whether engineering has installers for the order, and from when (001 售中二a).

    Installers who are free but of no use to this order's route are none (000 §3.5.4).
    """
    if order.ended or (fact.available and not suits(fact.skill, order.route.installers)):
        return Change(order)
    crew = Crew(available=fact.available, available_from=fact.available_from)
    known = follow_duties(order.but(shipment=order.shipment.but(crew=crew)), rules, cause)
    return known.then(lambda order: look_again(order, rules, cause))


def assess(order: Order, rules: Rules, cause: Cause) -> Change[Order]:
    """We find out ourselves, before the customer calls: goods and installers ready, late or unknown (001 售中二a).

    Late is told immediately. Unknown is asked again every morning; on the last one what is not ready is late, unless it
    is expected on the very day. Installers of whom nothing was heard do not count as there: without word of them the
    customer is not told that all is prepared. While the customer has yet to pay there is nothing to find out.
    """
    ship_on = order.ship_on
    if order.ended or order.dispatched_on or ship_on is None:
        return Change(order)
    if order.awaits_payment:
        return _look_tomorrow(order, rules, cause)
    last_call = rules.calendar.day(cause.now) + timedelta(days=1) >= ship_on
    reason, earliest = _obstacle(order, ship_on, last_call)
    verdict: ReadinessVerdict = "late" if reason else "on_time" if _all_ready(order) else "unknown"
    looked_at = follow_duties(order, rules, cause)
    assessed = looked_at.announcing(_assessment(order, verdict, earliest))
    if reason:
        guess = max(ship_on, rules.calendar.day(cause.now)) + timedelta(days=rules.of(order).days_when_unknown)
        named = earliest is not None and earliest > ship_on and earliest >= rules.calendar.day(cause.now)
        new = earliest if earliest and named else guess
        if new != earliest:
            return assessed.then(lambda order: estimate(order, new, reason, rules, cause))
        return assessed.then(lambda order: slip(order, new, reason, None, rules, cause))
    if last_call and verdict == "on_time":
        return assessed.then(lambda order: _ready(order, ship_on, rules, cause))
    return assessed.then(lambda order: _look_tomorrow(order, rules, cause))


def _look_tomorrow(order: Order, rules: Rules, cause: Cause) -> Change[Order]:
    tomorrow = rules.of(order).morning(rules.calendar, rules.calendar.day(cause.now) + timedelta(days=1))
    return Change(order.awaiting(READINESS, tomorrow))


def _goods_ready(order: Order) -> bool:
    return order.stage == "shipping"


def _all_ready(order: Order) -> bool:
    return _goods_ready(order) and not order.lacks_word_of_crew


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


def _assessment(order: Order, verdict: ReadinessVerdict, earliest: date | None) -> ShipmentReadinessAssessed:
    crew = order.shipment.crew
    return ShipmentReadinessAssessed.of(
        order.named,
        goods_ready_percent=order.works.goods_percent,
        installers_available=crew.available if crew else None,
        contract_ship_date=order.contract.ship_on or order.ship_on or order.placed_on,
        earliest_ship=earliest,
        verdict=verdict,
    )


def _ready(order: Order, ship_on: date, rules: Rules, cause: Cause) -> Change[Order]:
    """All goods are prepared and leave at nine of their day (001 售中二b), after that hour before the desk closes."""
    hours = (rules.of(order).morning(rules.calendar, ship_on), rules.of(order).evening(rules.calendar, ship_on))
    ship_at = next((hour for hour in hours if hour > cause.now), None)
    if ship_at is None:
        return Change(order)
    ready = ShipmentReady.of(order.about, ship_at=ship_at)
    return Change(order.but(shipment=order.shipment.but(announced_ready=True)), (ready,))


def send(order: Order, fact: GoodsDispatched, rules: Rules, cause: Cause) -> Change[Order]:
    """Staff send goods whose gates are open.

    Refused: `illegal_transition`, `not_packed`, `papers_missing`, `time_ahead`, `long_past`, and `past_day` or
    `far_day` for the day of arrival.
    """
    order.lifecycle.must(order.stage, "dispatch")
    if order.unpacked:
        raise Refused("the packaging of these goods is not confirmed; confirm it first", "not_packed")
    if missing := order.shipment.missing_papers:
        raise Refused(f"these goods need papers that are not arranged: {', '.join(missing)}", "papers_missing")
    has_happened(fact.left_at, cause.at, "left_at")
    must_be_recent("the departure", fact.left_at, cause, "left_at")
    if fact.eta:
        day_ahead(rules.calendar.day(fact.eta), rules.calendar.day(fact.left_at), rules.of(order).horizon_days, "eta")
    return dispatch(order, fact, rules, cause)


def dispatch(order: Order, fact: GoodsDispatched, rules: Rules, cause: Cause) -> Change[Order]:
    """A shipment has left, or what was said of it is corrected; each departure and each new time of arrival is told.

    It is announced as soon as every gate before it is open. Goods that left around a closed gate stay unannounced and
    are an exception that has to be looked into (001 售中三, 000 §3.4, §3.5.3c).
    """
    known = order.shipment.left(fact.delivery_note_no, fact.left_at)
    sent = _sent(order, known, fact, cause)
    if order.ended or sent == known:
        return Change(order)
    change = Change(order.but(shipment=_with_consignment(order.shipment, sent)))
    if known is None or known.left_at is None:
        change = change.then(lambda order: _left(order, fact, rules, cause))
    elif known.partial and not sent.partial:
        change = change.then(lambda order: _gone(order, fact, rules, cause))
    change = change.then(lambda order: _expect(order, rules, cause)).then(lambda order: _there(order, rules, cause))
    if _around_a_gate(order):
        return change
    if change.state.stage == "shipping" or change.state.is_past("shipping"):
        change = change.then(lambda order: announce_departures(order, rules, cause))
    return change.then(lambda order: follow_duties(order, rules, cause))


def _sent(order: Order, known: Consignment | None, fact: GoodsDispatched, cause: Cause) -> Consignment:
    """The shipment as it is known now; another time of arrival is a further revision, which is to be announced."""
    note = order.shipment.note(fact.delivery_note_no)
    before = known or Consignment(id=cause.derive("shipment"))
    sent = before.but(
        left_at=fact.left_at,
        eta=fact.eta or before.eta,
        carrier=fact.carrier or before.carrier,
        delivery_note_no=fact.delivery_note_no or before.delivery_note_no,
        partial=fact.partial,
        parts=fact.parts or (note.parts if note else before.parts),
    )
    if known and known.announced and sent.eta != known.eta and known.arrived_at is None:
        return sent.but(announced=False, revision=known.revision + 1)
    return sent


def _left(order: Order, fact: GoodsDispatched, rules: Rules, cause: Cause) -> Change[Order]:
    around = _around_a_gate(order)
    change = Change(order) if fact.partial else _gone(order, fact, rules, cause)
    if not around:
        for detail in _unready(order):
            look = partial(look_into, kind="quality", outcome="taken", code="looked_into", detail=detail, cause=cause)
            change = change.then(look)
        return change
    detail = f"订单尚在“{order.stage_title}”阶段，货物已发出"
    kind: ExceptionKind = "quality" if {_M.SAMPLE_CONFIRMED, _M.INSPECTED} & around else "payment"
    return change.then(lambda order: look_into(order, kind, "taken", "looked_into", detail, cause))


def _unready(order: Order) -> Iterator[str]:
    """What goods never leave without silently, though their gates are open (004 一㈡5, 三2(2))."""
    if order.unpacked:
        yield "包装尚未确认，货物已发出"
    if missing := order.shipment.missing_papers:
        yield f"{'、'.join(PAPERS[kind] for kind in missing)}尚未办妥，货物已发出"


def _gone(order: Order, fact: GoodsDispatched, rules: Rules, cause: Cause) -> Change[Order]:
    """The last of the goods have left."""
    day = order.dispatched_on or rules.calendar.day(fact.left_at)
    gone = keep_promise(order.but(dispatched_on=day).done_with(READINESS), "ship", day, rules, cause)
    return gone.then(lambda order: reach(order, _M.DISPATCHED, since=fact.left_at, rules=rules, cause=cause))


def _expect(order: Order, rules: Rules, cause: Cause) -> Change[Order]:
    """All goods are promised for the day on which the last of them are expected; the contract's own day stays."""
    promised, eta = order.promises.current("arrive"), order.shipment.eta
    if eta is None or not order.shipment.complete or order.shipment.all_there_at:
        return Change(order)
    day = rules.calendar.day(eta)
    mine = promised is None or (promised.basis == "plan" and promised.stage == "open")
    if not mine or day < rules.calendar.day(cause.now):
        return Change(order)
    return promise(order, "arrive", day, "plan", rules, cause)


def _there(order: Order, rules: Rules, cause: Cause) -> Change[Order]:
    """The goods are there when the last of a complete dispatch has arrived; what leaves later is awaited again."""
    at = order.shipment.all_there_at
    if at is None:
        awaited = order.but(shipment=order.shipment.but(arrived_at=None))
        if order.has(_M.ARRIVED) and not order.has(_M.INSTALLED):
            return lose(awaited, _M.ARRIVED, rules=rules, cause=cause)
        return Change(order)
    if order.has(_M.ARRIVED):
        return Change(order)
    day, promised = rules.calendar.day(at), order.promises.current("arrive")
    late = promised is not None and promised.stage == "open" and day > promised.on
    missed = be_late(order, day, rules, cause=cause) if late else Change(order)
    there = missed.then(
        lambda order: keep_promise(order.but(shipment=order.shipment.but(arrived_at=at)), "arrive", day, rules, cause)
    )
    return there.then(lambda order: reach(order, _M.ARRIVED, since=at, rules=rules, cause=cause))


def _around_a_gate(order: Order) -> set[Milestone]:
    """What is missing for goods to leave by right: contract, deposit or price, the sample, design's inspection."""
    return {each for each in order.route.before("shipping") if each in _BINDING and not order.has(each)}


def issue_delivery_note(order: Order, note_no: str, lines: tuple[OrderLine, ...], cause: Cause) -> Change[Order]:
    """The statistics clerk writes the delivery note for what leaves, by default everything that is ordered (004 四1).

    It belongs to the shipment that leaves under its number. Refused: `illegal_transition` while goods may not leave,
    `note_issued` for a number that is taken.
    """
    order.lifecycle.must(order.stage, "issue_delivery_note")
    if order.shipment.note(note_no) is not None:
        raise Refused(
            f"delivery note {note_no} of this order was issued; take another number", "note_issued", "note_no"
        )
    carried = lines or order.lines
    parts = tuple(ShippedPart(what=line.description, quantity=line.quantity, unit=line.unit) for line in carried)
    note = DeliveryNote(no=note_no, parts=parts, issued_by=cause.actor.id, issued_at=cause.at)
    issued = DeliveryNoteIssued.of(
        order.named,
        note_no=note_no,
        lines=carried,
        issued_by=cause.actor.id,
    )
    return Change(order.but(shipment=order.shipment.but(notes=(*order.shipment.notes, note))), (issued,))


def arrive(order: Order, fact: ShipmentArrived, rules: Rules, cause: Cause) -> Change[Order]:
    """A shipment is on the site; damage goes on the Saturday list. Late by its own time is late, whenever heard.

    The order has arrived when the last of a complete dispatch has (000 §3.4.4, §3.5.4). An arrival of which no
    departure was heard counts once the departure is, and that of goods that failed their inspection on the way never.
    One that is reported again tells nothing but what was found broken meanwhile.
    """
    no, at = fact.delivery_note_no, fact.arrived_at
    if order.ended:
        return Change(order)
    if (there := _arrived_before(order, no, at)) is not None:
        return _found_broken(order, there, fact.damages, cause)
    known = order.shipment.arriving(no) or _called_back(order, no, at)
    came = (known or Consignment(id=cause.derive("shipment"), delivery_note_no=no)).but(arrived_at=at)
    change = _there(order.but(shipment=_with_consignment(order.shipment, came)), rules, cause)
    change = change.then(lambda order: follow_duties(order, rules, cause))
    return change.then(lambda order: _found_broken(order, came, fact.damages, cause))


def _called_back(order: Order, no: str | None, at: datetime) -> Consignment | None:
    """The shipment that came back, where its goods were not made again when this one arrived."""
    made_again = order.produced_at is not None and order.produced_at <= at
    return None if made_again else order.shipment.coming_back(no)


def _arrived_before(order: Order, no: str | None, at: datetime) -> Consignment | None:
    """The shipment whose arrival was reported before: by its note or its moment, or else the last of all goods."""
    known = order.shipment.arriving(no)
    if known is not None and known.arrived_at is not None:
        return known
    arrived = [each for each in order.shipment.under_way if each.arrived_at and no in (None, each.delivery_note_no)]
    same = next((each for each in arrived if each.arrived_at == at), None)
    all_there = known is None and no is None and order.has(_M.ARRIVED)
    return same or (next(reversed(arrived), None) if all_there else None)


def _found_broken(order: Order, there: Consignment, damages: tuple[Defect, ...], cause: Cause) -> Change[Order]:
    """What of these goods is broken and was not reported before goes on the Saturday list."""
    more = tuple(each for each in damages if each not in there.damages)
    if not more:
        return Change(order)
    shipment = _with_consignment(order.shipment, there.but(damages=(*there.damages, *more)))
    known = order.but(shipment=shipment.but(damages=(*shipment.damages, *more)))
    detail = "；".join(damage.description for damage in more)
    return raise_exception(known, "quality", f"到货破损：{detail}", cause)


def _with_consignment(shipment: Shipment, consignment: Consignment) -> Shipment:
    """With these goods, new or in the place of what was known of them before."""
    if all(each.id != consignment.id for each in shipment.consignments):
        return shipment.but(consignments=(*shipment.consignments, consignment))
    known = tuple(consignment if each.id == consignment.id else each for each in shipment.consignments)
    return shipment.but(consignments=known)
