"""How days are promised to a customer, and what follows when one passes."""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType

from orders.domain.decisions.clock import start
from orders.domain.decisions.duty import follow_duties
from orders.domain.decisions.exception import raise_exception
from orders.domain.order import Order
from orders.domain.parts.exception_kind import ExceptionKind
from orders.domain.parts.promise import Basis, Promise, PromiseKind, Promises, turned
from orders.domain.parts.times import day_ahead
from orders.domain.parts.titles import PROMISES
from orders.domain.policy.policy import Rules
from orders.domain.route import HAPPENS
from shared.aggregate import Cause, Change, Refused
from shared.clocks import GivenEnd
from shared.contracts.orders import DeliveryDatePromised
from shared.contracts.vocabulary import StaffId

_BLAME: Mapping[PromiseKind, ExceptionKind] = MappingProxyType(
    {"ship": "schedule", "arrive": "schedule", "install": "installer", "complete": "installer", "accept": "schedule"}
)


def promise(order: Order, kind: PromiseKind, on: date, basis: Basis, rules: Rules, cause: Cause) -> Change[Order]:
    """Give the customer a day and watch it until its end; the same day once more is no new promise (004 三2)."""
    return pass_on(order, kind, on, basis, cause.actor.id, rules, cause)


def pass_on(
    order: Order, kind: PromiseKind, on: date, basis: Basis, who: StaffId, rules: Rules, cause: Cause
) -> Change[Order]:
    """The same for a day that a person named to us, who answers for it: the foreman, for example."""
    return _give(order, kind, on, basis, who, rules, agreed=False, cause=cause)


def _give(
    order: Order, kind: PromiseKind, on: date, basis: Basis, who: StaffId, rules: Rules, *, agreed: bool, cause: Cause
) -> Change[Order]:
    current = order.promises.current(kind)
    if current and current.stage == "open" and current.on == on:
        return Change(order)
    revision = current.revision + 1 if current else 1
    given = Promise(kind=kind, on=on, revision=revision, basis=basis, given_by=who)
    before = turned(order.promises, kind, "superseded")
    promises = before.but(given=(*before.given, given))
    promised = order.but(promises=promises, ship_on=on if kind == "ship" else order.ship_on)
    event = DeliveryDatePromised.of(
        order.about,
        kind=kind,
        promised_for=on,
        revision=revision,
        basis=basis,
        promised_by=who,
        agreed=agreed,
    )
    clock, end = rules.of(order).promises[kind], GivenEnd(rules.calendar.moment(on), "向客户承诺的日期")
    return Change(promised, (event,)).then(lambda order: start(order, clock, rules, end=end, cause=cause))


def agree(order: Order, kind: PromiseKind, on: date, rules: Rules, cause: Cause) -> Change[Order]:
    """A day is agreed with the customer, who has it in writing (004 三2(4)).

    Refused: `illegal_transition`, `past_day`, `far_day`, `happened_already`, and `needs_reason` for goods that would
    leave behind the contract: that is a delay.
    """
    order.lifecycle.must(order.stage, "agree")
    day_ahead(on, rules.calendar.day(cause.at), rules.of(order).horizon_days, "on")
    if order.has(*HAPPENS[kind]):
        raise Refused(f"{kind} has happened already; there is nothing left to promise", "happened_already", "kind")
    contract = order.contract
    if kind == "ship" and contract.signed and contract.ship_on and on > contract.ship_on:
        raise Refused(f"the contract says {contract.ship_on}; announce a delay, with its reason", "needs_reason", "on")
    given = _give(order, kind, on, "plan", cause.actor.id, rules, agreed=True, cause=cause)
    return given.then(lambda order: follow_duties(order, rules, cause))


def keep_promise(order: Order, kind: PromiseKind, on: date, rules: Rules, cause: Cause) -> Change[Order]:
    """What was promised has happened: kept or broken by its own day, whenever the news came.

    A day that was broken for want of news may turn out to have been kept.
    """
    settled = order.but(promises=_settled(order.promises, kind, on))
    return rules.clocks.stop(rules.of(order).promises[kind].name, cause=cause)(settled)


def _settled(promises: Promises, kind: PromiseKind, on: date) -> Promises:
    current = promises.current(kind)
    if current is None or current.stage not in ("open", "broken") or current.settled_on is not None:
        return promises
    settled = current.but(stage="kept" if on <= current.on else "broken", settled_on=on)
    return promises.but(given=tuple(settled if each is current else each for each in promises.given))


def break_promise(order: Order, kind: PromiseKind, cause: Cause) -> Change[Order]:
    """A promised day has ended without news: it is broken, and on the Saturday list (001 售中 理由, 000 §4.1c).

    Of an order that waits for the customer's payment a new day is to be agreed.
    """
    current = order.promises.current(kind)
    if current is None or current.stage != "open":
        return Change(order)
    broken = order.but(promises=turned(order.promises, kind, "broken"))
    if order.awaits_payment:
        detail = f"原定{current.on}{PROMISES[kind]}，客户尚未付款，未能实现，请与客户另约日期"
        return raise_exception(broken, "payment", detail, cause)
    return raise_exception(broken, _BLAME[kind], f"原定{current.on}{PROMISES[kind]}，到期未实现", cause)
