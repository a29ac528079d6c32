"""How orders reacts to what other departments report: early, late or twice."""

from collections.abc import Callable
from functools import partial

from orders.domain.decisions.cancellation import withdraw
from orders.domain.decisions.delay import fall_behind
from orders.domain.decisions.doubt import weigh
from orders.domain.decisions.drawing import submit
from orders.domain.decisions.exception import mind_the_end
from orders.domain.decisions.installation import complete_installation, expect_completion
from orders.domain.decisions.payment import receive
from orders.domain.decisions.production import (
    break_down,
    complete,
    hear_inspection,
    hear_verdict,
    make_sample,
    progress,
    report_problem,
)
from orders.domain.decisions.shipment import arrive, dispatch, report_crew
from orders.domain.order import Order
from orders.domain.parts.times import Fact
from orders.domain.policy.policy import Rules
from orders.store import Orders
from shared.aggregate import Cause, Change
from shared.contracts.departments import (
    BreakdownCompleted,
    CompletionExpected,
    CrewReported,
    DesignSubmitted,
    GoodsDispatched,
    GoodsInspected,
    InstallationCompleted,
    MaterialProblemReported,
    OrderWithdrawn,
    PaymentReceived,
    ProductionCompleted,
    ProductionDelayed,
    ProductionProgressed,
    SampleJudged,
    SampleMade,
    ShipmentArrived,
)
from shared.contracts.vocabulary import OrderFact
from shared.store import Touch
from shared.subscriptions import Subscriptions


def subscribe(on: Subscriptions, orders: Orders, rules: Rules) -> None:
    """Each department names an order by its number; a fact about an order that is not here yet waits for it."""
    _sales_and_design(on, orders, rules)
    _production(on, orders, rules)
    _way_to_the_customer(on, orders, rules)


def _sales_and_design(on: Subscriptions, orders: Orders, rules: Rules) -> None:
    @on(OrderWithdrawn)
    def withdraw_order(event: OrderWithdrawn, cause: Cause) -> Touch[Order]:
        """Sales takes the order back on the customer's wish."""
        return _heard(orders, event, cause, lambda order: withdraw(order, event.reason, rules, cause))

    @on(DesignSubmitted)
    def keep_drawing(event: DesignSubmitted, cause: Cause) -> Touch[Order]:
        """A drawing is up for review (000 §3.4.2, §3.5.2)."""
        return _heard(orders, event, cause, lambda order: submit(order, event, cause))

    @on(SampleJudged)
    def judge(event: SampleJudged, cause: Cause) -> Touch[Order]:
        """Only a confirmed sample lets a custom order into production (000 §3.5.3b)."""
        return _heard(orders, event, cause, lambda order: hear_verdict(order, event, rules, cause))

    @on(GoodsInspected)
    def inspect_goods(event: GoodsInspected, cause: Cause) -> Touch[Order]:
        """Without a pass a custom order's goods do not leave (000 §3.5.3c)."""
        return _heard(orders, event, cause, lambda order: hear_inspection(order, event, rules, cause))


def _production(on: Subscriptions, orders: Orders, rules: Rules) -> None:
    weighed = partial(_weighed, orders, rules)

    @on(BreakdownCompleted)
    def keep_breakdown(event: BreakdownCompleted, cause: Cause) -> Touch[Order]:
        """The parts are known; stock is allocated (000 §3.4.3)."""
        return _heard(orders, event, cause, lambda order: break_down(order, event, rules, cause))

    @on(SampleMade)
    def keep_sample(event: SampleMade, cause: Cause) -> Touch[Order]:
        """A sample waits for design's judgement (000 §3.5.3b)."""
        return _heard(orders, event, cause, lambda order: make_sample(order, event, cause))

    @on(ProductionProgressed)
    def follow_production(event: ProductionProgressed, cause: Cause) -> Touch[Order]:
        """How much is ready; a date behind the promise is told to the customer (001 售中二a)."""
        return weighed(event, cause, lambda order, fact: progress(order, fact, rules, cause))

    @on(ProductionDelayed)
    def announce_delay(event: ProductionDelayed, cause: Cause) -> Touch[Order]:
        """The customer hears of the delay from us, with reason and days (001 售中二c, 二d)."""
        return weighed(event, cause, lambda order, fact: fall_behind(order, fact, rules, cause))

    @on(ProductionCompleted)
    def note_goods(event: ProductionCompleted, cause: Cause) -> Touch[Order]:
        """The goods are made (000 §3.4.3, §3.5.3)."""
        return weighed(event, cause, lambda order, fact: complete(order, fact, rules, cause))

    @on(MaterialProblemReported)
    def raise_exception(event: MaterialProblemReported, cause: Cause) -> Touch[Order]:
        """A problem on the shop floor goes on the Saturday list (004 一㈡2b)."""
        return _heard(orders, event, cause, lambda order: report_problem(order, event, cause))


def _weighed(
    orders: Orders, rules: Rules, event: Fact, cause: Cause, decide: Callable[[Order, Fact], Change[Order]]
) -> Touch[Order]:
    return _heard(orders, event, cause, lambda order: weigh(order, event, decide, rules, cause))


def _heard(orders: Orders, event: OrderFact, cause: Cause, decide: Callable[[Order], Change[Order]]) -> Touch[Order]:
    return orders.touch(event.order_id, lambda order: mind_the_end(order, decide(order), cause))


def _way_to_the_customer(on: Subscriptions, orders: Orders, rules: Rules) -> None:
    weighed = partial(_weighed, orders, rules)

    @on(CrewReported)
    def note_crew(event: CrewReported, cause: Cause) -> Touch[Order]:
        """Whether there are installers (001 售中二a)."""
        return weighed(event, cause, lambda order, fact: report_crew(order, fact, rules, cause))

    @on(GoodsDispatched)
    def announce_dispatch(event: GoodsDispatched, cause: Cause) -> Touch[Order]:
        """The goods have left; the customer hears when they will be there (001 售中三)."""
        return weighed(event, cause, lambda order, fact: dispatch(order, fact, rules, cause))

    @on(ShipmentArrived)
    def note_arrival(event: ShipmentArrived, cause: Cause) -> Touch[Order]:
        """The goods are on the site; installers come by this time (000 §3.4.4)."""
        return weighed(event, cause, lambda order, fact: arrive(order, fact, rules, cause))

    @on(CompletionExpected)
    def invite_to_acceptance(event: CompletionExpected, cause: Cause) -> Touch[Order]:
        """The foreman named the hour; the customer is invited for it (001 售中四)."""
        return weighed(event, cause, lambda order, fact: expect_completion(order, fact, rules, cause))

    @on(InstallationCompleted)
    def note_installation(event: InstallationCompleted, cause: Cause) -> Touch[Order]:
        """The installers are done; the customer's acceptance is next (001 售中五)."""
        return weighed(event, cause, lambda order, fact: complete_installation(order, fact, rules, cause))

    @on(PaymentReceived)
    def enter_payment(event: PaymentReceived, cause: Cause) -> Touch[Order]:
        """Money counts towards what is due (001 售中一, 000 §3.4.5)."""

        def decide(order: Order) -> Change[Order]:
            return weigh(order, event, lambda order, fact: receive(order, fact, rules, cause), rules, cause)

        return orders.touch(event.order_id, decide)
