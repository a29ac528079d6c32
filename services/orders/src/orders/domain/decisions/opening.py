"""How an order begins with us: on its route, with a contract to review or a day of arrival to keep."""

from orders.domain.decisions.promise import promise
from orders.domain.decisions.stage import begin
from orders.domain.order import Order
from orders.domain.parts.contract import Contract, Draft, contract_no_of
from orders.domain.parts.receivable import Receivable
from orders.domain.policy.policy import Rules
from orders.domain.route import route_for
from shared.aggregate import Cause, Change
from shared.contracts.event import PreciseDate
from shared.contracts.intake import OrderPlaced
from shared.contracts.orders import PaymentTerm


def open_order(event: OrderPlaced, rules: Rules, cause: Cause) -> Change[Order]:
    """An order that intake has taken goes on its route; its contract is drawn up and waits for review (004 一㈡1a).

    An order from stock has no contract to make: the day of arrival that it was sold with is its promise.
    """
    route = route_for(event.kind, from_stock=event.promised_arrival_date is not None)
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
        placed_on=rules.calendar.day(cause.at),
        stage=route.stages[0].name,
        since=cause.at,
    )
    if route.name == "stock":
        return _sold_from_stock(order, event, rules, cause)
    return begin(_with_contract(order, event), rules, cause)


def _with_contract(order: Order, event: OrderPlaced) -> Order:
    on = event.contract_date or PreciseDate(on=order.placed_on)
    draft = Draft(revision=1, total=event.total, ship_on=event.requested_ship_date)
    contract = Contract(no=event.contract_no or contract_no_of(order.order_no, on.on), on=on, draft=draft)
    return order.but(contract=contract)


def _sold_from_stock(order: Order, event: OrderPlaced, rules: Rules, cause: Cause) -> Change[Order]:
    terms = (PaymentTerm(kind="balance", amount=event.total),) if event.total else ()
    contract = Contract(no=event.contract_no, on=event.contract_date)
    sold = order.but(contract=contract, receivable=Receivable(terms=terms))
    change = begin(sold, rules, cause)
    if event.promised_arrival_date is None:
        return change
    day = event.promised_arrival_date
    return change.then(lambda order: promise(order, "arrive", day, "contract", rules, cause))
