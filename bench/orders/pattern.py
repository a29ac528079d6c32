"""One order of the custom route as the domain itself leaves it in each stage: the patterns of which many are made."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial
from uuid import uuid4

from orders.domain.decisions.contract import (
    countersign,
    review,
    sign,
    submit_for_review,
    take_on,
)
from orders.domain.decisions.drawing import review_drawing, submit
from orders.domain.decisions.installation import (
    complete_installation,
    pass_acceptance,
    schedule_installation,
)
from orders.domain.decisions.notice import approve_notice, prepare_notice, review_notice
from orders.domain.decisions.opening import open_order
from orders.domain.decisions.packaging import pack
from orders.domain.decisions.payment import grant_credit, receive
from orders.domain.decisions.production import (
    break_down,
    complete,
    hear_inspection,
    hear_verdict,
    make_sample,
    release,
    review_breakdown,
)
from orders.domain.decisions.shipment import arrive, dispatch
from orders.domain.order import Order
from orders.domain.parts.installation import Acceptance, Installer
from orders.domain.parts.packaging import PackedItem
from orders.domain.route import DRAWINGS, Milestone
from orders.settings import Settings
from shared.aggregate import Cause, Change
from shared.calendar import Calendar
from shared.contracts import departments as facts
from shared.contracts.event import Actor, PreciseDate
from shared.contracts.intake import OrderPlaced
from shared.contracts.orders import CreditGranted
from shared.contracts.vocabulary import order_id_of
from shared.testing import nowhere

RULES = nowhere(Settings).rules(Calendar())
SHIPS_AFTER = timedelta(days=65)
"""What the contract names; a custom order as planned leaves three days earlier, one that waits long does not."""


def cause(at: datetime, role: str = "cs_director", by: str | None = None) -> Cause:
    id = uuid4()
    return Cause(id=id, correlation=id, actor=Actor(kind="staff", id=by or f"{role}-1", role=role), at=at)


def placed(no: str, at: datetime, customer_id: object) -> OrderPlaced:
    """Intake has taken a custom order of this number."""
    return OrderPlaced.model_validate(
        {
            "order_id": order_id_of(no),
            "order_no": no,
            "customer": {"customer_id": customer_id, "name": "广州恒达装饰", "mobile": "13800138000"},
            "kind": "custom",
            "lines": [
                {"sku": "GP-80", "description": "80 款高隔断", "spec": "3000×2700", "quantity": 24},
                {"description": "双玻百叶玻璃门", "quantity": 6},
            ],
            "total": {"amount": "100000.00"},
            "region": "华南",
            "sales_owner": "am-03",
            "site_address": "广州市天河区珠江东路 6 号 32 楼",
            "requested_ship_date": (at + SHIPS_AFTER).date(),
            "verified_by": "cs-07",
            "verified_at": at,
        }
    )


def patterns(no: str, at: datetime, waits: timedelta = timedelta()) -> Iterator[Order]:
    """The order in each stage, each left after the days planned for it, and at last closed.

    With a wait in production its ship date passes: the order of a customer whose promise was broken.
    """
    order = open_order(placed(no, at, uuid4()), RULES, cause(at)).state
    while not order.ended:
        yield order
        stage = order.route.stage(order.stage)
        assert stage is not None
        days = RULES.of(order).days(order.route_name, stage.name) or 0
        now = order.since + timedelta(days=days) + (waits if stage.name == "production" else timedelta())
        for milestone in stage.gate:
            order = OPENING[milestone](order, now).state
    yield order


def _notice(order: Order, at: datetime) -> Change[Order]:
    change = Change(order)
    for sign_next in (prepare_notice, review_notice, approve_notice):
        change = change.then(partial(sign_next, revision=1, rules=RULES, cause=cause(at, by=sign_next.__name__)))
    return change


def _drawn(kind: facts.DrawingKind) -> Callable[[Order, datetime], Change[Order]]:
    def decide(order: Order, at: datetime) -> Change[Order]:
        fact = facts.DesignSubmitted(
            order_no=order.order_no, drawing_kind=kind, version=1, files=(f"{kind}.pdf",), designer="designer-04"
        )
        return review_drawing(
            submit(order, fact, cause(at)).state, kind, 1, True, "", RULES, cause(at, "design_director")
        )

    return decide


def _credit(order: Order, at: datetime) -> Change[Order]:
    owed = {"exposure": {"amount": "1.00"}, "limit": {"amount": "9.00"}, "days": 60}
    granted = CreditGranted.model_validate({"order_id": order.id, "order_no": order.order_no, **owed})
    return grant_credit(order, granted, RULES, cause(at))


def _paid(kind: str, amount: str) -> Callable[[Order, datetime], Change[Order]]:
    def decide(order: Order, at: datetime) -> Change[Order]:
        said = {"order_no": order.order_no, "kind": kind, "amount": {"amount": amount}, "received_at": at}
        return receive(order, facts.PaymentReceived.model_validate({**said, "receipt_no": kind}), RULES, cause(at))

    return decide


def _broken_down(order: Order, at: datetime) -> Change[Order]:
    parts = [{"part_no": f"LC-80-{n}", "quantity": 48, "source": "make"} for n in range(6)]
    fact = facts.BreakdownCompleted.model_validate({"order_no": order.order_no, "parts": parts})
    return break_down(order, fact, RULES, cause(at))


def _sampled(order: Order, at: datetime) -> Change[Order]:
    made = make_sample(order, facts.SampleMade(order_no=order.order_no, sample_no="DY-1"), cause(at)).state
    fact = facts.SampleJudged(order_no=order.order_no, sample_no="DY-1", outcome="confirmed", judged_by="d-9")
    return hear_verdict(made, fact, RULES, cause(at, "design_director"))


def _produced(order: Order, at: datetime) -> Change[Order]:
    fact = facts.ProductionCompleted(order_no=order.order_no, completed_at=at, quantity_ok=30)
    packed = pack(order, (PackedItem(item="木箱", quantity=6),), 4200, RULES, cause(at, "warehouse"))
    return packed.then(lambda order: complete(order, fact, RULES, cause(at)))


def _inspected(order: Order, at: datetime) -> Change[Order]:
    fact = facts.GoodsInspected(order_no=order.order_no, inspector="designer-04", outcome="passed")
    return hear_inspection(order, fact, RULES, cause(at, "design_director"))


def _dispatched(order: Order, at: datetime) -> Change[Order]:
    fact = facts.GoodsDispatched(order_no=order.order_no, left_at=at, eta=at + timedelta(days=4), carrier="德邦物流")
    return dispatch(order, fact, RULES, cause(at))


def _arrived(order: Order, at: datetime) -> Change[Order]:
    return arrive(order, facts.ShipmentArrived(order_no=order.order_no, arrived_at=at), RULES, cause(at))


def _installed(order: Order, at: datetime) -> Change[Order]:
    crew = (Installer(staff="installer-11", skill="senior"),)
    begun = schedule_installation(order, at, at + timedelta(days=1), crew, RULES, cause(at)).state
    fact = facts.InstallationCompleted(order_no=order.order_no, completed_at=at)
    return complete_installation(begun, fact, RULES, cause(at))


def _approved(order: Order, at: datetime) -> Change[Order]:
    received = take_on(order, RULES, cause(at, "regional_head"))
    submitted = received.then(lambda order: submit_for_review(order, 1, cause(at, "cs_supervisor")))
    planned = submitted.then(lambda order: countersign(order, 1, True, "", RULES, cause(at, "planner")))
    return planned.then(lambda order: review(order, 1, "approved", (), RULES, cause(at)))


OPENING: dict[Milestone, Callable[[Order, datetime], Change[Order]]] = {
    Milestone.CONTRACT_APPROVED: _approved,
    Milestone.CONTRACT_SIGNED: lambda order, at: sign(
        order, 1, PreciseDate(on=order.placed_on), "签订销售合同", RULES, cause(at)
    ),
    Milestone.INITIAL_PAID: _paid("initial", "30000.00"),
    Milestone.CREDIT_GRANTED: _credit,
    Milestone.NOTICE_SIGNED: _notice,
    **{milestone: _drawn(kind) for kind, milestone in DRAWINGS.items()},
    Milestone.PRODUCTION_RELEASED: lambda order, at: release(order, RULES, cause(at, "cs_supervisor")),
    Milestone.BROKEN_DOWN: _broken_down,
    Milestone.BREAKDOWN_APPROVED: lambda order, at: review_breakdown(order, 1, True, "", RULES, cause(at, "rd_team")),
    Milestone.SAMPLE_CONFIRMED: _sampled,
    Milestone.PRODUCED: _produced,
    Milestone.INSPECTED: _inspected,
    Milestone.DISPATCHED: _dispatched,
    Milestone.ARRIVED: _arrived,
    Milestone.INSTALLED: _installed,
    Milestone.ACCEPTED: lambda order, at: pass_acceptance(order, Acceptance(signatory="王建国"), RULES, cause(at)),
    Milestone.PAID: _paid("balance", "70000.00"),
}
"""What opens each gate, on its day."""
