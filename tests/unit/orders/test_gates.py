"""No path leads around a gate: every stage meets every fact and every decision, and chance tries the rest."""

from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from functools import cache
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from order_rules import RULES
from orders_as_read import cancel, review, review_breakdown, sign, sign_notice, submit_for_review, use_seal

from orders.domain.decisions.contract import amend, take_on
from orders.domain.decisions.delay import fall_behind, miss_arrival, miss_shipping
from orders.domain.decisions.drawing import review_drawing, submit
from orders.domain.decisions.installation import (
    complete_installation,
    expect_completion,
    fail_acceptance,
    pass_acceptance,
    schedule_installation,
)
from orders.domain.decisions.opening import open_order
from orders.domain.decisions.packaging import pack
from orders.domain.decisions.payment import fall_overdue, grant_credit, hold, receive, remind, resume
from orders.domain.decisions.production import (
    break_down,
    complete,
    hear_inspection,
    hear_verdict,
    make_sample,
    progress,
    release,
    report_problem,
    schedule,
)
from orders.domain.decisions.shipment import arrive, assess, dispatch, report_crew
from orders.domain.parts.contract import Draft
from orders.domain.parts.installation import Acceptance, Installer
from orders.domain.parts.packaging import PackedItem
from orders.domain.parts.works import ProductionPlan
from orders.domain.route import CANCELLED, CLOSED, DRAWINGS, ROUTES, Milestone, every_route
from shared.aggregate import Cause, Change, Refused
from shared.contracts import departments as facts
from shared.contracts import orders as said
from shared.contracts.event import Actor, PreciseDate
from shared.contracts.intake import OrderPlaced
from shared.contracts.orders import CreditGranted

NO = "SO-2026-0412"
BEGIN = datetime(2026, 9, 30, 1, tzinfo=UTC)
CUSTOM = ROUTES["custom"].version(1)
STAGES = [(route.name, stage.name) for route in every_route() for stage in route.stages]
EVERYWHERE = [*STAGES, *((route.name, end) for route in every_route() for end in (CLOSED, CANCELLED))]
CREDIT = CreditGranted.model_validate(
    {"order_id": uuid4(), "order_no": NO, "exposure": {"amount": "1.00"}, "limit": {"amount": "9.00"}, "days": 60}
)


def cause(role="cs_director", kind="request", at=BEGIN, by=None):
    actor = Actor(kind="staff", id=by or f"{role}-1", role=role)
    return Cause(id=uuid4(), correlation=uuid4(), actor=actor, at=at, kind=kind)


def reported(kind, /, **fields):
    return kind.model_validate({"order_no": NO, **fields})


def placed(route, received=True):
    event = OrderPlaced.model_validate(
        {
            "order_id": facts.OrderFact(order_no=NO).order_id,
            "order_no": NO,
            "customer": {"customer_id": "018f5a30-6a51-7c0e-9d4b-2f1f7f6b1c01", "name": "恒达"},
            "kind": "custom" if route == "custom" else "standard",
            "lines": [{"description": "高隔断", "quantity": 24}],
            "total": {"amount": "100000.00"},
            "requested_ship_date": "2026-11-26",
            "promised_arrival_date": "2026-11-28" if route == "stock" else None,
            "verified_by": "cs-07",
            "verified_at": BEGIN,
        }
    )
    order = open_order(event, RULES, cause(kind="event")).state
    return submitted(take_on(order, RULES, cause("regional_head")).state) if route == "custom" and received else order


def submitted(order):
    """The order with its contract at the one who decides."""
    draft = order.contract.draft
    if order.route_name != "custom" or draft is None or draft.submitted_by:
        return order
    return submit_for_review(order, cause("cs_supervisor", at=at(order))).state


def at(order):
    """A moment at which what is reported is newer than everything before."""
    return max(BEGIN, order.since) + timedelta(hours=1)


FACTS = {
    "drawing": lambda order, why: submit(
        order, reported(facts.DesignSubmitted, drawing_kind="plan", version=1, files=("a",), designer="d-1"), why
    ),
    "breakdown": lambda order, why: break_down(
        order, reported(facts.BreakdownCompleted, parts=[{"part_no": "p", "quantity": 1, "source": "make"}]), RULES, why
    ),
    "sample": lambda order, why: make_sample(order, reported(facts.SampleMade, sample_no="S1"), why),
    "sample confirmed": lambda order, why: hear_verdict(
        order, reported(facts.SampleJudged, sample_no="S1", outcome="confirmed", judged_by="d"), RULES, why
    ),
    "sample rejected": lambda order, why: hear_verdict(
        order, reported(facts.SampleJudged, sample_no="S2", outcome="rejected", judged_by="d"), RULES, why
    ),
    "progress": lambda order, why: progress(
        order, reported(facts.ProductionProgressed, ready_percent=50, expected_ready_on="2026-12-01"), RULES, why
    ),
    "behind": lambda order, why: fall_behind(
        order, reported(facts.ProductionDelayed, expected_ready_on="2026-12-03", reason_text="缺料"), RULES, why
    ),
    "produced": lambda order, why: complete(
        order, reported(facts.ProductionCompleted, completed_at=why.at, quantity_ok=24), RULES, why
    ),
    "short": lambda order, why: complete(
        order, reported(facts.ProductionCompleted, completed_at=why.at, quantity_ok=20, quantity_short=4), RULES, why
    ),
    "inspection passed": lambda order, why: hear_inspection(
        order, reported(facts.GoodsInspected, inspector="d", outcome="passed"), RULES, why
    ),
    "inspection failed": lambda order, why: hear_inspection(
        order, reported(facts.GoodsInspected, inspector="d", outcome="failed"), RULES, why
    ),
    "problem": lambda order, why: report_problem(
        order, reported(facts.MaterialProblemReported, kind="supply", detail="断货"), why
    ),
    "crew": lambda order, why: report_crew(order, reported(facts.CrewReported, available=False), RULES, why),
    "dispatched": lambda order, why: dispatch(
        order, reported(facts.GoodsDispatched, left_at=why.at, eta=why.at), RULES, why
    ),
    "arrived": lambda order, why: arrive(order, reported(facts.ShipmentArrived, arrived_at=why.at), RULES, why),
    "forecast": lambda order, why: expect_completion(
        order, reported(facts.CompletionExpected, expected_at=why.at + timedelta(days=1), foreman="f"), RULES, why
    ),
    "installed": lambda order, why: complete_installation(
        order, reported(facts.InstallationCompleted, completed_at=why.at, crew=("i-1",)), RULES, why
    ),
    "initial payment": lambda order, why: receive(
        order,
        reported(facts.PaymentReceived, kind="initial", amount={"amount": "30000.00"}, received_at=why.at),
        RULES,
        why,
    ),
    "everything paid": lambda order, why: receive(
        order,
        reported(facts.PaymentReceived, kind="balance", amount={"amount": "100000.00"}, received_at=why.at),
        RULES,
        why,
    ),
    "confirmed by finance": lambda order, why: receive(
        order, reported(facts.PaymentReceived, kind="initial", received_at=why.at), RULES, why
    ),
    "credit": lambda order, why: grant_credit(order, CREDIT, RULES, why),
    "complaint": lambda order, why: hold(order, order.id, RULES, why),
    "complaint closed": lambda order, why: resume(order, order.id, RULES, why),
    "overdue": lambda order, why: fall_overdue(order, RULES, why),
    "reminder": lambda order, why: remind(order, RULES, why),
    "readiness": lambda order, why: assess(order, RULES, why),
    "ship day ends": lambda order, why: miss_shipping(order, RULES, why),
    "arrival day ends": lambda order, why: miss_arrival(order, RULES, why),
}
"""Everything that comes from outside or with time: it is never refused."""

RUNNING = {name for _, name in STAGES}
GONE = {"transport", "installation", "acceptance", "balance"}
PAST_RELEASE = RUNNING - {"review", "signing", "deposit", "release", "payment"}

DECISIONS = {
    "approve": ({"review"}, lambda order, why: review(order, "approved", (), RULES, why)),
    "send back": ({"review"}, lambda order, why: review(order, "amend", (), RULES, why)),
    "terminate": ({"review"}, lambda order, why: review(order, "terminate", (), RULES, why)),
    "amend": (RUNNING - {"review"}, lambda order, why: amend(order, Draft(revision=0, changes=("x",)), RULES, why)),
    "sign": ({"signing"}, lambda order, why: sign(order, PreciseDate(on=date(2026, 9, 30)), "签订", RULES, why)),
    "seal": (RUNNING, lambda order, why: use_seal(order, "盖章", why)),
    "prepare": (RUNNING - PAST_RELEASE, lambda order, why: sign_notice(order, "prepared", RULES, why)),
    "approve notice": (set(), lambda order, why: sign_notice(order, "approved", RULES, why)),
    "approve drawing": (
        {"plan"},
        lambda order, why: review_drawing(FACTS["drawing"](order, why).state, "plan", 1, True, "", RULES, why),
    ),
    "release production": ({"making"}, lambda order, why: release(order, RULES, why)),
    "plan production": (
        RUNNING,
        lambda order, why: schedule(
            order,
            ProductionPlan(begin=date(2026, 10, 1), finish=date(2026, 11, 1), delivery_on=date(2026, 11, 2)),
            RULES,
            why,
        ),
    ),
    "approve breakdown": ({"breakdown_review"}, lambda order, why: review_breakdown(order, True, "", RULES, why)),
    "reject breakdown": ({"breakdown_review"}, lambda order, why: review_breakdown(order, False, "", RULES, why)),
    "send crew": (
        {"transport", "installation"},
        lambda order, why: schedule_installation(
            order, why.at, why.at + timedelta(days=1), (Installer(staff="i", skill="senior"),), RULES, why
        ),
    ),
    "accept": ({"acceptance"}, lambda order, why: pass_acceptance(order, Acceptance(signatory="王"), RULES, why)),
    "refuse": (
        {"acceptance"},
        lambda order, why: fail_acceptance(order, ({"description": "关不严"},), (), RULES, why),
    ),
    "cancel": (RUNNING - GONE, lambda order, why: cancel(order, "客户取消", None, RULES, why)),
}
"""What staff decide, and the stages in which it may be decided."""

WHO = {
    "approve drawing": {"standard": "cs_specialist", "custom": "design_director"},
    "release production": {"standard": "plant_manager", "custom": "cs_supervisor"},
    "approve breakdown": {"custom": "rd_team"},
    "reject breakdown": {"custom": "rd_team"},
}
NOT_FOR_STOCK = {"amend", "seal", "prepare", "send crew"}


def decider(name, route):
    return WHO.get(name, {}).get(route, "cs_director")


def opened_by(order, milestone):
    """The order after what opens one milestone in the ordinary way."""
    return opening(order, milestone).state


def opening(order, milestone):
    """What opens one milestone in the ordinary way."""
    why, fact = cause(kind="event", at=at(order)), FACTS
    custom = order.route_name == "custom"
    kinds = {milestone: kind for kind, milestone in DRAWINGS.items()}
    if milestone in kinds:
        kind = kinds[milestone]
        handed_in = submit(
            order, reported(facts.DesignSubmitted, drawing_kind=kind, version=1, files=("a",), designer="d-1"), why
        ).state
        reviewer = cause("design_director" if custom else "cs_specialist", at=at(order))
        return review_drawing(handed_in, kind, 1, True, "", RULES, reviewer)
    ways = {
        Milestone.CONTRACT_APPROVED: lambda: review(submitted(order), "approved", (), RULES, cause(at=at(order))),
        Milestone.CONTRACT_SIGNED: lambda: DECISIONS["sign"][1](order, cause(at=at(order))),
        Milestone.INITIAL_PAID: lambda: fact["initial payment"](order, why),
        Milestone.CREDIT_GRANTED: lambda: grant_credit(order, CREDIT, RULES, why),
        Milestone.PRODUCTION_RELEASED: lambda: release(
            order, RULES, cause("cs_supervisor" if custom else "plant_manager", at=at(order))
        ),
        Milestone.BROKEN_DOWN: lambda: fact["breakdown"](order, why),
        Milestone.BREAKDOWN_APPROVED: lambda: review_breakdown(order, True, "", RULES, cause("rd_team", at=at(order))),
        Milestone.SAMPLE_CONFIRMED: lambda: fact["sample confirmed"](order, why),
        Milestone.PRODUCED: lambda: _packed(order, why).then(lambda order: fact["produced"](order, why)),
        Milestone.INSPECTED: lambda: fact["inspection passed"](order, why),
        Milestone.DISPATCHED: lambda: fact["dispatched"](order, why),
        Milestone.ARRIVED: lambda: fact["arrived"](order, why),
        Milestone.INSTALLED: lambda: fact["installed"](order, why),
        Milestone.ACCEPTED: lambda: DECISIONS["accept"][1](order, cause(at=at(order))),
        Milestone.PAID: lambda: fact["everything paid"](order, why),
        Milestone.NOTICE_SIGNED: lambda: _noticed(order),
    }
    return ways[milestone]()


def _packed(order, why):
    return pack(order, (PackedItem(item="木箱", quantity=1),), 100, RULES, why)


def _noticed(order):
    change = Change(order)
    for signature in ("prepared", "reviewed", "approved"):
        why = cause(at=at(order), by=signature)
        change = change.then(lambda order, signature=signature, why=why: sign_notice(order, signature, RULES, why))
    return change


def standing(route, stage):
    """An order that has come to this stage in the ordinary way."""
    if stage == CANCELLED:
        return cancel(placed(route), "客户取消", None, RULES, cause()).state
    return led_to(route, stage).state


@cache
def led_to(route, stage):
    """The order in this stage, and everything that was announced on the way there."""
    change = Change(placed(route))
    while change.state.stage != stage:
        gate = change.state.route.stage(change.state.stage).gate
        missing = next(milestone for milestone in gate if not change.state.has(milestone))
        change = change.then(lambda order, missing=missing: opening(order, missing))
    return change


def is_sound(order):
    """Everything before the stage is open, and the stage's own gate is not."""
    if order.stage == CANCELLED:
        return True
    stages = order.route.stages
    behind = stages[: order.route.index(order.stage)]
    here = order.route.stage(order.stage)
    return all(order.has(*stage.gate) for stage in behind) and not (here and order.has(*here.gate))


@pytest.mark.parametrize(("route", "stage"), EVERYWHERE)
def test_an_order_in_the_ordinary_way_comes_to_every_stage(route, stage):
    assert standing(route, stage).stage == stage
    assert is_sound(standing(route, stage))


@pytest.mark.requirement("R005.a")
@pytest.mark.parametrize(("route", "stage"), EVERYWHERE)
def test_a_fact_at_any_time_is_taken_and_opens_no_gate_but_its_own(route, stage):
    order = standing(route, stage)
    for name, hear in FACTS.items():
        after = hear(order, cause(kind="event", at=at(order))).state
        assert is_sound(after), name
        assert not order.ended or after.stage == stage, name


@pytest.mark.parametrize(("route", "stage"), EVERYWHERE)
def test_a_fact_reported_twice_moves_the_order_once(route, stage):
    order = standing(route, stage)
    why = cause(kind="event", at=at(order))
    for name, hear in FACTS.items():
        once = hear(order, why).state
        twice = hear(once, why).state
        assert (twice.stage, twice.reached) == (once.stage, once.reached), name


@pytest.mark.requirement("R005.b")
@pytest.mark.parametrize(("route", "stage"), EVERYWHERE)
def test_a_decision_is_taken_in_its_stages_and_refused_in_all_others(route, stage):
    order = standing(route, stage)
    for name, (stages, decide) in DECISIONS.items():
        allowed = stage in stages and not order.ended and not (route == "stock" and name in NOT_FOR_STOCK)
        assert _taken(decide, order, cause(decider(name, route), at=at(order))) is allowed, name


def _taken(decide, order, why):
    try:
        after = decide(order, why).state
    except Refused:
        return False
    assert is_sound(after)
    return True


R = pytest.mark.requirement
ONLY = [
    pytest.param("custom", "review", "approve", "cs_specialist", marks=R("R019.c")),
    pytest.param("custom", "review", "approve", "cs_supervisor", marks=R("R019.c")),
    pytest.param("custom", "release", "approve notice", "cs_specialist", marks=R("R019.d")),
    pytest.param("standard", "release", "prepare", "plant_manager"),
    pytest.param("standard", "plan", "approve drawing", "design_director", marks=R("R015.b")),
    pytest.param("custom", "plan", "approve drawing", "cs_director", marks=R("R020.b")),
    pytest.param("standard", "making", "release production", "cs_director", marks=R("R016.b")),
    pytest.param("custom", "making", "release production", "plant_manager", marks=R("R020.c")),
    pytest.param("custom", "breakdown_review", "approve breakdown", "cs_director", marks=R("R021.a")),
]


@pytest.mark.parametrize(("route", "stage", "name", "role"), ONLY)
def test_nobody_else_decides(route, stage, name, role):
    order = standing(route, stage)
    with pytest.raises(Refused) as refused:
        DECISIONS[name][1](order, cause(role, at=at(order)))
    assert refused.value.code == "not_authorised"


@pytest.mark.parametrize(("route", "stage"), STAGES)
def test_every_fact_in_advance_of_its_gate_waits_for_it(route, stage):
    """All facts come before anything was decided; then the decisions are made in order."""
    order = placed(route)
    for name in ("breakdown", "produced", "dispatched", "arrived", "installed", "everything paid"):
        order = FACTS[name](order, cause(kind="event", at=at(order))).state
        assert is_sound(order)
    while not order.ended:
        gate = order.route.stage(order.stage).gate
        order = opened_by(order, next(milestone for milestone in gate if not order.has(milestone)))
        assert is_sound(order)
    assert order.stage == CLOSED


AT_THE_GATES = [
    "breakdown",
    "sample confirmed",
    "sample rejected",
    "produced",
    "inspection passed",
    "inspection failed",
    "dispatched",
    "arrived",
]
ANY_FACT = st.sampled_from(AT_THE_GATES) | st.sampled_from(sorted(FACTS))
ANY_DECISION = st.sampled_from(["approve breakdown", "reject breakdown", "release production", "approve"]) | (
    st.sampled_from(sorted(set(DECISIONS) - {"cancel", "terminate", "approve drawing"}))
)
ANYWHERE = st.sampled_from([("custom", stage.name) for stage in CUSTOM.stages[7:14]]) | st.sampled_from(
    [each for each in STAGES if each[0] != "stock"]
)
"""Half of the time what the hard gates are about: chance would seldom try them hard enough."""


NOES = {"breakdown_review": "reject breakdown", "sample": "sample rejected", "inspection": "inspection failed"}


class Chance(RuleBasedStateMachine):
    """Whatever happens in whatever order, early, late or twice: gates stay gates.

    What was announced on the way is the witness: not what the order says of itself.
    """

    @initialize(place=ANYWHERE)
    def begin(self, place):
        """Anywhere on a route, so that its end is tried as often as its beginning."""
        self.order, self.announced = led_to(*place).state, list(led_to(*place).events)
        self.now = at(self.order)

    @rule(name=ANY_FACT, late=st.sampled_from([0, 0, 1, 24, 1000]), times=st.integers(1, 2))
    def hear(self, name, late, times):
        """A fact comes at any time: before its turn, so many hours after it happened, once or twice."""
        why = self._why("department", "event")
        happened = cause(why.actor.role, "event", why.at - timedelta(hours=late))
        for _ in range(times):
            self._take(FACTS[name](self.order, happened))

    @rule(kind=st.sampled_from(sorted(DRAWINGS)), role=st.sampled_from(["cs_specialist", "design_director"]))
    def review_a_drawing(self, kind, role):
        why = self._why(role, "request")
        version = self.order.drawings.of(kind).version + 1
        fact = reported(facts.DesignSubmitted, drawing_kind=kind, version=version, files=("a",), designer="d")
        self._take(submit(self.order, fact, why))
        self._try(lambda order, why: review_drawing(order, kind, version, True, "", RULES, why), why)

    @rule(name=ANY_DECISION, role=st.none() | st.sampled_from(["cs_specialist", "plant_manager", "design_director"]))
    def decide(self, name, role):
        """A person decides: the one whose decision it is, or another."""
        self._try(DECISIONS[name][1], self._why(role or decider(name, self.order.route_name), "request"))

    @precondition(lambda self: hasattr(self, "order") and self.order.stage in NOES)
    @rule()
    def what_stands_at_a_hard_gate_is_turned_down(self):
        name = NOES[self.order.stage]
        if name in DECISIONS:
            self._try(DECISIONS[name][1], self._why("rd_team", "request"))
        else:
            self._take(FACTS[name](self.order, self._why("department", "event")))

    @precondition(lambda self: hasattr(self, "order") and not self.order.ended)
    @rule()
    def open_the_next_gate(self):
        self.now = max(self.now, at(self.order))
        gate = self.order.route.stage(self.order.stage).gate
        missing = next(milestone for milestone in gate if not self.order.has(milestone))
        if missing == Milestone.CONTRACT_APPROVED and self.order.contract.draft is None:
            self._try(DECISIONS["amend"][1], self._why("cs_director", "request"))
        elif missing is not Milestone.NOTICE_SIGNED and missing not in DRAWINGS.values():
            self._take(opening(self.order, missing))

    def _why(self, role, kind):
        self.now += timedelta(hours=1)
        return cause(role, kind, self.now, by=f"{role}-{self.now:%H}")

    def _try(self, decide, why):
        with suppress(Refused):
            self._take(decide(self.order, why))

    def _take(self, change):
        self.order = change.state
        for event in change.events:
            self.announced.append(event)
            if type(event) is said.ShipmentDispatched and self.order.route_name == "custom":
                assert self._last(said.PreShipmentInspected).outcome == "passed"

    def _last(self, kind):
        return next((event for event in reversed(self.announced) if type(event) is kind), None)

    def _is_past(self, stage):
        ended = hasattr(self, "order") and self.order.stage == CANCELLED
        return hasattr(self, "order") and not ended and self.order.is_past(stage)

    @invariant()
    def gates_are_gates(self):
        if hasattr(self, "order"):
            assert is_sound(self.order)

    @invariant()
    def nothing_is_made_of_an_order_that_was_not_reviewed_released_and_passed_on(self):
        if self._is_past("review"):
            director = self.order.route_name == "custom"
            assert not director or self._last(said.ContractReviewed).reviewers[-1].role == "cs_director"
            reviews = [each for each in self.announced if type(each) is said.ContractReviewed]
            assert {each.reviewers[0].role for each in reviews if each.outcome == "approved"} == {"planner"}
        if self._is_past("release"):
            assert [type(each) for each in self.announced].count(said.OrderReleased) == 1
        if self._is_past("making"):
            assert self._last(said.ProductionReleased) is not None

    @invariant()
    def a_custom_order_has_passed_rd_s_review_the_sample_and_the_inspection(self):
        if not hasattr(self, "order") or self.order.route_name != "custom":
            return
        if self._is_past("breakdown_review"):
            assert self._last(said.BreakdownReviewed).outcome == "approved"
        if self._is_past("sample"):
            assert "confirmed" in [each.outcome for each in self.announced if type(each) is said.SampleReviewed]
        if self._is_past("inspection"):
            assert self._last(said.PreShipmentInspected).outcome == "passed"


Chance.TestCase.settings = settings(
    max_examples=120, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
)
TestChance = pytest.mark.requirement("R005.a", "R005.b", "R019.c", "R021.a", "R022.a", "R023.a")(Chance.TestCase)
