"""What a colleague says on a callback: by kind and stage, with the names filled in, and a closing for each answer."""

from datetime import UTC, datetime, timedelta
from importlib.resources import files
from typing import get_args
from uuid import uuid4

import pytest
from pydantic import ValidationError

from intake.domain.figures.reached_stage import ReachedStage, reached_stage
from intake.domain.moment import Moment
from intake.domain.parts.calling import STAGES
from intake.settings import Settings
from shared.calendar import CHINA
from shared.contracts.aftersales import ServiceOrderClosed
from shared.contracts.event import Actor
from shared.contracts.intake import (
    CustomerAssigned,
    QuoteAccepted,
    QuoteDeclined,
    QuoteIssued,
    QuoteLapsed,
    VisitReported,
)
from shared.contracts.orders import AcceptancePassed, OrderCancelled, OrderClosed, OrderStageChanged, StageGroup
from shared.contracts.roles import Role
from shared.contracts.vocabulary import CustomerSnapshot
from shared.testing import SEAL_KEYS

NOW = datetime(2026, 11, 20, 6, 0, tzinfo=UTC)
SHIPPED = files("intake.domain").joinpath("policy", "intake_v1.toml").read_text(encoding="utf-8")
HENGDA = {
    "name": "恒达装饰",
    "source": "cs",
    "contacts": [{"name": "王建国", "title": "王总", "mobile": "13800138000"}],
}


@pytest.fixture
async def customer(world):
    made = await world.ask(Role.CS_SPECIALIST, "POST", "/customers", HENGDA)
    colleague = {"staff": "cs-07", "name": "李敏", "role": "cs_specialist", "since": "2020-01-01"}
    await world.ask(Role.CS_SUPERVISOR, "POST", "/colleagues", colleague)
    return CustomerSnapshot(
        customer_id=made.json()["customer_id"], name="恒达装饰", contact_name="王建国", title="王总"
    )


async def script(world, event, by="cs-07"):
    """The words of the one call that the fact obliges us to."""
    await world.hear(event)
    (call,) = (await world.ask(Role.CS_SPECIALIST, "GET", "/callbacks")).json()["items"]
    answer = await world.ask(Role.CS_SPECIALIST, "GET", f"/callbacks/{call['callback_id']}/script", by=by)
    assert answer.status_code == 200, answer.text
    return answer.json()


def visit(customer):
    return VisitReported(
        visit_id=uuid4(),
        staff="am-03",
        shop_name="恒达装饰",
        customer_id=customer.customer_id,
        customer_name="王建国",
        mobile="13800138000",
        left_at=NOW - timedelta(minutes=5),
        reported_at=NOW,
    )


def stage(customer, order_no, group):
    return OrderStageChanged(
        order_id=uuid4(), order_no=order_no, before="a", after="b", stage_group=group, at=NOW, customer=customer
    )


def cancelled(customer, order_no):
    return OrderCancelled(
        order_id=uuid4(), order_no=order_no, customer=customer, reason="客户取消", stage="plan", by="cs-07"
    )


def closed(customer):
    return ServiceOrderClosed(
        service_order_id=uuid4(),
        voucher_no="FW-1",
        type="A",
        closed_at=NOW,
        serviced_at=datetime(2026, 11, 18, 17, tzinfo=UTC),
        result="已更换铰链",
        item="隔断门铰链",
        closed_by="cs-07",
        customer=customer,
    )


@pytest.mark.requirement("R028.a", "R028.b", "R028.c")
async def test_after_a_visit_the_customer_is_greeted_by_title_and_asked_about_the_visitor_and_for_help(world, customer):
    said = await script(world, visit(customer))
    assert said["opening"].startswith("您好，请问是王总吗？我是客服示范公司客服部的李敏。")
    assert said["asks"] == {
        "ability": "您觉得来访人员的业务能力怎么样？",
        "professionalism": "您觉得来访人员的专业水平怎么样？",
        "etiquette": "您觉得来访人员的礼仪怎么样？",
        "help": "请问还有什么需要我们协助的？",
    }
    assert said["must_be_answered"] == ["ability", "etiquette", "professionalism"]


@pytest.mark.requirement("R029.d")
async def test_after_a_visit_to_a_customer_whose_order_is_at_a_stage_the_call_asks_about_that_stage(world, customer):
    for hours, group in enumerate(("contract", "plan"), start=1):
        await world.until(NOW + timedelta(hours=hours))
        await world.hear(stage(customer, "SO-1", group))
    await world.hear(cancelled(customer, "SO-2"))
    before = (await world.ask(Role.CS_SPECIALIST, "GET", "/callbacks")).json()["items"]
    await world.hear(visit(customer))
    calls = (await world.ask(Role.CS_SPECIALIST, "GET", "/callbacks")).json()["items"]
    (call,) = [each for each in calls if each not in before]
    assert (call["reason"]["kind"], call["reason"]["stage"], call["reason"]["order_no"]) == (
        "visit_30min",
        "平面",
        "SO-1",
    )
    said = await world.ask(Role.CS_SPECIALIST, "GET", f"/callbacks/{call['callback_id']}/script", by="cs-07")
    assert said.json()["stages"] == {"plan": "不知您和他沟通的平面布局情况如何？"}


async def test_after_a_visit_to_a_customer_whose_orders_are_over_no_stage_is_asked_about(world, customer):
    await world.hear(stage(customer, "SO-1", "payment"))
    await world.hear(cancelled(customer, "SO-1"))
    await world.hear(visit(customer))
    calls = (await world.ask(Role.CS_SPECIALIST, "GET", "/callbacks")).json()["items"]
    assert [each["reason"]["stage"] for each in calls if each["reason"]["kind"] == "visit_30min"] == [None]


QUOTE = uuid4()


def told(event, customer, **said):
    """The fact as the customer's timeline keeps it."""
    return Moment(
        id=uuid4(),
        customer_id=customer.customer_id,
        at=NOW,
        key=event.key,
        subject=uuid4(),
        sequence=1,
        actor=Actor(kind="staff", id="cs-07", role="cs_specialist"),
        said={name: str(value) for name, value in said.items()},
    )


@pytest.mark.parametrize(
    ("facts", "reached"),
    [
        ([(QuoteIssued, {"quote_id": QUOTE})], "quote"),
        ([(QuoteIssued, {"quote_id": QUOTE}), (QuoteAccepted, {"quote_id": QUOTE})], None),
        ([(QuoteIssued, {"quote_id": QUOTE}), (QuoteDeclined, {"quote_id": QUOTE})], None),
        ([(QuoteIssued, {"quote_id": QUOTE}), (QuoteLapsed, {"quote_id": QUOTE})], None),
        (
            [
                (QuoteIssued, {"quote_id": QUOTE}),
                (QuoteDeclined, {"quote_id": QUOTE}),
                (QuoteIssued, {"quote_id": QUOTE}),
            ],
            "quote",
        ),
        (
            [
                (QuoteIssued, {"quote_id": QUOTE}),
                (OrderStageChanged, {"order_no": "SO-1", "stage_group": "plan"}),
                (OrderClosed, {"order_no": "SO-1"}),
            ],
            None,
        ),
        (
            [
                (OrderStageChanged, {"order_no": "SO-1", "stage_group": "plan"}),
                (QuoteIssued, {"quote_id": QUOTE}),
                (OrderClosed, {"order_no": "SO-1"}),
            ],
            "quote",
        ),
    ],
)
def test_a_quote_is_a_stage_until_it_is_answered_or_an_order_that_came_after_it_is_over(facts, reached):
    customer = CustomerSnapshot(customer_id=uuid4(), name="恒达装饰")
    latest_first = [told(event, customer, **said) for event, said in reversed(facts)]

    assert reached_stage(latest_first) == (ReachedStage(group=reached) if reached else None)


@pytest.mark.requirement("R104.a", "R104.b")
async def test_after_a_service_the_opening_names_the_company_the_person_the_day_and_the_item(world, customer):
    said = await script(world, closed(customer))
    assert said["opening"] == (
        "您好，请问是王总吗？我是客服示范公司客服部的李敏。11月19日我司为您做了隔断门铰链服务，想做个回访。"
    )


@pytest.mark.requirement("R104.c", "R104.e")
async def test_every_customer_is_asked_for_advice_and_the_closing_follows_the_answer(world, customer):
    said = await script(world, closed(customer))
    assert (said["advice"], said["improve"]) == (
        "您对我们的产品和服务还有什么建议？",
        "请问您对哪方面不太满意？您希望我们怎样改进？",
    )
    assert said["closings"] == {
        "satisfied": "感谢您的认可与支持，有事请随时拨打020-88886666，祝您工作顺利，再见！",
        "average": "感谢您的意见，我们会认真改进，让您更满意。有事请随时拨打020-88886666，再见！",
        "dissatisfied": "给您带来不便，非常抱歉。您反映的问题我已详细记录，会尽快交相关部门处理并给您答复，"
        "今后一定改进。服务热线020-88886666，再见！",
    }


@pytest.mark.requirement("R029.c")
async def test_each_of_the_seven_stages_has_words_of_its_own(world, customer):
    heard = {}
    for group in get_args(StageGroup):
        world.forget()
        event = OrderStageChanged(
            order_id=uuid4(), order_no="SO-1", before="a", after="b", stage_group=group, at=NOW, customer=customer
        )
        heard[group] = (await script(world, event))["stages"]
    assert [list(words) for words in heard.values()] == [[group] for group in STAGES]
    assert len({words[group] for group, words in heard.items()}) == 7


@pytest.mark.requirement("R070.c", "R070.d")
async def test_after_acceptance_suggestions_are_asked_for_and_the_call_ends_with_the_hotline(world, customer):
    event = AcceptancePassed(
        order_id=uuid4(),
        order_no="SO-1",
        accepted_at=NOW,
        signatory="王建国",
        customer_kind="end",
        customer=customer,
    )
    said = await script(world, event)
    assert "您的订单SO-1已验收" in said["opening"]
    assert said["advice"] == "您对我们的产品和服务还有什么建议？"
    assert all("020-88886666" in closing for closing in said["closings"].values())
    assert said["closings"]["satisfied"].startswith("感谢")


async def test_a_colleague_whom_the_list_does_not_have_is_called_by_the_department(world, customer):
    event = CustomerAssigned(
        customer_id=customer.customer_id,
        customer_name="恒达装饰",
        owner="am-03",
        rule="manual",
        first_contact_due=NOW + timedelta(days=7),
    )
    said = await script(world, event, by="cs-99")
    assert "我是客服示范公司客服部的客服人员。" in said["opening"]


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("${on}我司", "${day}我司", "a script has no day"),
        ("${on}我司", "${on我司", "a place is written"),
        ('dissatisfied = "给您', 'average2 = "给您', "Input should be"),
        ('etiquette = "您觉得来访人员的礼仪怎么样？"\n', "", "missing: etiquette"),
        ('plan = "平面', 'rendering2 = "平面', "Input should be"),
    ],
)
def test_a_script_that_leaves_something_out_is_refused_at_the_start(tmp_path, before, after, told):
    (tmp_path / "own.toml").write_text(SHIPPED.replace(before, after, 1))
    where = {"mongo_url": "mongodb://127.0.0.1", "rabbit_url": "amqp://127.0.0.1", "seal_keys": SEAL_KEYS}
    with pytest.raises(ValidationError, match=told):
        Settings.model_validate({**where, "intake_policy": tmp_path / "own.toml"}).rules(CHINA)
