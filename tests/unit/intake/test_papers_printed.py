"""The papers of intake as A4 pages: the record of talks, and the forms on which customers and colleagues are asked."""

import re
from datetime import timedelta

import pytest
from on_paper import BLANK, MARK, cells, lines, text

from kefu.example import example
from shared.contracts.intake import CallbackDue
from shared.contracts.orders import AcceptancePassed, ContractSigned, InstallationScheduled
from shared.contracts.roles import Role
from shared.contracts.vocabulary import CustomerSnapshot, order_id_of
from tests.unit.intake.test_showroom import AT, TALK, TOUR, complete, wish

CALLER = Role.CS_SPECIALIST
CONTACT = {"name": "王建国", "mobile": "13800138000"}


@pytest.fixture
async def customer(world):
    made = await world.ask(CALLER, "POST", "/customers", {"name": "恒达装饰", "contacts": [CONTACT]})
    return made.json()["customer_id"]


@pytest.fixture
def printed(world):
    async def printed(path, role=CALLER):
        answer = await world.ask(role, "GET", f"/ui/papers/{path}")
        assert answer.status_code == 200, answer.text
        return answer.text

    return printed


@pytest.fixture
def post(world):
    async def post(path, body, role=CALLER):
        answer = await world.ask(role, "POST", path, body)
        assert answer.is_success, answer.text
        return answer.json()

    return post


async def test_the_record_has_each_talk_as_it_reads_now_and_what_was_corrected(customer, printed, post):
    talk = await post(f"/customers/{customer}/contacts", {**TALK, "feedback": "使用良好"})
    fixed = {"field": "feedback", "after": "有新项目", "reason": "录入笔误"}
    await post(f"/customers/{customer}/contacts/{talk['contact_id']}/correct", fixed)
    html = await printed(f"contacts/{customer}")
    assert lines(html) == [
        [
            "2026-11-20",
            "13:50",
            "售前电话回访",
            "售前",
            "电话",
            "王建国",
            "了解以往隔断使用情况",
            "有新项目",
            "已完成",
            "更正（录入笔误）：原为“使用良好”",
        ]
    ]
    assert f">{MARK}</text>" in html


async def test_the_callback_form_says_what_is_known_of_the_installation_and_what_was_answered(
    world, customer, printed, post
):
    about = {"order_id": order_id_of("SO-1"), "order_no": "SO-1"}
    whose = CustomerSnapshot(customer_id=customer, name="恒达装饰", contact_name="王建国", mobile="13800138000")
    scheduled = example(InstallationScheduled).but(**about, customer=whose, crew=("installer-11", "installer-12"))
    await world.hear(example(ContractSigned).but(**about, customer=whose, contract_no="HT-1"))
    await world.hear(scheduled)
    await world.hear(example(AcceptancePassed).but(**about, customer=whose))
    (due,) = [each for each in world.announced if isinstance(each, CallbackDue) and each.kind == "post_acceptance"]
    answered = {
        "branch": "satisfied",
        "ratings": {"installer": "满意", "sales_rep": "满意", "product": "非常满意"},
        "suggestion": "希望多留一份保养说明",
    }
    await post(f"/callbacks/{due.callback_id}/complete", answered)
    await world.hear(world.announced[-2])
    found = cells(await printed(f"callbacks/{due.callback_id}"))
    assert (found["合同编号"], found["工程安装人员"]) == (["HT-1"], ["installer-11、installer-12"])
    assert (found["产品质量"], found["建议"]) == (["非常满意"], ["希望多留一份保养说明"])
    assert found["联系电话"] == ["13800138000"]
    masked = cells(await printed(f"callbacks/{due.callback_id}", Role.ACCOUNT_MANAGER))
    assert (masked["客户联系人"], masked["联系电话"]) == (["王建国"], [""])


async def test_a_survey_goes_out_with_room_for_a_pen_and_comes_back_ticked(customer, printed, post):
    survey = (await post("/surveys", {"customer_id": customer, "order_no": "SO-1"}))["survey_id"]
    before = cells(await printed(f"surveys/{survey}"))
    assert before["服务态度"] == ["☐非常满意　☐满意　☐一般　☐较差"]
    assert before["客户签字"] == ["", BLANK]
    opinion = {"attitude": "poor", "technique": "satisfied", "arrival_time": "average", "promises": "very_satisfied"}
    await post(f"/surveys/{survey}/answer", {**opinion, "suggestion": "早点来", "via": "letter"})
    html = await printed(f"surveys/{survey}")
    found = cells(html)
    assert (found["服务态度"], found["建议"]) == (["☐非常满意　☐满意　☐一般　☑较差"], ["早点来"])
    assert MARK not in html


async def test_visitors_fill_in_their_form_and_sign_it(world, customer, printed, post):
    await post(f"/customers/{customer}/contacts", TALK)
    visit = await post("/showroom-visits", wish(customer), Role.ACCOUNT_MANAGER)
    before = cells(await printed(f"showroom-visits/{visit['visit_id']}"))
    assert before["对本次接待人的评价"] == ["☐一般　☐满意　☐不满意"]
    assert before["客户签字"] == ["", BLANK]
    await world.until(AT + timedelta(hours=2))
    assert (await complete(world, visit)).is_success
    after = cells(await printed(f"showroom-visits/{visit['visit_id']}"))
    assert after["对本次接待人的评价"] == ["☐一般　☑满意　☐不满意"]
    assert [after[each] for each in ("对我司的印象", "对我司的评价", "对我司的建议")] == [
        [TOUR["impression"]],
        [TOUR["evaluation"]],
        [TOUR["suggestion"]],
    ]


async def test_the_forms_before_a_design_say_what_is_missing_and_who_looked(customer, printed, post):
    brought = {"customer_id": customer, "files": {"questionnaire": ["q.pdf"], "drawings": ["d.pdf"]}}
    id = (await post("/design-intakes", brought, Role.ACCOUNT_MANAGER))["design_intake_id"]
    findings = {"questionnaire": {"ok": True}, "drawings": {"ok": True}, "photos": {"ok": False, "remarks": "缺顶面"}}
    await post(f"/design-intakes/{id}/check", {"findings": findings})
    html = await printed(f"design-intakes/{id}", Role.DESIGN_DIRECTOR)
    assert cells(html)["尚缺"] == ["照片提供明细表"]
    assert cells(html)["客服审核"] == ["", BLANK]
    assert [(row[0], row[2], row[3]) for row in lines(html)] == [
        ("设计前调查问卷", "☑齐全　☐不全", ""),
        ("图纸提供明细表", "☑齐全　☐不全", ""),
        ("照片提供明细表", "☐齐全　☑不全", "缺顶面"),
    ]


async def test_the_customer_s_page_leads_to_the_papers_that_the_reader_may_print(world, customer, post):
    survey = (await post("/surveys", {"customer_id": customer}))["survey_id"]

    async def offered(role):
        html = (await world.ask(role, "GET", f"/ui/customers/{customer}")).text
        return re.findall(r'href="/intake/ui/papers/(.*?)"', html)

    assert await offered(CALLER) == [f"contacts/{customer}", f"surveys/{survey}"]
    assert await offered(Role.ORDER_SPECIALIST) == [f"contacts/{customer}"]


async def test_papers_are_printed_by_those_who_may_read_what_is_on_them(world, customer, printed):
    assert text(await printed(f"contacts/{customer}")).startswith("客户服务记录")
    assert (await world.ask(Role.WAREHOUSE, "GET", f"/ui/papers/contacts/{customer}")).status_code == 403
    assert (await world.ask(Role.ORDER_SPECIALIST, "GET", f"/ui/papers/surveys/{customer}")).status_code == 403
