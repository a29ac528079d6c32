"""A complaint in every stage, the default rules, and the service's doors over memory."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

import pytest
from front_office import Counter, FrontOffice

from complaints.api import routes
from complaints.domain.complaint import Complaint
from complaints.domain.form import Form
from complaints.domain.policy import ComplaintPolicy
from complaints.domain.record import Answer, Classification, Implementation, Investigation, Judgement, Proposal
from complaints.settings import Settings
from complaints.store import Complaints, Registers
from shared.contracts.complaints import Remediation
from shared.contracts.event import Actor, Money
from shared.contracts.vocabulary import CustomerSnapshot
from shared.testing import InMemoryDatabase

AT = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
DEPUTY = Actor(kind="staff", id="deputy-01", role="deputy_gm")
HANDLER = Actor(kind="staff", id="handler-01", role="complaint_handler")


@pytest.fixture(scope="session")
def policy() -> ComplaintPolicy:
    return Settings.model_validate({"mongo_url": "mongodb://nowhere", "rabbit_url": "amqp://nowhere"}).policy()


@pytest.fixture
def form() -> Form:
    return Form(
        customer=CustomerSnapshot(
            customer_id=UUID(int=1), name="广州恒达装饰工程有限公司", contact_name="王建国", mobile="13800138000"
        ),
        complainant="王建国",
        channel="phone",
        received_at=AT,
        content="三樘玻璃边缘崩角",
        demand="更换三樘玻璃",
        order_no="SO-2026-0412",
        contract_no="JG20260930-017",
    )


@pytest.fixture
def proposal() -> Proposal:
    return Proposal(
        proposal_id=UUID(int=7),
        options=(
            Remediation(kind="replace", amount=Money(amount=Decimal("1800.00")), description="免费更换三樘玻璃"),
            Remediation(kind="allowance", amount=Money(amount=Decimal("5000.00")), description="折让 5000 元"),
        ),
        proposed_by="handler-01",
    )


@pytest.fixture
def in_every_stage(policy: ComplaintPolicy, form: Form, proposal: Proposal) -> dict[str, Complaint]:
    """One complaint per stage, each reached by the decisions that lead there."""
    draft = Complaint.draft(UUID(int=100), form)
    filed = draft.open(form.filed(draft.id, "2026-11-0001", AT), policy).state
    upheld = filed.judge(_judgement(True), policy, AT).state
    investigating = upheld.assign_investigation(Investigation(department="production"), None, policy, AT).state
    investigated = investigating.complete_investigation("护角未按规范包装", (), ("包装组",), policy, AT).state
    proposed = investigated.propose(proposal, policy, AT).state
    approved = proposed.approve(0, "", DEPUTY, policy, AT).state
    accepted = approved.accept(Answer(accepted=True, via="phone", at=AT), policy, AT).state
    implemented = accepted.implement(Implementation(by="handler-01", at=AT), policy).state
    return {
        "draft": draft,
        "filed": filed,
        "upheld": upheld,
        "not_upheld": filed.judge(_judgement(False), policy, AT).state,
        "investigating": investigating,
        "investigated": investigated,
        "proposed": proposed,
        "approved": approved,
        "accepted": accepted,
        "implemented": implemented,
        "closed": implemented.close("已更换", HANDLER, policy, AT).state,
        "dismissed": draft.dismiss().state,
    }


def _judgement(upheld: bool) -> Judgement:
    return Judgement(
        upheld=upheld,
        grounds="经查崩角为出厂包装不足所致" if upheld else "现场检查未见崩角",
        demand_reasonable=upheld,
        responsible_department="production" if upheld else None,
        by="handler-01",
    )


@pytest.fixture
def decide(policy: ComplaintPolicy, form: Form, proposal: Proposal) -> dict[str, Callable[[Complaint], object]]:
    """Every decision there is, with everything it needs."""
    return {
        "open": lambda case: case.open(form.filed(case.id, "2026-11-0099", AT), policy),
        "dismiss": lambda case: case.dismiss(),
        "assign_owner": lambda case: case.assign_owner("cs-manager-01", True),
        "classify": lambda case: case.classify(Classification(nature="quality", category="玻璃破损"), policy),
        "judge": lambda case: case.judge(_judgement(True), policy, AT),
        "assign_investigation": lambda case: case.assign_investigation(
            Investigation(department="rd"), None, policy, AT
        ),
        "complete_investigation": lambda case: case.complete_investigation("原因", (), (), policy, AT),
        "propose": lambda case: case.propose(proposal, policy, AT),
        "approve": lambda case: case.approve(0, "", DEPUTY, policy, AT),
        "reject": lambda case: case.reject("请核实", DEPUTY, policy, AT),
        "accept": lambda case: case.accept(Answer(accepted=True, via="sms", at=AT), policy, AT),
        "decline": lambda case: case.decline(Answer(accepted=False, via="sms", at=AT), HANDLER, policy, AT),
        "implement": lambda case: case.implement(Implementation(by="handler-01", at=AT), policy),
        "close": lambda case: case.close(None, HANDLER, policy, AT),
        "withdraw": lambda case: case.withdraw(HANDLER, policy, AT),
        "escalate": lambda case: case.escalate(policy),
    }


@dataclass(frozen=True)
class House:
    """Complaints over memory: what it keeps, and its front office."""

    database: InMemoryDatabase
    registers: Registers
    complaints: Complaints
    office: FrontOffice


@pytest.fixture(scope="session")
def house(policy: ComplaintPolicy, tmp_path_factory: pytest.TempPathFactory) -> House:
    database = InMemoryDatabase()
    registers, complaints = Registers(database), Complaints(database)
    doors = routes(registers, complaints, policy)
    return House(database, registers, complaints, FrontOffice.opened(doors, tmp_path_factory.mktemp("office"), AT))


@pytest.fixture
def database(house: House) -> InMemoryDatabase:
    """Empty at the beginning of each test."""
    house.database.forget()
    return house.database


@pytest.fixture
def complaints(house: House, database: InMemoryDatabase) -> Complaints:
    return house.complaints


@pytest.fixture
def registers(house: House, database: InMemoryDatabase) -> Registers:
    return house.registers


@pytest.fixture
async def ask(house: House, database: InMemoryDatabase) -> AsyncIterator[Counter]:
    async with house.office.counter() as counter:
        yield counter
