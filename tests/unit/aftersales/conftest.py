"""The default rules, requests and service orders in every state, and the service's doors over memory."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import pytest
from front_office import Counter, FrontOffice

from aftersales.api import routes
from aftersales.domain.policy import AftersalesPolicy
from aftersales.domain.service_order import ServiceOrder
from aftersales.domain.service_request import FeedbackForm, ServiceRequest
from aftersales.domain.voucher import Charge, Payment, SignOff, Visit
from aftersales.settings import Settings
from aftersales.store import Records
from shared.calendar import CHINA
from shared.contracts.aftersales import WarrantyChecked, WarrantyRule
from shared.contracts.event import Actor, Money, PreciseDate
from shared.contracts.vocabulary import CustomerSnapshot
from shared.testing import InMemoryDatabase

AT = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
CS = Actor(kind="staff", id="cs-07", role="cs_specialist")


def yuan(amount: str) -> Money:
    return Money(amount=Decimal(amount))


@pytest.fixture(scope="session")
def policy() -> AftersalesPolicy:
    return Settings.model_validate({"mongo_url": "mongodb://nowhere", "rabbit_url": "amqp://nowhere"}).policy()


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
def request_with(form: FeedbackForm) -> Callable[..., ServiceRequest]:
    """A registered request with this fault and this warranty."""

    def build(fault: str = "company_quality", verdict: str = "in_warranty") -> ServiceRequest:
        registered = ServiceRequest.register(UUID(int=50), form, "cs-07", AT, CHINA).state
        checked = WarrantyChecked(
            check_id=UUID(int=9),
            service_request_id=registered.id,
            customer_id=form.customer.customer_id,
            rule=WarrantyRule(),
            as_of=date(2026, 11, 22),
            verdict=verdict,
        )
        return registered.note_warranty(checked).state.determine_fault(fault, (), "operations-01").state

    return build


@pytest.fixture
def order_with(policy: AftersalesPolicy, request_with: Callable[..., ServiceRequest]) -> Callable[..., ServiceOrder]:
    """An opened service order for a request with this fault and this warranty."""

    def build(fault: str = "company_quality", verdict: str = "in_warranty") -> ServiceOrder:
        request = request_with(fault, verdict)
        return ServiceOrder.requested(UUID(int=60), request, "FW-2026-0055", "C", policy, AT).state

    return build


@pytest.fixture
def visit() -> Visit:
    return Visit(technician="tech-05", started_at=AT, ended_at=AT, work="更换两副铰链", resolved=True)


@pytest.fixture
def in_every_stage(
    order_with: Callable[..., ServiceOrder], policy: AftersalesPolicy, visit: Visit
) -> dict[str, ServiceOrder]:
    """One service order under warranty per stage, and internal work in its two."""
    opened = order_with()
    dispatched = opened.dispatch("tech-05", "李师傅", AT).state
    resolved = dispatched.complete_visit(visit, policy, AT).state
    nothing = yuan("0")
    costed = resolved.record_cost(yuan("80.00"), yuan("20.00"), yuan("100.00"), nothing, CS).state
    signed = costed.sign_off(SignOff(signatory="王建国", at=AT)).state
    return {
        "open": opened,
        "dispatched": dispatched,
        "resolved": resolved,
        "signed_off": signed,
        "closed": signed.close("已更换铰链", "cs-07", AT).state,
    }


@pytest.fixture
def decide(policy: AftersalesPolicy, visit: Visit) -> dict[str, Callable[[ServiceOrder], object]]:
    """Every decision there is, with everything it needs."""
    nothing = yuan("0")
    return {
        "dispatch": lambda order: order.dispatch("tech-05", None, AT),
        "complete_visit": lambda order: order.complete_visit(visit, policy, AT),
        "sign_off": lambda order: order.sign_off(SignOff(signatory="王建国", at=AT)),
        "close": lambda order: order.close("已处理", "cs-07", AT),
        "record_cost": lambda order: order.record_cost(yuan("80.00"), nothing, nothing, nothing, CS),
        "raise_charge": lambda order: order.but(charge_policy="normal_rate").raise_charge(
            Charge(amount=yuan("300.00"), mode="invoiced"), policy, AT
        ),
    }


@pytest.fixture
def payment() -> Payment:
    return Payment(amount=yuan("300.00"), at=AT, invoice_no="FP-88120")


@dataclass(frozen=True)
class House:
    """After-sales over memory: what it keeps, and its front office."""

    database: InMemoryDatabase
    records: Records
    office: FrontOffice


@pytest.fixture(scope="session")
def house(policy: AftersalesPolicy, tmp_path_factory: pytest.TempPathFactory) -> House:
    database = InMemoryDatabase()
    records = Records(database)
    folder = tmp_path_factory.mktemp("office")
    return House(database, records, FrontOffice.opened(routes(records, policy), folder, AT))


@pytest.fixture
def database(house: House) -> InMemoryDatabase:
    """Empty at the beginning of each test."""
    house.database.forget()
    return house.database


@pytest.fixture
def records(house: House, database: InMemoryDatabase) -> Records:
    return house.records


@pytest.fixture
async def ask(house: House, database: InMemoryDatabase) -> AsyncIterator[Counter]:
    async with house.office.counter() as counter:
        yield counter
