"""How an order begins with us: on its route, with a contract to review or a day of arrival to keep."""

from datetime import date, timedelta

from orders.domain.decisions.exception import raise_exception
from orders.domain.decisions.ledger import post_price
from orders.domain.decisions.promise import promise
from orders.domain.decisions.stage import begin
from orders.domain.order import Order
from orders.domain.parts.contract import Contract, Draft
from orders.domain.parts.receivable import Receivable
from orders.domain.policy.policy import Rules
from orders.domain.route import route_for
from shared.aggregate import Cause, Change
from shared.contracts.event import Money, PreciseDate
from shared.contracts.intake import OrderPlaced
from shared.contracts.orders import PaymentTerm


def open_order(event: OrderPlaced, rules: Rules, cause: Cause) -> Change[Order]:
    """An order that intake has taken goes on its route; its contract is drawn up and waits for review (004 一㈡1a).

    An order from stock has no contract to make: the day of arrival that it was sold with is its promise.
    """
    day = rules.calendar.day(cause.at)
    route = route_for(event.kind, day, from_stock=event.promised_arrival_date is not None)
    order = Order(
        id=event.order_id,
        order_no=event.order_no,
        customer=event.customer,
        kind=event.kind,
        route_name=route.name,
        route_version=route.version,
        policy_version=rules.on(cause.at).version,
        zone=rules.calendar.zone.key,
        lines=event.lines,
        total=event.total,
        region=event.region,
        sales_owner=event.sales_owner,
        site_address=event.site_address,
        placed_at=cause.at,
        placed_on=day,
        stage=route.stages[0].name,
        since=cause.at,
    )
    wished = event.requested_ship_date or event.promised_arrival_date
    unlikely = wished is not None and not _is_ahead(order, wished, rules, cause)
    known = event.but(requested_ship_date=None, promised_arrival_date=None) if unlikely else event
    if route.name == "stock":
        change = _sold_from_stock(order, known, rules, cause)
    else:
        change = begin(_with_contract(order, known), rules, cause)
    if not unlikely:
        return change
    detail = f"下单要求的日期{wished}已过或过远，请与客户另约日期"
    return change.then(lambda order: raise_exception(order, "schedule", detail, cause))


def _is_ahead(order: Order, day: date, rules: Rules, cause: Cause) -> bool:
    today = rules.calendar.day(cause.at)
    return today <= day <= today + timedelta(days=rules.of(order).horizon_days)


def _with_contract(order: Order, event: OrderPlaced) -> Order:
    on = event.contract_date or PreciseDate(on=order.placed_on)
    draft = Draft(revision=1, total=event.total, ship_on=event.requested_ship_date)
    contract = Contract(no=event.contract_no, on=on, draft=draft)
    return order.but(contract=contract, receivable=_priced(event.total))


def _priced(total: Money | None, terms: tuple[PaymentTerm, ...] = ()) -> Receivable:
    return Receivable(terms=terms, currency=total.currency if total else None)


def _sold_from_stock(order: Order, event: OrderPlaced, rules: Rules, cause: Cause) -> Change[Order]:
    terms = (PaymentTerm(kind="balance", amount=event.total),) if event.total else ()
    contract = Contract(no=event.contract_no, on=event.contract_date)
    sold = order.but(contract=contract, sold_on=order.placed_on, receivable=_priced(event.total, terms))
    change = post_price(sold, "invoice", cause).then(lambda order: begin(order, rules, cause))
    if event.promised_arrival_date is None:
        return change
    day = event.promised_arrival_date
    return change.then(lambda order: promise(order, "arrive", day, "contract", rules, cause))
