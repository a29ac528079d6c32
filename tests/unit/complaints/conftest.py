"""A complaint in every stage, the default rules, and the whole service over memory."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
import sight

from complaints.app import service
from complaints.domain.complaint import Complaint
from complaints.domain.decisions.appeal import appeal, decide_appeal
from complaints.domain.decisions.closing import close, withdraw
from complaints.domain.decisions.escalation import escalate
from complaints.domain.decisions.filing import add_details, dismiss, draft, file, name_order, open_case
from complaints.domain.decisions.findings import (
    assess_loss,
    assign_liability,
    decide_loss,
    identify_root_cause,
    involve_supplier,
)
from complaints.domain.decisions.handling import (
    acknowledge,
    assign_owner,
    classify,
    convene_panel,
    record_notice,
    record_panel,
    record_visit,
)
from complaints.domain.decisions.investigation import assign_investigation, complete_investigation, judge
from complaints.domain.decisions.liaison import audit, contact_department, report_opinion
from complaints.domain.decisions.resolution import approve, propose, reject
from complaints.domain.decisions.settlement import accept, decline, implement, record_feedback, sign
from complaints.domain.parts.findings import LostItem, Share, SubmittedLoss
from complaints.domain.parts.form import Additions, Details, Form
from complaints.domain.parts.handling import Classification, Panel
from complaints.domain.parts.resolution import Proposal
from complaints.domain.policy.policy import ComplaintPolicy, Rules
from complaints.settings import Settings
from complaints.store import Complaints, Registers, Stores
from shared.aggregate import Cause, Change
from shared.calendar import Calendar
from shared.contracts.complaints import BorneLoss, ComplaintFiled, Remediation
from shared.contracts.event import Actor, Money
from shared.contracts.vocabulary import CustomerSnapshot
from shared.testing import InMemoryDatabase, World, cause, in_memory, nowhere

AT = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
DEPUTY = Actor(kind="staff", id="deputy-01", role="deputy_gm")
HANDLER = Actor(kind="staff", id="handler-01", role="complaint_handler")
PROPOSING = cause(AT, id=UUID(int=7), actor=HANDLER)
UPHELD = (True, "经查崩角为出厂包装不足所致", True, "production")
NOT_UPHELD = (False, "现场检查未见崩角", False, None)


@pytest.fixture(scope="session")
def rules() -> Rules:
    return nowhere(Settings).rules(Calendar())


@pytest.fixture(scope="session")
def policy(rules: Rules) -> ComplaintPolicy:
    return rules.policies.version(1)


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
        proposal_id=PROPOSING.derive("proposal"),
        options=(
            Remediation(kind="replace", amount=Money(amount=Decimal("1800.00")), description="免费更换三樘玻璃"),
            Remediation(kind="allowance", amount=Money(amount=Decimal("5000.00")), description="折让 5000 元"),
        ),
        proposed_by="handler-01",
    )


@pytest.fixture
def numbered(form: Form) -> Callable[..., ComplaintFiled]:
    """What is announced of a complaint once it has this number."""

    def announced(id: UUID, number: str = "2026-11-0001", at: datetime = AT, form: Form = form) -> ComplaintFiled:
        return form.announced(id, number, at)

    return announced


@pytest.fixture
def in_every_stage(
    rules: Rules, form: Form, proposal: Proposal, numbered: Callable[..., ComplaintFiled]
) -> dict[str, Complaint]:
    """One complaint per stage, each reached by the decisions that lead there."""
    handler, deputy = cause(AT, actor=HANDLER), cause(AT, actor=DEPUTY)
    drafted = draft(UUID(int=100), form, rules, handler).state
    taken_in = file(drafted, Additions(), None, rules, handler).state
    opened = open_case(taken_in, numbered(drafted.id), rules, handler).state
    filed = assign_owner(opened, "handler-01", False, rules, handler).state
    upheld = judge(filed, *UPHELD, rules, handler).state
    investigating = assign_investigation(upheld, "production", (), None, rules, handler).state
    investigated = complete_investigation(
        investigating, "护角未按规范包装", ("photos/1.jpg",), ("包装组",), rules, handler
    ).state
    proposed = propose(investigated, proposal.options, 0, True, rules, PROPOSING).state
    approved = approve(*sight.proposed(proposed), 0, "", rules, deputy).state
    accepted = sign(accept(approved, "phone", None, rules, handler).state, "signatures/1.png", handler).state
    implemented = implement(accepted, (), rules, handler).state
    return {
        "draft": drafted,
        "filed": filed,
        "upheld": upheld,
        "not_upheld": judge(filed, *NOT_UPHELD, rules, handler).state,
        "appealed": appeal(judge(filed, *NOT_UPHELD, rules, handler).state, "客户有异议", rules, handler).state,
        "investigating": investigating,
        "investigated": investigated,
        "proposed": proposed,
        "approved": approved,
        "accepted": accepted,
        "implemented": implemented,
        "closed": close(implemented, "已更换", rules, handler).state,
        "dismissed": dismiss(drafted, rules, handler).state,
        "taken_in": taken_in,
    }


Decisions = dict[str, Callable[[Complaint], Change[Complaint]]]


@pytest.fixture
def decide_as(
    rules: Rules, proposal: Proposal, numbered: Callable[..., ComplaintFiled]
) -> Callable[[Cause], Decisions]:
    """Every decision there is, with everything it needs, by this cause."""
    known = rules.policies.version(1).causes[0]
    ours = (Share(unit="own_department", department="production", percent=100),)
    quality = Classification(nature="quality", category="玻璃破损")
    production = BorneLoss(department="production", amount=Money(amount=Decimal("240.00")))

    def majored(case: Complaint) -> Complaint:
        return case.but(classification=quality.but(major=True))

    def paneled(case: Complaint) -> Complaint:
        return majored(case).but(
            panel=Panel(departments=("production",), meets_at=AT, convened_by="cs-manager-01", convened_at=AT)
        )

    def submitted(case: Complaint) -> Complaint:
        loss = SubmittedLoss(loss_id=UUID(int=8), borne=(production,), prepared_by=("finance-01",), at=AT)
        return case.but(submitted_loss=loss)

    def decisions(by: Cause) -> Decisions:
        return {
            "open": lambda case: open_case(case, numbered(case.id, "2026-11-0099"), rules, by),
            "file": lambda case: file(case, Additions(), None, rules, by),
            "dismiss": lambda case: dismiss(case, rules, by),
            "add_details": lambda case: add_details(case, Details(sample_ref="YP-0091"), None, rules, by),
            "name_order": lambda case: name_order(
                case.but(form=case.form.but(contract_no=None)), None, "JG20260930-017", None, rules, by
            ),
            "assign_owner": lambda case: assign_owner(case, "cs-manager-01", True, rules, by),
            "record_visit": lambda case: record_visit(case, AT, "现场查看", None, by),
            "acknowledge": lambda case: acknowledge(case, "三樘玻璃边缘崩角，客户要求更换", by),
            "record_notice": lambda case: record_notice(case, "phone", "同意免费更换", None, by),
            "convene_panel": lambda case: convene_panel(majored(case), ("production", "rd"), AT + HOUR, by),
            "record_panel": lambda case: record_panel(paneled(case), "全批复检", None, by),
            "audit": lambda case: audit(case, True, "资料齐全", by),
            "contact_department": lambda case: contact_department(case, "engineering", "请查看现场", by),
            "report_opinion": lambda case: report_opinion(case, "design", "说明书注明清洁方法", by),
            "classify": lambda case: classify(case, quality, rules, by),
            "judge": lambda case: judge(case, *UPHELD, rules, by),
            "appeal": lambda case: appeal(case, "客户有异议", rules, by),
            "decide_appeal": lambda case: decide_appeal(
                *sight.petitioned(case), True, "复核成立", "production", rules, by
            ),
            "assign_investigation": lambda case: assign_investigation(case, "rd", (), None, rules, by),
            "complete_investigation": lambda case: complete_investigation(
                case, "原因", ("photos/1.jpg",), (), rules, by
            ),
            "identify_root_cause": lambda case: identify_root_cause(case, known, None, (), by),
            "assess_loss": lambda case: assess_loss(case, (LostItem(code="rework_hour", quantity=4),), rules, by),
            "decide_loss": lambda case: decide_loss(*sight.lost(submitted(case)), True, "同意", rules, by),
            "involve_supplier": lambda case: involve_supplier(case, "佛山某玻璃厂", None, "purchasing", rules, by),
            "assign_liability": lambda case: assign_liability(case, ours, "返工", False, rules, by),
            "propose": lambda case: propose(case, proposal.options, 0, True, rules, by),
            "approve": lambda case: approve(*sight.proposed(case), 0, "", rules, by),
            "reject": lambda case: reject(*sight.proposed(case), "请核实", rules, by),
            "accept": lambda case: accept(case, "sms", None, rules, by),
            "decline": lambda case: decline(case, "sms", None, rules, by),
            "sign": lambda case: sign(case.but(answer=case.answer and case.answer.but(signature=None)), "s/1.png", by),
            "implement": lambda case: implement(case, (), rules, by),
            "record_feedback": lambda case: record_feedback(case, True, "更换及时", rules, by),
            "close": lambda case: close(case, "已答复客户", rules, by),
            "withdraw": lambda case: withdraw(case, rules, by),
            "escalate": lambda case: escalate(case, rules, by),
        }

    return decisions


@pytest.fixture
def decide(decide_as: Callable[[Cause], Decisions]) -> Decisions:
    """Every decision there is, by who makes it as a rule."""
    handler, deputy = decide_as(cause(AT, actor=HANDLER)), decide_as(cause(AT, actor=DEPUTY))
    superior = {each: deputy[each] for each in ("audit", "decide_appeal", "decide_loss", "approve", "reject")}
    return handler | superior | {"propose": decide_as(PROPOSING)["propose"]}


@pytest.fixture
def otherwise(rules: Rules) -> dict[str, Callable[[Complaint], Change[Complaint]]]:
    """The decisions that may lead to a second stage, made so that they lead there."""
    handler, deputy = cause(AT, actor=HANDLER), cause(AT, actor=DEPUTY)
    return {
        "judge": lambda case: judge(case, *NOT_UPHELD, rules, handler),
        "decide_appeal": lambda case: decide_appeal(*sight.petitioned(case), False, "复核不成立", None, rules, deputy),
    }


@pytest.fixture(scope="session")
def built() -> World:
    """Complaints over memory, built once."""
    settings = nowhere(Settings)
    return World(service(settings, in_memory("complaints", settings, at=AT)))


@pytest.fixture
def stores(database: InMemoryDatabase) -> Stores:
    return Stores.on(database)


@pytest.fixture
def complaints(stores: Stores) -> Complaints:
    return stores.complaints


@pytest.fixture
def registers(stores: Stores) -> Registers:
    return stores.registers
