"""The default rules, requests and service orders in every state, and the whole service over memory."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from aftersales.app import service
from aftersales.domain.decisions import request
from aftersales.domain.decisions.closing import call_off, close
from aftersales.domain.decisions.dispatch import carry_over, dispatch
from aftersales.domain.decisions.form import countersign, record_opinion, state_execution
from aftersales.domain.decisions.money import raise_charge, receive_payment, record_cost, refund, sign_fee
from aftersales.domain.decisions.opening import open_requested
from aftersales.domain.decisions.supply import claim_expense, promise_parts, ready_parts, request_parts, use_part
from aftersales.domain.decisions.trip import agree_appointment, approve_remote, request_remote
from aftersales.domain.decisions.visit import complete_visit, sign_off
from aftersales.domain.parts.form import FeedbackForm
from aftersales.domain.parts.money import Charge, Payment
from aftersales.domain.parts.supply import PartLine, Supply
from aftersales.domain.parts.trip import Remote
from aftersales.domain.policy.policy import AftersalesPolicy, Rules
from aftersales.domain.service_order import ServiceOrder
from aftersales.domain.service_request import ServiceRequest
from aftersales.settings import Settings
from aftersales.store import Stores
from shared.aggregate import Cause
from shared.calendar import Calendar
from shared.contracts.aftersales import PartNeeded, ServiceOrderOpened, WarrantyChecked, WarrantyRule
from shared.contracts.event import Actor, Money, PreciseDate
from shared.contracts.vocabulary import CustomerSnapshot
from shared.testing import InMemoryDatabase, World, cause, in_memory, nowhere, standing_in

AT = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
CS = Actor(kind="staff", id="cs-07", role="cs_specialist")
OPERATIONS = Actor(kind="staff", id="operations-01", role="operations_supervisor")
FINANCE = Actor(kind="staff", id="finance-01", role="finance")
MANAGER = Actor(kind="staff", id="manager-01", role="cs_manager")
GM = Actor(kind="staff", id="gm-01", role="gm")
TECHNICIAN = Actor(kind="staff", id="tech-05", role="installer")
HOUR = timedelta(hours=1)
PARTS = (PartNeeded(part_no="JL-80-02", quantity=2),)
SIGNATURE = "signatures/FW-1.png"
VISIT = (AT - HOUR, AT, "更换两副铰链", True)
"""When the technician came and went, what was done, and that it is resolved."""


def yuan(amount: str) -> Money:
    return Money(amount=Decimal(amount))


def type_for(request: ServiceRequest) -> str:
    """The type of service that fits who pays."""
    return "C" if request.charge_policy == "free" else "A"


def signed_fee(order: ServiceOrder, rules: Rules) -> ServiceOrder:
    """The order with a fee of 300 yuan that carries both signatures."""
    bookkeeper = CS if order.verdict == "in_warranty" or order.type == "D" else FINANCE
    amounts = (yuan("100.00"), yuan("0.00"), yuan("200.00"), yuan("0.00"))
    fee = record_cost(standing_in(order, "open"), *amounts, rules, cause(AT, actor=bookkeeper)).state
    signed = fee
    for signatory in (MANAGER, GM):
        signed = sign_fee(signed, fee.cost.id, rules, cause(AT, actor=signatory)).state
    return standing_in(signed, order.stage)


def prepared(order: ServiceOrder, rules: Rules) -> ServiceOrder:
    """The order with the opinion of operations and a signed fee: what comes before a technician is sent."""
    opinion = record_opinion(order, "带铰链现场更换", "plan", None, (), (), rules, cause(AT, actor=OPERATIONS)).state
    return signed_fee(opinion, rules)


@pytest.fixture(scope="session")
def prepare(rules: Rules) -> Callable[[ServiceOrder], ServiceOrder]:
    return lambda order: prepared(order, rules)


@pytest.fixture(scope="session")
def rules() -> Rules:
    return nowhere(Settings).rules(Calendar())


@pytest.fixture(scope="session")
def policy(rules: Rules) -> AftersalesPolicy:
    return rules.policies.version(1)


@pytest.fixture
def customer() -> CustomerSnapshot:
    return CustomerSnapshot(
        customer_id=UUID(int=1), name="广州恒达装饰工程有限公司", contact_name="王建国", mobile="13800138000"
    )


@pytest.fixture
def form(customer: CustomerSnapshot) -> FeedbackForm:
    return FeedbackForm(
        customer=customer,
        address="广州市天河区珠江东路 6 号 32 楼",
        content="门铰链松动，闭合有异响",
        contract_date=PreciseDate(on=date(2026, 9, 1), precision="month"),
        contract_no="JG20260930-017",
        order_no="SO-2026-0412",
        model="隔断门铰链",
    )


@pytest.fixture
def request_with(form: FeedbackForm, rules: Rules) -> Callable[..., ServiceRequest]:
    """A registered request with this fault and this warranty."""

    def build(fault: str = "company_quality", verdict: str = "in_warranty") -> ServiceRequest:
        registered = request.register(UUID(int=50), form, rules, cause(AT, actor=CS)).state
        checked = WarrantyChecked(
            check_id=UUID(int=9),
            service_request_id=registered.id,
            customer_id=form.customer.customer_id,
            rule=WarrantyRule(),
            as_of=date(2026, 11, 22),
            verdict=verdict,
        )
        answered = request.keep_warranty(registered, checked, cause(AT)).state
        return request.determine_fault(answered, (), fault, (), cause(AT, actor=OPERATIONS)).state

    return build


@pytest.fixture(scope="session")
def opening() -> Callable[[ServiceOrder], ServiceOrderOpened]:
    """What is announced when this voucher is opened."""

    def announced(order: ServiceOrder) -> ServiceOrderOpened:
        return ServiceOrderOpened.of(
            order.about,
            type=order.type,
            request_id=order.request_id,
            charge_policy=order.charge_policy,
            content=order.content,
            customer=order.customer,
        )

    return announced


@pytest.fixture
def order_with(rules: Rules, request_with: Callable[..., ServiceRequest]) -> Callable[..., ServiceOrder]:
    """A service order for a request with this fault and this warranty, with opinion and signed fee."""

    def build(fault: str = "company_quality", verdict: str = "in_warranty") -> ServiceOrder:
        asked = request_with(fault, verdict)
        return prepared(
            open_requested(UUID(int=60), asked, type_for(asked), None, rules, cause(AT, actor=CS)).state, rules
        )

    return build


@pytest.fixture
def in_every_stage(order_with: Callable[..., ServiceOrder], rules: Rules) -> dict[str, ServiceOrder]:
    """One service order under warranty per stage, each reached by the decisions that lead there."""
    now = cause(AT, actor=CS)
    opened = order_with()
    dispatched = dispatch(opened, "tech-05", "李师傅", None, rules, cause(AT - HOUR, actor=CS)).state
    resolved = complete_visit(dispatched, *VISIT, rules, now).state
    costed = record_cost(resolved, yuan("80.00"), yuan("20.00"), yuan("100.00"), yuan("0"), rules, now).state
    stated = state_execution(costed, "铰链松脱，已更换", "周班长", None, cause(AT, actor=TECHNICIAN)).state
    costed = countersign(stated, stated.work, cause(AT, actor=MANAGER)).state
    signed = sign_off(costed, "王建国", SIGNATURE, None, (), None, now).state
    return {
        "open": opened,
        "dispatched": dispatched,
        "resolved": resolved,
        "signed_off": signed,
        "closed": close(signed, "已更换铰链", "陈经理", now).state,
        "called_off": call_off(dispatched, "客户已自行修好", "cs-07", rules, now).state,
    }


Decisions = dict[str, Callable[[ServiceOrder], Any]]


@pytest.fixture
def decide_as(rules: Rules) -> Callable[[Cause], Decisions]:
    """Every decision there is, with everything it needs, by this cause."""
    nothing = yuan("0")
    line = PartLine(part_no="JL-80-02", quantity=2)
    waiting = Supply(form_no="SH-1", lines=(line,), requested_by="assistant-01", requested_at=AT)
    asked = Remote(id=UUID(int=8), place="湖南长沙", estimated_travel=yuan("800.00"), by="tech-05", at=AT)

    def unsigned(order: ServiceOrder) -> ServiceOrder:
        return order.but(execution=None, countersignature=None, fee_signatures=())

    def decisions(by: Cause) -> Decisions:
        return {
            "record_opinion": lambda order: record_opinion(order, "更换铰链", "plan", None, (), (), rules, by),
            "request_parts": lambda order: request_parts(order, PARTS, None, rules, by),
            "promise_parts": lambda order: promise_parts(order.but(supply=waiting), date(2026, 11, 25), rules, by),
            "ready_parts": lambda order: ready_parts(order.but(supply=waiting), rules, by),
            "use_part": lambda order: use_part(order.but(supply=waiting), "JL-80-02", 1, by),
            "agree_appointment": lambda order: agree_appointment(order, AT, AT + HOUR, "王建国", rules, by),
            "request_remote": lambda order: request_remote(order, "湖南长沙", yuan("800.00"), by),
            "approve_remote": lambda order: approve_remote(order.but(remote=asked), asked.id, by),
            "dispatch": lambda order: dispatch(order, "tech-05", None, None, rules, by),
            "complete_visit": lambda order: complete_visit(order, *VISIT, rules, by),
            "sign_off": lambda order: sign_off(order, "王建国", SIGNATURE, None, (), None, by),
            "state_execution": lambda order: state_execution(unsigned(order), "已更换", "周班长", None, by),
            "countersign": lambda order: countersign(unsigned(order), unsigned(order).work, by),
            "close": lambda order: close(order, "已处理", None, by),
            "claim_expense": lambda order: claim_expense(order, yuan("35.00"), "停车费", by),
            "record_cost": lambda order: record_cost(order, yuan("80.00"), nothing, nothing, nothing, rules, by),
            "sign_fee": lambda order: sign_fee(
                unsigned(order), order.cost.id if order.cost else UUID(int=7), rules, by
            ),
            "raise_charge": lambda order: raise_charge(
                signed_fee(order.but(charge_policy="normal_rate"), rules), yuan("300.00"), "on_spot", rules, by
            ),
            "receive_payment": lambda order: receive_payment(
                order.but(charge_policy="normal_rate"), yuan("300.00"), AT, "FP-88120", rules, by
            ),
            "carry_over": lambda order: carry_over(order, rules, by),
            "call_off": lambda order: call_off(order, "客户已自行修好", "cs-07", rules, by),
            "refund": lambda order: refund(
                order.but(
                    charge=Charge(amount=yuan("300.00"), mode="prepaid"),
                    payments=(Payment(amount=yuan("600.00"), at=AT),),
                ),
                yuan("600.00" if order.stage == "called_off" else "300.00"),
                AT,
                "TK-88120",
                rules,
                by,
            ),
        }

    return decisions


@pytest.fixture
def decide(decide_as: Callable[[Cause], Decisions]) -> Decisions:
    """Every decision there is, by who makes it as a rule."""
    specialist, manager, finance = (decide_as(cause(AT, actor=each)) for each in (CS, MANAGER, FINANCE))
    superior = {each: manager[each] for each in ("approve_remote", "countersign", "sign_fee")}
    return specialist | superior | {"refund": finance["refund"]}


@pytest.fixture(scope="session")
def built() -> World:
    """After-sales over memory, built once."""
    settings = nowhere(Settings)
    return World(service(settings, in_memory("aftersales", settings, at=AT)))


@pytest.fixture
def stores(database: InMemoryDatabase) -> Stores:
    return Stores.on(database)
