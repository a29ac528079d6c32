"""From a question to a placed order: enquiry, quote, three forms, project file, and the order that they lead to."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product
from uuid import UUID, uuid4

import pytest

from intake.domain.decisions.design_intake import check, submit
from intake.domain.decisions.enquiry import answer, receive, settle, withdraw
from intake.domain.decisions.project import add, link_order, open_file
from intake.domain.decisions.quoting import accept, decline, issue, lapse, revise
from intake.domain.lifecycle import DESIGN_INTAKE, ENQUIRY, PROJECT, QUOTE
from intake.domain.parts.asking import EnquiryDetails
from intake.domain.parts.design_form import Finding
from intake.domain.quote import LAPSE
from intake.settings import Settings
from shared.aggregate import Change, Refused
from shared.calendar import CHINA
from shared.contracts.complaints import ComplaintFiled
from shared.contracts.event import Actor, Money
from shared.contracts.intake import (
    CallbackDue,
    CustomerRegistered,
    CustomerUpdated,
    DeadlineMetByIntake,
    DeadlineMissedByIntake,
    DeadlineSetByIntake,
    DesignIntakeChecked,
    EnquiryAnswered,
    EnquiryReceived,
    OrderPlaced,
    ProjectFileOpened,
    QuoteAccepted,
    QuoteDeclined,
    QuoteIssued,
    QuoteLapsed,
)
from shared.contracts.intake.customers import EnquiryKind
from shared.contracts.roles import Role
from shared.contracts.vocabulary import CustomerSnapshot, OrderLine
from shared.lifecycle import IllegalTransition
from shared.policy import Policies
from shared.testing import cause, nowhere

NOW = datetime(2026, 11, 20, 6, 0, tzinfo=UTC)
ID = UUID("018f5a30-6a51-7c0e-9d4b-2f1f7f6b1c05")
WANG = CustomerSnapshot(customer_id=ID, name="恒达装饰")
RULES = nowhere(Settings).rules(CHINA)
FINE = Finding(ok=True)
PRICED = (OrderLine(description="高隔断", quantity=24, unit_price=Money.model_validate({"amount": "1280.00"})),)
LINES = [
    {
        "description": "80 款双玻百叶高隔断",
        "quantity": 24,
        "unit": "樘",
        "unit_price": {"amount": "1280.00"},
        "special_spec": "门洞加宽至 1100 mm",
    }
]
SECTIONS = {"need": "整层高隔断", "site": "毛坯", "drawings": "平面、效果", "schedule": "春节前"}
HANDLERS = {
    "consult": "cs_specialist",
    "order": "order_specialist",
    "quote": "cs_specialist",
    "stock": "order_specialist",
    "suggestion": "cs_supervisor",
    "complaint": "complaint_handler",
    "service": "cs_specialist",
}

ASKED = receive(ID, WANG, EnquiryDetails(kind="quote", text="多少钱？"), RULES, cause(NOW)).state
ENQUIRIES = {
    "open": ASKED,
    "answered": answer(ASKED, "已报价", RULES, cause(NOW)).state,
    "withdrawn": withdraw(ASKED, RULES, cause(NOW)).state,
}
ON_ENQUIRY = {
    "answer": lambda each: answer(each, "有现货", RULES, cause(NOW)),
    "settle": lambda each: settle(each, "ordered", "SO-1", RULES, cause(NOW)),
    "withdraw": lambda each: withdraw(each, RULES, cause(NOW)),
}
ISSUED = issue(ID, WANG, "counter", PRICED, None, None, RULES, cause(NOW)).state
QUOTES = {
    "issued": ISSUED,
    "accepted": accept(ISSUED, 1, cause(NOW)).state,
    "declined": decline(ISSUED, "价格偏高", cause(NOW)).state,
    "lapsed": lapse(ISSUED, cause(NOW)).state,
}
ON_QUOTE = {
    "revise": (lambda each: revise(each, PRICED, None, RULES, cause(NOW)), QuoteIssued),
    "accept": (lambda each: accept(each, each.offer.revision, cause(NOW)), QuoteAccepted),
    "decline": (lambda each: decline(each, "价格偏高", cause(NOW)), QuoteDeclined),
    "lapse": (lambda each: lapse(each, cause(NOW)), QuoteLapsed),
}
FILES = {name: (f"forms/{name}.pdf",) for name in ("questionnaire", "drawings", "photos")}
BRINGER = Actor(kind="staff", id="am-01", role="account_manager")
BROUGHT = submit(ID, WANG, FILES, RULES, cause(NOW, actor=BRINGER)).state
PASSED = check(BROUGHT, dict.fromkeys(("questionnaire", "drawings", "photos"), FINE), RULES, cause(NOW)).state
INTAKES = {"open": BROUGHT, "passed": PASSED}
OPENED = open_file(PASSED, None, "恒达大厦", "custom", False, SECTIONS, (), RULES, cause(NOW)).state
PROJECTS = {"open": OPENED, "ordered": link_order(OPENED, "SO-1", cause(NOW)).state}
BY_TIME_OR_FACT = {"settle", "withdraw", "lapse", "link_order"}


def test_every_stage_and_every_decision_of_the_tables_is_tried():
    tables = ((ENQUIRY, ENQUIRIES), (QUOTE, QUOTES), (DESIGN_INTAKE, INTAKES), (PROJECT, PROJECTS))
    for table, known in tables:
        assert {stage: each.stage for stage, each in known.items()} == {stage: stage for stage in table.stages}
    assert (ON_ENQUIRY.keys(), ON_QUOTE.keys()) == (ENQUIRY.moves.keys(), QUOTE.moves.keys())


@pytest.mark.parametrize(("stage", "decision"), list(product(QUOTES, ON_QUOTE)))
def test_a_quote_goes_where_its_table_says_or_the_decision_is_refused(stage, decision):
    decide, announced = ON_QUOTE[decision]
    move = QUOTE.move(stage, decision)
    if move is None and decision in BY_TIME_OR_FACT:
        assert decide(QUOTES[stage]) == Change(QUOTES[stage])
    elif move is None:
        with pytest.raises(IllegalTransition):
            decide(QUOTES[stage])
    else:
        change = decide(QUOTES[stage])
        assert ((change.state.stage,), [type(each) for each in change.events]) == (move.to, [announced])


@pytest.mark.parametrize(("stage", "decision"), list(product(ENQUIRIES, ON_ENQUIRY)))
def test_an_enquiry_is_answered_once(stage, decision):
    if (stage, decision) == ("open", "withdraw"):
        change = ON_ENQUIRY[decision](ASKED)
        assert [type(each) for each in change.events] == [DeadlineMetByIntake]
        assert (change.state.stage, change.state.running) == ("withdrawn", ())
    elif stage == "open":
        change = ON_ENQUIRY[decision](ASKED)
        assert [type(each) for each in change.events] == [EnquiryAnswered, DeadlineMetByIntake]
        assert (change.state.stage, change.state.running) == ("answered", ())
    elif decision in BY_TIME_OR_FACT:
        assert ON_ENQUIRY[decision](ENQUIRIES[stage]) == Change(ENQUIRIES[stage])
    else:
        with pytest.raises(IllegalTransition):
            ON_ENQUIRY[decision](ENQUIRIES[stage])


def test_an_enquiry_that_stood_still_is_answered_in_time_by_its_clock_and_says_so():
    (policy,) = (each for each in RULES.policies if each.version == ASKED.policy_version)
    rule = policy.enquiries["quote"]
    kept = rule.but(clock=rule.clock.but(may_be_held=True))
    rules = replace(RULES, policies=Policies([policy.but(enquiries={**policy.enquiries, "quote": kept})]))
    asked = receive(ID, WANG, EnquiryDetails(kind="quote", text="多少钱？"), rules, cause(NOW)).state
    held = rules.clocks.hold(rule.clock.name, "等待图纸", cause(NOW + timedelta(minutes=1)))(asked).state
    resumed = rules.clocks.resume(rule.clock.name, cause(NOW + timedelta(days=30, minutes=1)))(held).state
    for each, at in ((held, NOW + timedelta(days=30)), (resumed, resumed.due_at)):
        said, met = answer(each, "有现货", rules, cause(at)).events
        assert (said.within_due, met.outcome) == (True, "in_time")
    assert resumed.due_at > asked.due_at


def test_forms_that_have_passed_are_not_checked_again_and_a_project_is_ordered_once():
    with pytest.raises(IllegalTransition):
        check(PASSED, {"photos": Finding(ok=False)}, RULES, cause(NOW))
    assert link_order(PROJECTS["ordered"], "SO-2", cause(NOW)) == Change(PROJECTS["ordered"])
    for project in PROJECTS.values():
        assert [entry.kind for entry in add(project, "弱电图", (), cause(NOW)).state.log][-1] == "added"


DOORS = {
    f"/enquiries/{ID}/answer": ({"answer": "有现货"}, ENQUIRY.roles("answer")),
    f"/quotes/{ID}/revise": ({"lines": LINES}, QUOTE.roles("revise")),
    f"/quotes/{ID}/accept": ({"revision": 1}, QUOTE.roles("accept")),
    f"/quotes/{ID}/decline": ({"reason": "价格偏高"}, QUOTE.roles("decline")),
    f"/design-intakes/{ID}/add": ({"files": {"photos": ["p.jpg"]}}, DESIGN_INTAKE.roles("add")),
    f"/design-intakes/{ID}/check": ({"findings": {"photos": {"ok": True}}}, DESIGN_INTAKE.roles("check")),
    f"/projects/{ID}/add": ({"note": "弱电图"}, PROJECT.roles("add")),
}


@pytest.mark.parametrize("path", DOORS)
async def test_those_decide_whom_the_table_names_and_others_are_turned_away(world, path):
    body, roles = DOORS[path]
    statuses = {role: (await world.ask(role, "POST", path, body)).status_code for role in Role}
    assert statuses == {role: 404 if role in roles else 403 for role in Role}


async def post(world, path, body, role=Role.CS_SUPERVISOR):
    answered = await world.ask(role, "POST", path, body)
    assert answered.is_success, answered.text
    return answered.json()


async def refused(world, path, body, role=Role.CS_SUPERVISOR):
    answered = await world.ask(role, "POST", path, body)
    return answered.status_code, answered.json()["code"]


async def customer_of(world, name="恒达装饰"):
    return (await post(world, "/customers", {"name": name, "source": "sales"}))["customer_id"]


async def enquiry(world, kind, **fields):
    caller = {"name": "明镜眼镜店", "contact_name": "陈先生", "mobile": "13700137000"}
    body = {"kind": kind, "text": "请问？", "caller": caller, **fields}
    return await post(world, "/enquiries", body, Role.CS_SPECIALIST)


def of(world, kind):
    return [event for event in world.announced if isinstance(event, kind)]


async def hear_all(world, *kinds):
    """What intake announced of these kinds comes back to it over the bus."""
    for event in [each for each in world.announced if isinstance(each, kinds)]:
        await world.hear(event)


@pytest.mark.requirement("R176.a")
@pytest.mark.parametrize("kind", EnquiryKind.__args__)
async def test_an_enquiry_is_the_duty_of_its_handler_and_one_that_is_not_answered_is_missed(world, kind):
    taken = await enquiry(world, kind, channel="visit")
    assert (taken["assignee_role"], taken["stage"], taken["asked"]["channel"]) == (HANDLERS[kind], "open", "visit")
    registered, received, due = world.announced
    assert (type(registered), type(received), type(due)) == (CustomerRegistered, EnquiryReceived, DeadlineSetByIntake)
    assert (received.kind, received.customer.mobile, due.kind) == (kind, "13700137000", f"enquiry_{kind}")
    await world.until(due.due_at)
    missed = [each for each in of(world, DeadlineMissedByIntake) if each.deadline_id == due.deadline_id]
    assert [(each.kind, each.supervisor_role) for each in missed] == [(f"enquiry_{kind}", "cs_supervisor")]
    duties = (await world.ask(Role.CS_SUPERVISOR, "GET", f"/duties?role={HANDLERS[kind]}")).json()["items"]
    assert [duty["kind"] for duty in duties if duty["kind"].startswith("enquiry")] == [f"enquiry_{kind}"]


@pytest.mark.requirement("R171.d")
@pytest.mark.parametrize("channel", ["phone", "web", "email", "sms"])
async def test_what_is_asked_over_the_hotline_or_online_is_taken_and_its_handler_s_duty(world, channel):
    taken = await enquiry(world, "consult", channel=channel)
    (received,) = of(world, EnquiryReceived)
    assert (received.channel, taken["stage"], taken["assignee_role"]) == (channel, "open", HANDLERS["consult"])
    (due,) = of(world, DeadlineSetByIntake)
    assert due.kind == "enquiry_consult"


@pytest.mark.requirement("R176.c", "R170.b")
@pytest.mark.parametrize("kind", ["stock", "consult"])
async def test_who_asks_for_stock_or_advice_is_answered_and_need_not_buy(world, kind):
    taken = await enquiry(world, kind)
    path = f"/enquiries/{taken['enquiry_id']}"
    told = await post(world, f"{path}/answer", {"answer": "有现货 40 樘"}, Role.ORDER_SPECIALIST)
    assert (told["stage"], told["outcome"]["answer"], told["possible"]) == ("answered", "有现货 40 樘", [])
    (said,) = of(world, EnquiryAnswered)
    assert (said.outcome, said.answer, said.within_due) == ("answered", "有现货 40 樘", True)
    assert [each.outcome for each in of(world, DeadlineMetByIntake)] == ["in_time"]
    clocks = (await world.ask(Role.CS_SPECIALIST, "GET", f"{path}/clocks")).json()
    assert [each["outcome"] for each in clocks] == ["in_time"]
    assert of(world, OrderPlaced) == of(world, QuoteIssued) == []


@pytest.mark.requirement("R170.c")
async def test_a_customer_who_bought_years_ago_is_advised_in_the_same_term_as_one_who_asks_before_buying(world):
    first = await enquiry(world, "consult")
    years_later = NOW + timedelta(days=6 * 365)
    world.time.set(years_later)
    before = len(world.announced)
    taken = await enquiry(world, "consult", order_no="SO-2020-0007", text="隔断门轨道如何保养？")
    (due,) = [each for each in world.announced[before:] if isinstance(each, DeadlineSetByIntake)]
    assert (taken["customer"]["customer_id"], due.kind) == (first["customer"]["customer_id"], "enquiry_consult")
    assert due.due_at - years_later == timedelta(hours=4)
    path = f"/enquiries/{taken['enquiry_id']}/answer"
    told = await post(world, path, {"answer": "每季度清洁轨道并加一次润滑剂"}, Role.CS_SPECIALIST)
    assert (told["stage"], told["asked"]["order_no"]) == ("answered", "SO-2020-0007")
    (said,) = [each for each in world.announced[before:] if isinstance(each, EnquiryAnswered)]
    assert (said.answer, said.within_due) == ("每季度清洁轨道并加一次润滑剂", True)


async def test_a_caller_whose_number_is_known_gets_no_second_file(world):
    first, second = await enquiry(world, "consult"), await enquiry(world, "stock")
    assert first["customer"]["customer_id"] == second["customer"]["customer_id"]
    assert len(of(world, CustomerRegistered)) == 1
    rows = (await world.ask(Role.CS_SPECIALIST, "GET", "/enquiries")).json()["items"]
    assert [row["asked"]["kind"] for row in rows] == ["stock", "consult"]


async def test_an_enquiry_says_who_asks(world):
    neither = await world.ask(Role.CS_SPECIALIST, "POST", "/enquiries", {"kind": "stock", "text": "有货吗"})
    assert (neither.status_code, neither.json()["code"]) == (422, "invalid")


async def test_a_complaint_that_was_filed_settles_the_enquiry_of_its_case_alone(world):
    case, other = uuid4(), await enquiry(world, "complaint")
    body = {"kind": "complaint", "text": "玻璃门有异响", "customer_id": other["customer"]["customer_id"]}
    headers = {"Correlation-Id": str(case)}
    mine = (await world.ask(Role.CS_SPECIALIST, "POST", "/enquiries", body, headers=headers)).json()
    filed = ComplaintFiled(
        complaint_id=uuid4(),
        complaint_no="2026-11-0007",
        customer=CustomerSnapshot.model_validate(mine["customer"]),
        complainant="陈先生",
        channel="phone",
        received_at=NOW,
        accepted_at=NOW,
        content="玻璃门有异响",
        nature="quality",
    )
    await world.hear(filed, correlation=case)
    assert [(str(each.enquiry_id), each.outcome, each.answer) for each in of(world, EnquiryAnswered)] == [
        (mine["enquiry_id"], "filed", "2026-11-0007")
    ]
    still = (await world.ask(Role.CS_SPECIALIST, "GET", f"/enquiries/{other['enquiry_id']}")).json()
    assert still["stage"] == "open"


async def test_a_quote_or_an_order_does_not_answer_what_another_customer_asked(world):
    taken = await enquiry(world, "quote")
    body = {"customer_id": await customer_of(world, "别的公司"), "lines": LINES, "enquiry_id": taken["enquiry_id"]}
    for path, kind in (("/quotes", "counter"), ("/orders", "standard")):
        assert await refused(world, path, {**body, "kind": kind}) == (409, "another_customers")
    shown = (await world.ask(Role.CS_SPECIALIST, "GET", f"/enquiries/{taken['enquiry_id']}")).json()
    assert shown["stage"] == "open"


@pytest.mark.requirement("R010.a", "R010.b", "R176.b")
@pytest.mark.parametrize(("kind", "role"), [("on_site", Role.ACCOUNT_MANAGER), ("counter", Role.CS_SPECIALIST)])
async def test_a_price_is_quoted_on_site_or_at_the_counter_and_answers_who_asked_for_it(world, kind, role):
    taken = await enquiry(world, "quote")
    whose = taken["customer"]["customer_id"]
    body = {"customer_id": whose, "kind": kind, "lines": LINES, "enquiry_id": taken["enquiry_id"]}
    quote = await post(world, "/quotes", body, role)
    (said,) = of(world, QuoteIssued)
    assert (said.kind, said.revision, str(said.total.amount), str(said.valid_until)) == (
        kind,
        1,
        "30720.00",
        "2026-12-20",
    )
    assert (quote["stage"], quote["offers"][0]["total"]["amount"]) == ("issued", "30720.00")
    await hear_all(world, QuoteIssued)
    assert [(each.outcome, each.answer) for each in of(world, EnquiryAnswered)] == [("quoted", quote["quote_no"])]


@pytest.mark.requirement("R029.a", "R029.b")
async def test_a_customer_who_was_quoted_is_called_once_however_often_the_quote_is_revised(world):
    body = {"customer_id": await customer_of(world), "kind": "counter", "lines": LINES}
    quote = await post(world, "/quotes", body)
    await post(world, f"/quotes/{quote['quote_id']}/revise", {"lines": LINES})
    await hear_all(world, QuoteIssued)
    assert [(each.kind, each.stage) for each in of(world, CallbackDue)] == [("stage", "报价")]


async def test_a_quote_keeps_its_revisions_and_the_customer_agrees_to_the_last(world):
    body = {"customer_id": await customer_of(world), "kind": "counter", "lines": LINES, "valid_until": "2026-11-30"}
    quote = await post(world, "/quotes", body)
    path = f"/quotes/{quote['quote_id']}"
    cheaper = [{**LINES[0], "unit_price": {"amount": "1200.00"}}]
    await post(world, f"{path}/revise", {"lines": cheaper})
    assert await refused(world, f"{path}/accept", {"revision": 1}) == (409, "another_revision")
    agreed = await post(world, f"{path}/accept", {"revision": 2})
    offers = [(each["revision"], each["total"]["amount"], each["valid_until"]) for each in agreed["offers"]]
    assert offers == [(1, "30720.00", "2026-11-30"), (2, "28800.00", "2026-12-20")]
    (said,) = of(world, QuoteAccepted)
    assert (said.revision, str(said.total.amount), agreed["stage"]) == (2, "28800.00", "accepted")
    await world.until(NOW + timedelta(days=60))
    assert of(world, QuoteLapsed) == []


async def test_a_quote_that_is_not_answered_lapses_when_its_last_day_is_over(world):
    body = {"customer_id": await customer_of(world), "kind": "counter", "lines": LINES, "valid_until": "2026-11-30"}
    quote = await post(world, "/quotes", body)
    over = datetime(2026, 11, 30, 16, 0, tzinfo=UTC)
    await world.until(over - timedelta(seconds=1))
    assert of(world, QuoteLapsed) == []
    await world.until(over)
    assert [each.quote_no for each in of(world, QuoteLapsed)] == [quote["quote_no"]]
    assert await refused(world, f"/quotes/{quote['quote_id']}/accept", {"revision": 1}) == (409, "illegal_transition")
    listed = (await world.ask(Role.CS_SPECIALIST, "GET", "/quotes?stage=lapsed")).json()["items"]
    assert [each["quote_id"] for each in listed] == [quote["quote_id"]]


async def test_a_quote_that_is_asked_for_again_with_its_key_is_the_same_though_its_last_day_is_over(world):
    body = {"customer_id": await customer_of(world), "kind": "counter", "lines": LINES, "valid_until": "2026-11-20"}
    quote = (await world.ask(Role.CS_SPECIALIST, "POST", "/quotes", body, key="once")).json()
    await world.until(NOW + timedelta(hours=20))

    again = await world.ask(Role.CS_SPECIALIST, "POST", "/quotes", body, key="once")
    assert (again.status_code, again.json()["quote_id"], again.json()["stage"]) == (201, quote["quote_id"], "lapsed")
    assert len(of(world, QuoteIssued)) == 1

    other = await world.ask(Role.CS_SPECIALIST, "POST", "/quotes", {**body, "valid_until": "2026-11-21"}, key="once")
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_key_reused")
    colleague = await world.ask(Role.CS_SPECIALIST, "POST", "/quotes", body, key="once", by="cs-99")
    assert (colleague.status_code, colleague.json()["code"]) == (409, "past_day")


async def test_an_order_without_a_number_that_is_recorded_again_after_midnight_is_the_same(world):
    body = {"customer_id": await customer_of(world), "kind": "standard", "lines": LINES}
    await world.until(datetime(2026, 11, 20, 15, 50, tzinfo=UTC))
    taken = await world.ask(Role.CS_SPECIALIST, "POST", "/orders", body, key="once")
    await world.until(datetime(2026, 11, 20, 16, 10, tzinfo=UTC))

    again = await world.ask(Role.CS_SPECIALIST, "POST", "/orders", body, key="once")
    assert (taken.status_code, again.status_code) == (201, 201)
    assert again.json()["wish"]["order_no"] == taken.json()["wish"]["order_no"]
    assert "-20261120-" in taken.json()["wish"]["order_no"]
    listed = (await world.ask(Role.CS_SPECIALIST, "GET", "/orders")).json()["items"]
    assert [each["order_no"] for each in listed] == [taken.json()["wish"]["order_no"]]


@pytest.mark.parametrize("decision", ["accept", "decline"])
def test_a_quote_whose_last_day_is_over_is_not_answered_before_that_is_announced_either(decision):
    over = ISSUED.deadline(LAPSE)
    answered = {
        "accept": lambda at: accept(ISSUED, 1, cause(at)),
        "decline": lambda at: decline(ISSUED, "价格偏高", cause(at)),
    }[decision]

    with pytest.raises(IllegalTransition):
        answered(over)
    assert answered(over - timedelta(seconds=1)).state.stage == {"accept": "accepted", "decline": "declined"}[decision]


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"lines": [{"description": "隔断", "quantity": 1}]}, "price_open"),
        ({"valid_until": "2026-11-19"}, "past_day"),
        ({"valid_until": "2062-11-30"}, "far_day"),
        (
            {
                "lines": [
                    LINES[0],
                    {"description": "门", "quantity": 1, "unit_price": {"amount": "1.00", "currency": "USD"}},
                ]
            },
            "currencies_differ",
        ),
    ],
)
async def test_a_quote_has_every_price_in_one_currency_and_a_day_to_come(world, fields, code):
    body = {"customer_id": await customer_of(world), "kind": "counter", "lines": LINES, **fields}
    assert await refused(world, "/quotes", body) == (409, code)


async def forms(world, customer):
    return await post(world, "/design-intakes", {"customer_id": customer, "files": FILES}, Role.ACCOUNT_MANAGER)


NAMES = ("questionnaire", "drawings", "photos")
ALL_FINE = {"findings": {name: {"ok": True} for name in NAMES}}


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("questionnaire", marks=pytest.mark.requirement("R006.a")),
        pytest.param("drawings", marks=pytest.mark.requirement("R006.b")),
        pytest.param("photos", marks=pytest.mark.requirement("R006.c")),
    ],
)
async def test_each_of_the_three_forms_is_reviewed_and_the_gate_stays_shut_while_it_is_missing(world, name):
    brought = await forms(world, await customer_of(world))
    path = f"/design-intakes/{brought['design_intake_id']}"
    findings = {each: {"ok": each != name, "remarks": None if each != name else "缺失"} for each in NAMES}
    looked = await post(world, f"{path}/check", {"findings": findings})
    (said,) = of(world, DesignIntakeChecked)
    assert {each: getattr(said, f"{each}_ok") for each in NAMES} == {each: each != name for each in NAMES}
    assert (said.passed, len(said.missing), looked["stage"]) == (False, 1, "open")
    assert of(world, DeadlineMetByIntake) == []
    opening = {"design_intake_id": brought["design_intake_id"], "name": "恒达大厦", "sections": SECTIONS}
    assert await refused(world, "/projects", opening) == (409, "forms_open")
    fixed = await post(world, f"{path}/check", {"findings": {name: {"ok": True}}})
    assert (fixed["stage"], of(world, DesignIntakeChecked)[-1].passed) == ("passed", True)
    assert [each.outcome for each in of(world, DeadlineMetByIntake)] == ["in_time"]


@pytest.mark.requirement("R006.d")
async def test_a_form_of_which_nothing_was_brought_is_not_in_order_until_it_was_added_and_looked_at(world):
    customer = await customer_of(world)
    here = {name: files for name, files in FILES.items() if name != "photos"}
    brought = await post(world, "/design-intakes", {"customer_id": customer, "files": here}, Role.ACCOUNT_MANAGER)
    path = f"/design-intakes/{brought['design_intake_id']}"
    early = await world.ask(Role.CS_SUPERVISOR, "POST", f"{path}/check", ALL_FINE)
    assert (early.status_code, early.json()["code"]) == (409, "form_missing")
    assert "照片提供明细表" in early.json()["detail"]
    await post(world, f"{path}/check", {"findings": {**ALL_FINE["findings"], "photos": {"ok": False, "remarks": "缺"}}})

    added = await world.ask(Role.SALES_ASSISTANT, "POST", f"{path}/add", {"files": {"photos": ["p.jpg"]}}, by="sa-02")

    photos = next(each for each in added.json()["forms"] if each["name"] == "photos")
    assert (photos["files"], photos["added_by"], photos["finding"], added.json()["stage"]) == (
        ["p.jpg"],
        ["sa-02"],
        None,
        "open",
    )
    await world.ask(Role.SALES_ASSISTANT, "POST", f"{path}/add", {"files": {"photos": ["q.jpg"]}}, by="sa-09")
    for by in ("sa-02", "sa-09"):
        own = await world.ask(Role.CS_SUPERVISOR, "POST", f"{path}/check", ALL_FINE, by=by)
        assert (own.status_code, own.json()["code"]) == (409, "four_eyes")
    passed = await post(world, f"{path}/check", {"findings": {"photos": {"ok": True}}})
    assert passed["stage"] == "passed"
    assert await refused(world, f"{path}/add", {"files": {"photos": ["q.jpg"]}}) == (409, "illegal_transition")


def test_a_form_that_was_found_in_order_though_nothing_of_it_was_brought_does_not_pass_with_the_others():
    brought = submit(ID, WANG, {**FILES, "photos": ()}, RULES, cause(NOW, actor=BRINGER)).state
    found = brought.but(
        forms=tuple(each.but(finding=FINE) if each.name == "photos" else each for each in brought.forms)
    )

    with pytest.raises(Refused) as refused:
        check(found, {"questionnaire": FINE, "drawings": FINE}, RULES, cause(NOW))
    assert refused.value.code == "form_missing"


async def test_who_brought_the_forms_does_not_check_them(world):
    brought = await forms(world, await customer_of(world))
    path = f"/design-intakes/{brought['design_intake_id']}"
    offered = {each["decision"]: each["another_than"] for each in brought["possible"]}
    assert offered == {"add": [], "check": [brought["brought_by"]]}
    own = await world.ask(Role.CS_SUPERVISOR, "POST", f"{path}/check", ALL_FINE, by=brought["brought_by"])
    assert (own.status_code, own.json()["code"], of(world, DesignIntakeChecked)) == (409, "four_eyes", [])


@pytest.mark.requirement("R007.a", "R007.b")
async def test_what_was_brought_back_opens_a_project_file_with_every_section_of_form_6(world):
    brought = await forms(world, await customer_of(world))
    await post(world, f"/design-intakes/{brought['design_intake_id']}/check", ALL_FINE)
    opening = {"design_intake_id": brought["design_intake_id"], "name": "恒达大厦 32 楼", "files": ["plan.pdf"]}
    short = {name: text for name, text in SECTIONS.items() if name != "site"}
    assert await refused(world, "/projects", {**opening, "sections": short}) == (409, "sections_open")
    more = {**SECTIONS, "weather": "晴"}
    assert await refused(world, "/projects", {**opening, "sections": more}) == (409, "sections_unknown")
    project = await post(world, "/projects", {**opening, "sections": SECTIONS})
    assert project["sections"] == {
        "客户需求": "整层高隔断",
        "现场情况": "毛坯",
        "所需图纸": "平面、效果",
        "时间要求": "春节前",
    }
    (said,) = of(world, ProjectFileOpened)
    assert (said.project_no, said.files) == (project["project_no"], ("plan.pdf",))
    path = f"/projects/{project['project_id']}"
    added = await post(world, f"{path}/add", {"note": "补充弱电图", "files": ["power.pdf"]}, Role.ACCOUNT_MANAGER)
    assert ([entry["kind"] for entry in added["log"]], added["files"]) == (
        ["opened", "added"],
        ["plan.pdf", "power.pdf"],
    )
    assert added["first_altered"] is None


async def papers_of(world, customer):
    quote = await post(world, "/quotes", {"customer_id": customer, "kind": "counter", "lines": LINES})
    await post(world, f"/quotes/{quote['quote_id']}/accept", {"revision": 1})
    brought = await forms(world, customer)
    await post(world, f"/design-intakes/{brought['design_intake_id']}/check", ALL_FINE)
    opening = {"design_intake_id": brought["design_intake_id"], "name": "恒达大厦", "sections": SECTIONS}
    project = await post(world, "/projects", opening)
    return {
        "quote_id": quote["quote_id"],
        "design_intake_id": brought["design_intake_id"],
        "project_id": project["project_id"],
    }


@pytest.mark.requirement("R006.d", "R010.c", "R176.d", "R123.c")
async def test_a_custom_order_is_placed_from_its_enquiry_once_all_papers_are_there(world):
    taken = await enquiry(world, "order")
    customer = taken["customer"]["customer_id"]
    body = {"customer_id": customer, "kind": "custom", "lines": LINES, "enquiry_id": taken["enquiry_id"]}
    order = await post(world, "/orders", body, Role.CS_SPECIALIST)
    path = f"/orders/{order['order_id']}/verify"
    assert await refused(world, path, {}) == (409, "papers_open")
    papers = await papers_of(world, customer)
    assert await refused(world, path, papers, Role.CS_SPECIALIST) == (409, "not_authorised")
    placed = await post(world, path, papers)
    (said,) = of(world, OrderPlaced)
    assert {name: str(getattr(said, name)) for name in papers} == papers
    assert (placed["stage"], str(said.enquiry_id)) == ("placed", taken["enquiry_id"])

    await hear_all(world, OrderPlaced)

    assert [(each.outcome, each.answer) for each in of(world, EnquiryAnswered)] == [("ordered", said.order_no)]
    project = (await world.ask(Role.CS_SPECIALIST, "GET", f"/projects/{papers['project_id']}")).json()
    assert (project["stage"], project["order_no"]) == ("ordered", said.order_no)
    file = (await world.ask(Role.CS_SPECIALIST, "GET", f"/customers/{customer}")).json()
    assert file["particulars"]["special_specs"] == ["门洞加宽至 1100 mm"]
    assert len(of(world, CustomerUpdated)) == 1


async def order_by(world, papers, customer, key=None):
    """A custom order that names these papers and is verified at once."""
    body = {"customer_id": customer, "kind": "custom", "lines": LINES, **papers}
    said = {**body, "verified": {"by": "cs-01", "at": NOW.isoformat()}}
    return await world.ask(Role.CS_SUPERVISOR, "POST", "/orders", said, key=key)


async def test_from_one_quote_one_order_is_placed_and_another_one_is_told_which(world):
    customer = await customer_of(world)
    papers = await papers_of(world, customer)
    first = (await order_by(world, papers, customer)).json()["wish"]["order_no"]
    waiting = await post(world, "/orders", {"customer_id": customer, "kind": "custom", "lines": LINES})

    another = await order_by(world, papers, customer)
    unverified = await world.ask(
        Role.CS_SUPERVISOR, "POST", "/orders", {"customer_id": customer, "lines": LINES, "quote_id": papers["quote_id"]}
    )
    later = await world.ask(Role.CS_SUPERVISOR, "POST", f"/orders/{waiting['order_id']}/verify", papers)

    told = [
        (each.status_code, each.json()["code"], first in each.json()["detail"]) for each in (another, unverified, later)
    ]
    assert told == [(409, "quote_ordered", True)] * 3
    assert [each.order_no for each in of(world, OrderPlaced)] == [first]


async def test_of_two_orders_at_one_moment_one_is_placed_from_the_quote(world):
    customer = await customer_of(world)
    papers = await papers_of(world, customer)

    answers = await asyncio.gather(*(order_by(world, papers, customer) for _ in range(5)))

    (first,) = of(world, OrderPlaced)
    assert sorted(each.status_code for each in answers) == [201] + [409] * 4
    told = [each.json() for each in answers if each.status_code == 409]
    assert {(each["code"], first.order_no in each["detail"]) for each in told} == {("quote_ordered", True)}


async def test_the_same_order_sent_again_is_placed_once_and_answered_as_before(world):
    customer = await customer_of(world)
    papers = await papers_of(world, customer)
    said = {**papers, "order_no": "SO-2026-0412"}
    key = str(uuid4())

    once, again = [await order_by(world, said, customer, key=key) for _ in range(2)]

    assert (once.status_code, again.status_code, again.json()) == (201, 201, once.json())
    assert len(of(world, OrderPlaced)) == 1


async def test_three_forms_lead_to_one_project_file(world):
    customer = await customer_of(world)
    papers = await papers_of(world, customer)
    opening = {"design_intake_id": papers["design_intake_id"], "name": "恒达大厦", "sections": SECTIONS}

    again = await world.ask(Role.CS_SUPERVISOR, "POST", "/projects", opening)

    assert (again.status_code, again.json()["code"]) == (409, "already_exists")
    assert papers["project_id"] in again.json()["detail"]
    assert len(of(world, ProjectFileOpened)) == 1


def test_forms_from_which_a_file_was_opened_before_lead_to_no_other_file():
    with pytest.raises(Refused) as refused:
        open_file(PASSED, OPENED.but(id=ID), "恒达大厦", "custom", False, SECTIONS, (), RULES, cause(NOW))
    assert (refused.value.code, OPENED.project_no in str(refused.value)) == ("already_exists", True)


async def test_papers_of_another_customer_place_no_order(world):
    papers = await papers_of(world, await customer_of(world))
    body = {"customer_id": await customer_of(world, "别的公司"), "kind": "custom", "lines": LINES}
    for name, id in papers.items():
        assert await refused(world, "/orders", {**body, name: id}) == (409, "another_customers")
    assert of(world, OrderPlaced) == []
