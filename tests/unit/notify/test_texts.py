"""What the messages say: the elements that the documents ask for, and nothing that must not get out."""

import re
from datetime import datetime, timedelta
from typing import Any, get_args
from uuid import uuid4

import pytest
from customers import CUSTOMER, customer
from facts import (
    MORNING,
    accepted,
    complained,
    delayed,
    dispatched,
    invited,
    judged,
    of_order,
    offered,
    ready,
    released,
    reviewed,
)
from notify_in_memory import RULES, SETTINGS, InMemoryNotify

from kefu.example import example
from notify.app import catalogue
from notify.domain.messages.template import Layout, Template, sms_parts
from notify.domain.messages.variable import Unfit, Variable
from shared.aggregate import Refused
from shared.contracts.aftersales import (
    CustomerOverpaymentRefunded,
    ServiceAppointmentAgreed,
    ServiceDispatched,
    ServiceOrderCalledOff,
)
from shared.contracts.complaints import ComplaintClosed
from shared.contracts.departments import DelayReason
from shared.contracts.event import Money
from shared.contracts.intake import NotificationRequested
from shared.contracts.orders import DeliveryDatePromised, ProductionScheduled, StatementIssued, StatementLine


@pytest.fixture
def notify(built: InMemoryNotify) -> InMemoryNotify:
    """As at the beginning, and built once for all tests here."""
    built.forget()
    return built


async def sms_of(notify: InMemoryNotify, *events) -> list[str]:
    for event in events:
        await notify.tell(event)
    return [words.text for words in notify.sms.words]


@pytest.mark.requirement("R055.b")
async def test_the_order_placed_sms_has_every_element(notify: InMemoryNotify) -> None:
    (text,) = await sms_of(notify, released())

    for element in (
        "尊敬的客户",
        "客服示范公司客服部",
        "按照与您签订的合同时间",
        "正在为您下单",
        "耐心等候",
        "020-88886666",
        "感谢",
    ):
        assert element in text


@pytest.mark.requirement("R057.b", "R057.d")
async def test_the_ready_sms_says_that_all_is_prepared_and_when_it_leaves(notify: InMemoryNotify) -> None:
    (text,) = await sms_of(notify, ready())

    assert "已全部备齐" in text
    assert "将于明天（11月24日）09:00从我司发出" in text


async def test_what_waits_over_night_speaks_of_today_and_tomorrow_as_on_the_day_on_which_it_goes_out() -> None:
    notify = InMemoryNotify(at=MORNING + timedelta(hours=12))
    await notify.tell(ready())
    await notify.tell(dispatched(eta=MORNING + timedelta(days=3)))
    await notify.tell(dispatched(eta=MORNING + timedelta(days=1, hours=4), partial=True))
    await notify.later(hours=11)

    said = [words.text for words in notify.sms.words]
    assert ["今天（11月24日）14:00" in text for text in said if "部分货物" in text] == [True]
    assert ["预计11月26日10:00到达" in text for text in said if "部分货物" not in text] == [True]


@pytest.mark.requirement("R058.a", "R058.b", "R058.c", "R058.d", "R059.a", "R059.b")
@pytest.mark.parametrize("reason", get_args(DelayReason))
async def test_every_delay_reason_has_words_of_its_own_with_date_days_reason_and_apology(
    notify: InMemoryNotify, reason: str
) -> None:
    (text,) = await sms_of(notify, delayed(days=4, reason=reason, said="拆单未完成"))

    for element in ("合同约定11月26日发货", "推迟4天至11月30日"):
        assert element in text
    said = {
        "goods_incomplete": "因部分货物尚未备齐",
        "installers_unavailable": "因安装人员暂未到位",
        "design_change": "因设计变更",
        "customer_request": "现应您的要求",
        "supply": "因个别物料供应延误",
        "transport": "因运输安排变动",
        "quality": "返工以确保质量",
        "other": "因生产安排调整",
    }
    assert said[reason] in text
    assert "拆单" not in text
    assert ("非常抱歉，我们会尽快安排" in text) == (reason != "customer_request")


@pytest.mark.requirement("R058.b", "R058.d")
async def test_a_delay_is_told_with_the_reason_in_the_words_that_were_given_and_an_apology(
    notify: InMemoryNotify,
) -> None:
    (text,) = await sms_of(notify, delayed(days=4, said="钢化玻璃补片尚未到厂。"))

    assert "因钢化玻璃补片尚未到厂，货物将推迟4天至11月30日发出。非常抱歉，我们会尽快安排" in text
    assert "大部分材料已备好" not in text


@pytest.mark.requirement("R058.e")
async def test_most_material_is_said_to_be_ready_when_production_has_said_so(notify: InMemoryNotify) -> None:
    most, half = await sms_of(notify, delayed("SO-1", ready_percent=90), delayed("SO-2", ready_percent=50))

    assert "大部分材料已备好" in most
    assert "大部分材料已备好" not in half


@pytest.mark.requirement("R058.b", "R058.c")
@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "其余货物将推迟4天至11月30日发出"),
        ({"ready_percent": 90}, "其余货物将推迟4天至11月30日发出"),
        ({"estimated": True}, "其余货物无法按期发出"),
        ({"reason_code": "customer_request"}, "其余货物推迟4天至11月30日发出"),
    ],
)
async def test_of_an_order_of_which_a_part_has_left_the_rest_is_said_to_be_late(
    notify: InMemoryNotify, changes: dict[str, Any], said: str
) -> None:
    (text,) = await sms_of(notify, delayed(days=4).but(goods="rest", **changes))

    (mail,) = notify.email.words
    assert said in text
    assert "其余货物" in mail.text


async def test_a_delay_that_was_announced_before_the_part_that_is_late_was_told_reads_as_one_of_all_goods(
    notify: InMemoryNotify,
) -> None:
    event = delayed(days=4)
    body = {name: value for name, value in event.model_dump(mode="json").items() if name != "goods"}
    (text,) = await sms_of(notify, type(event).model_validate(body))
    assert "，货物将推迟4天至11月30日发出" in text


@pytest.mark.requirement("R058.f")
async def test_a_day_that_no_department_has_named_is_not_told_but_that_it_is_being_looked_into(
    notify: InMemoryNotify,
) -> None:
    (text,) = await sms_of(notify, delayed(days=4, said="钢化玻璃补片尚未到厂。", ready_percent=90).but(estimated=True))

    (mail,) = notify.email.words
    assert "无法按期发出，新的发货日期我们正在核实，确定后即通知您。非常抱歉" in text
    assert not any(day in words for day in ("4天", "11月30日") for words in (text, mail.text, mail.html))
    assert mail.subject == "订单SO-2026-0412发货延期，日期核实中"


async def test_for_the_customers_own_wish_there_is_no_apology(notify: InMemoryNotify) -> None:
    (text,) = await sms_of(notify, delayed(reason="customer_request", ready_percent=90))

    assert "现应您的要求，货物推迟4天至11月30日发出，届时我们会按时为您安排" in text
    assert "抱歉" not in text


@pytest.mark.requirement("R058.b", "R058.c")
async def test_a_late_arrival_from_stock_is_told_as_an_arrival(notify: InMemoryNotify) -> None:
    await notify.tell(delayed(days=3, reason="transport", kind="arrive", said="拆单未完成"))

    (sms,), (mail,) = notify.sms.words, notify.email.words
    assert "约定11月26日送达，因运输安排变动无法按时送达，预计推迟3天至11月29日送达。非常抱歉" in sms.text
    assert mail.subject == "订单SO-2026-0412送达延期3天"
    assert not any("发货" in text or "材料已备好" in text for text in (sms.text, mail.text, mail.html))


async def test_a_late_arrival_of_which_no_one_knows_the_day_is_told_without_one(notify: InMemoryNotify) -> None:
    await notify.tell(delayed(days=3, reason="transport", kind="arrive").but(estimated=True))

    (sms,), (mail,) = notify.sms.words, notify.email.words
    assert "无法按时送达，新的送达日期我们正在核实，确定后即通知您。非常抱歉" in sms.text
    assert mail.subject == "订单SO-2026-0412送达延期，日期核实中"
    assert not any(day in text for day in ("3天", "11月29日") for text in (sms.text, mail.text, mail.html))


@pytest.mark.requirement("R060.a")
async def test_dispatch_tells_when_the_goods_arrive_if_the_carrier_says_so(notify: InMemoryNotify) -> None:
    with_eta, without = await sms_of(
        notify,
        dispatched("SO-1", eta=datetime.fromisoformat("2026-11-25T14:00+08:00")),
        dispatched("SO-2"),
    )

    assert "预计11月25日14:00到达安装现场" in with_eta
    assert "的货物已出发，请保持电话畅通并安排接收" in without
    assert not any("部分货物" in text for text in (with_eta, without))


async def test_a_part_of_the_goods_is_told_as_a_part_and_what_follows(notify: InMemoryNotify) -> None:
    texts = await sms_of(
        notify,
        dispatched("SO-1", eta=datetime.fromisoformat("2026-11-25T14:00+08:00"), partial=True),
        dispatched("SO-2", partial=True),
    )

    for text in texts:
        assert "的部分货物已出发" in text
        assert "其余货物发出时会另行通知您" in text


@pytest.mark.requirement("R062.a", "R062.c")
async def test_the_customer_is_invited_to_accept_from_an_hour_until_another(notify: InMemoryNotify) -> None:
    period, hour = await sms_of(notify, invited(), invited().but(invited_until=None))

    assert "即将完成，预计明天（11月24日）16:00完工，诚邀您于明天（11月24日）17:00至19:00到现场验收。" in period
    assert "诚邀您于明天（11月24日）17:00到现场验收。" in hour


@pytest.mark.requirement("R063.a", "R063.b")
async def test_an_intermediary_is_thanked_and_hoped_to_come_again(notify: InMemoryNotify) -> None:
    (closing,) = await sms_of(notify, accepted(customer(kind="intermediary")))

    assert "已安装完毕，经您验收无其他问题。感谢您的支持，期待与贵司再次合作，祝贵司蒸蒸日上" in closing
    assert "邀请朋友" not in closing


@pytest.mark.requirement("R064.b", "R064.c", "R064.d", "R064.e", "R066.a", "R064.a")
async def test_an_end_customer_may_bring_friends_and_gets_the_aftersales_contact(notify: InMemoryNotify) -> None:
    (closing,) = await sms_of(notify, accepted(customer(kind="end")))

    assert "感谢您" in closing
    assert "欢迎您邀请朋友参观，期待再次合作，祝您事业蒸蒸日上" in closing
    assert "售后联系人：李师傅 020-88886666，服务热线020-88886666" in closing


@pytest.mark.requirement("R179.a", "R179.b", "R179.c")
@pytest.mark.parametrize(
    ("outcome", "said"), [("approved", "已评审通过"), ("amend", "协商调整"), ("terminate", "商议其他方案")]
)
async def test_the_result_of_the_review_is_replied(notify: InMemoryNotify, outcome: str, said: str) -> None:
    (text,) = await sms_of(notify, reviewed(outcome))

    assert said in text


@pytest.mark.parametrize(
    ("outcome", "said"),
    [
        ("approved", "的变更已评审通过，我们将按变更后的约定执行"),
        ("amend", "商定之前仍按原合同执行"),
        ("terminate", "暂无法按变更后的条件履行"),
    ],
)
async def test_the_review_of_a_change_of_a_signed_contract_promises_no_signature(
    notify: InMemoryNotify, outcome: str, said: str
) -> None:
    (text,) = await sms_of(notify, reviewed(outcome, amends=True))

    assert (said in text, "签约" in text) == (True, False)


@pytest.mark.requirement("R182.a")
async def test_plans_and_changed_dates_are_told(notify: InMemoryNotify) -> None:
    plan = of_order(
        ProductionScheduled, begin=MORNING.date(), finish=MORNING.date(), delivery_on=MORNING.date().replace(day=26)
    )
    promise = of_order(
        DeliveryDatePromised,
        kind="install",
        promised_for=MORNING.date().replace(day=28),
        revision=2,
        basis="reschedule",
        promised_by="cs-07",
    )

    planned, promised = await sms_of(notify, plan, promise)

    assert "订单SO-2026-0412已安排生产，计划交货日期为11月26日" in planned
    assert "安装日期调整为11月28日" in promised


@pytest.mark.requirement("R200.d")
async def test_that_parts_are_set_aside_is_told_with_the_plan(notify: InMemoryNotify) -> None:
    day = MORNING.date().replace(day=26)
    plan = of_order(ProductionScheduled, begin=MORNING.date(), finish=day, delivery_on=day, allocated=True)

    (text,) = await sms_of(notify, plan)

    assert "订单SO-2026-0412已安排生产，所需的现货和外购部件也已安排配货，计划交货日期为11月26日" in text


async def test_a_plan_that_is_behind_the_contract_is_told_by_the_delay_alone(notify: InMemoryNotify) -> None:
    day = MORNING.date().replace(day=30)
    plan = of_order(ProductionScheduled, begin=MORNING.date(), finish=day, delivery_on=day, late=True)

    (text,) = await sms_of(notify, plan, delayed(days=4))

    assert "货物将推迟4天至11月30日发出" in text


@pytest.mark.requirement("R200.c")
async def test_a_day_that_was_agreed_is_confirmed_and_a_later_agreement_takes_its_place(notify: InMemoryNotify) -> None:
    def agreed(day: int, kind: str, revision: int) -> DeliveryDatePromised:
        return of_order(
            DeliveryDatePromised,
            kind=kind,
            promised_for=MORNING.date().replace(day=day),
            revision=revision,
            basis="plan",
            promised_by="cs-07",
            agreed=True,
        )

    texts = await sms_of(notify, agreed(26, "arrive", 1), agreed(27, "arrive", 2), agreed(28, "install", 1))

    days = ("到货日期为11月26日", "到货日期为11月27日", "安装日期为11月28日")
    assert [day in text for day, text in zip(days, texts, strict=True)] == [True, True, True]
    assert all("按与您的约定，订单SO-2026-0412的" in text for text in texts)


@pytest.mark.requirement("R111.a", "R112.b", "R112.c", "R118.a", "R158.c")
async def test_a_complaint_is_answered_tactfully_or_with_a_plea_for_time(notify: InMemoryNotify) -> None:
    dated = judged(upheld=True).but(answer_by=datetime.fromisoformat("2026-11-28T18:00:00+08:00"))
    declined, upheld, until = await sms_of(notify, judged(upheld=False), judged(upheld=True), dated)

    assert (
        "已认真核实，暂未认定为产品或服务的质量问题。如您希望了解详细情况或有不同意见，请致电020-88886666" in declined
    )
    assert "经核实已予确认，正由相关部门查明原因。恳请您给我们一些时间，查明后我们会与您联系" in upheld
    assert "恳请您给我们一些时间，我们会在11月28日18:00前将处理结果告知您。" in until
    for text in (declined, upheld, until):
        assert notify.composer.catalogue.forbidden(text) is None


@pytest.mark.requirement("R158.b")
async def test_nothing_of_the_internal_form_reaches_the_customer(notify: InMemoryNotify) -> None:
    internal = complained().model_copy(update={"content": "内部备注：包装组张三责任", "demand": "赔偿三万"})

    await notify.tell(internal)
    await notify.tell(judged(upheld=False, grounds="内部结论：张三责任，扣罚500元"))

    told = [words.text + words.html for words in notify.sms.words + notify.email.words]
    assert not any("张三" in text or "三万" in text or "500" in text for text in told)
    told_to_customers = [each for each in await notify.all() if each.audience == "customer"]
    assert {name for each in told_to_customers for name in each.pieces[0].values} == {
        "company",
        "hotline",
        "name",
        "complaint_no",
    }


@pytest.mark.requirement("R054.a")
@pytest.mark.parametrize(
    ("kind", "params", "channel", "said"),
    [
        ("care_new_products", {"product": "80款双玻隔断"}, "email", "80款双玻隔断"),
        ("care_new_cases", {"topic": "天河写字楼"}, "email", "天河写字楼"),
        ("care_greeting", {"festival": "中秋"}, "sms", "值此中秋之际"),
        ("care_recommendation", {"product": "80款双玻隔断"}, "sms", "新品80款双玻隔断"),
    ],
)
async def test_care_has_types_and_each_type_has_its_channel(
    notify: InMemoryNotify, kind: str, params: dict[str, str], channel: str, said: str
) -> None:
    await notify.tell(NotificationRequested(request_id=uuid4(), customer=CUSTOMER, template=kind, params=params))

    sent = {"sms": notify.sms.words, "email": notify.email.words}
    assert {on: len(words) for on, words in sent.items()} == {"sms": 0, "email": 0} | {channel: 1}
    assert said in sent[channel][0].text


async def test_a_request_may_name_its_channels_and_its_end(notify: InMemoryNotify) -> None:
    end = notify.time.now() + timedelta(hours=3)
    wish = {"festival": "中秋"}
    by_mail = NotificationRequested(
        request_id=uuid4(), customer=CUSTOMER, template="care_greeting", params=wish, channels=("email",)
    )
    until = by_mail.model_copy(update={"channels": ("sms",), "expires_at": end})

    await notify.tell(by_mail)
    await notify.tell(until)

    impossible, possible = await notify.all()
    assert (impossible.stage, notify.email.sent) == ("failed", [])
    assert (possible.stage, possible.expires_at) == ("accepted", end)


async def test_a_request_for_a_message_that_nobody_wrote_is_refused_with_the_reason(notify: InMemoryNotify) -> None:
    unknown = NotificationRequested(request_id=uuid4(), customer=CUSTOMER, template="care_karaoke")

    with pytest.raises(Refused, match="no line of the table knows the template 'care_karaoke'"):
        await notify.hear(unknown)


@pytest.mark.requirement("R142.a", "R191.a")
async def test_the_result_of_a_closed_complaint_is_told(notify: InMemoryNotify) -> None:
    closed = example(ComplaintClosed).but(
        complaint_no="2026-11-0007", outcome="resolved", result="三樘玻璃已免费更换", customer=CUSTOMER
    )

    (text,) = await sms_of(notify, closed)

    assert "您反映的问题（编号2026-11-0007）已办结：三樘玻璃已免费更换。" in text


@pytest.mark.requirement("R158.c", "R116.c")
async def test_the_decision_on_a_complaint_is_told_as_it_was_approved(notify: InMemoryNotify) -> None:
    one = offered().but(customer_may_choose=False)

    (text,) = await sms_of(notify, one)

    assert "（编号2026-11-0007），客服示范公司的处理方案是：免费更换三樘玻璃。" in text


@pytest.mark.requirement("R118.a", "R170.a")
def test_no_text_says_what_nobody_may_say(notify: InMemoryNotify) -> None:
    catalogue = notify.composer.catalogue
    texts = [each.subject + each.text for each in catalogue.templates.values() if each.channel != "chat"]

    assert [text for text in texts if catalogue.forbidden(text)] == []
    assert all(map(catalogue.forbidden, ("不行", "不知道", "不可以")))


@pytest.mark.requirement("R170.a")
async def test_what_a_colleague_wrote_is_not_passed_on_when_it_is_rude(notify: InMemoryNotify) -> None:
    mail = NotificationRequested(
        request_id=uuid4(), customer=CUSTOMER, template="care_new_cases", params={"topic": "这个我不知道"}
    )
    (lost,) = await notify.tell(mail)

    assert (lost.stage, "不知道" in str(lost.reason)) == ("failed", True)


@pytest.mark.parametrize(
    ("balance", "said"),
    [
        ("7000.00", "您的应付余额为¥7,000.00，请您核对"),
        ("0.00", "您的应付余额为¥0.00，请您核对"),
        ("-500.00", "您在我司的账面余额为-¥500.00（负数为您的预付或多付款项），请您核对"),
    ],
)
async def test_a_statement_says_whose_the_balance_is(notify: InMemoryNotify, balance: str, said: str) -> None:
    await notify.tell(stated(balance))

    (mail,) = notify.email.words
    assert f"截至2026年10月末，{said}" in mail.text
    assert "本月末没有未结清的订单。" in mail.text


@pytest.mark.requirement("R201.c")
async def test_a_statement_has_a_line_for_each_order_by_which_the_customer_can_check_it(notify: InMemoryNotify) -> None:
    await notify.tell(stated("7500.00", ("SO-1", "10000.00", "3000.00"), ("SO-2", "500.00", "0.00")))
    await notify.tell(stated("-200.00", ("SO-3", "0.00", "200.00")))

    owing, owed = notify.email.words
    rows = (
        "订单SO-1：应付¥10,000.00，已付¥3,000.00，未付¥7,000.00。",
        "订单SO-2：应付¥500.00，已付¥0.00，未付¥500.00。",
    )
    assert "各订单款项如下：\n\n" + "\n".join(rows) in owing.text
    assert all(row in owing.html for row in rows)
    assert "订单SO-3：应付¥0.00，已付¥200.00，未付-¥200.00。" in owed.text


async def test_of_a_long_statement_whole_lines_are_told_and_the_others_counted(notify: InMemoryNotify) -> None:
    await notify.tell(stated("90000.00", *((f"SO-{n}", "300.00", "0.00") for n in range(300))))

    (mail,) = notify.email.words
    told = mail.text.count("未付¥300.00。")
    assert 50 < told < 300
    assert f"另有{300 - told}个订单，明细可向客服索取。" in mail.text


def stated(balance: str, *lines: tuple[str, str, str]) -> StatementIssued:
    """The statement of October with a line for each order: its number, what it costs, what is paid."""
    orders = tuple(
        StatementLine(order_no=no, billed=Money(amount=costs), paid=Money(amount=paid)) for no, costs, paid in lines
    )
    owed = Money(amount=balance)
    return StatementIssued(statement_id=uuid4(), month="2026-10", balance=owed, lines=orders, customer=CUSTOMER)


def test_an_item_and_its_place_belong_together() -> None:
    without_place = Template(key="x", channel="chat", text="您好", item="${stage}")
    without_item = Template(key="x", channel="chat", text="您好${items}")
    whole = Template(key="x", channel="sms", text="${order_no}已进入${items}", item="${stage}", between="、")

    assert [len(each.faults()) for each in (without_place, without_item, whole)] == [1, 1, 0]
    words = whole.fill({"order_no": "SO-1", "stage": "打样"}, "客服", also=[{"order_no": "SO-1", "stage": "生产"}])
    assert (words.text, words.values) == (
        "【客服】SO-1已进入打样、生产",
        (("order_no", "SO-1"), ("items", "打样、生产")),
    )
    with pytest.raises(Unfit, match="stage missing"):
        whole.fill({"order_no": "SO-1", "stage": "打样"}, "客服", also=[{"order_no": "SO-1"}])


@pytest.mark.parametrize(("length", "parts"), [(1, 1), (70, 1), (71, 2), (134, 2), (135, 3)])
def test_sms_parts_are_counted_by_the_70_67_rule(length: int, parts: int) -> None:
    assert sms_parts("字" * length) == parts


@pytest.mark.parametrize(
    ("value", "read"),
    [
        ("看 https://kefu.example", "看 https kefu example"),
        ("【假冒】", "〔假冒〕"),
        ("两\n行", "两 行"),
        ("www.kefu.example", "www kefu example"),
        ("t.cn/Ab12领奖", "t cn Ab12领奖"),
        ("t。cn/x", "t cn x"),
        ("已改期。OK", "已改期。OK"),
        ("ｔ．ｃｎ/Ab12", "t cn Ab12"),
        ("t.\u200bcn/x", "t cn x"),
        ("HTTP://10.0.0.1/a", "HTTP 10 0 0 1 a"),
        ("weixin://pay", "weixin pay"),
        ("恒达.中国", "恒达 中国"),
        ("SO\x01\x02", "SO"),
        ("SO-\u202e1390", "SO-1390"),
        ("12.5mm 3.5×2.7 v1.2", "12.5mm 3.5×2.7 v1.2"),
        ("SO-2026-0412", "SO-2026-0412"),
        ("面积12m²", "面积12m2"),
    ],
    ids=ascii,
)
def test_what_carriers_and_phones_must_not_see_in_a_value_never_reaches_an_sms(value: str, read: str) -> None:
    template = Template(key="x", channel="sms", text="您好${text}。")

    assert template.fill({"text": value}, "客服").text == f"【客服】您好{read}。"


def test_an_sms_that_would_be_too_long_has_its_longest_values_cut_where_it_is_seen() -> None:
    template = Template(key="x", channel="sms", text="您好${name}，${text}。")

    words = template.fill({"name": "王总", "text": "长" * 600}, "客服")

    assert (len(words.text), "王总" in words.text, "…" in words.text) == (500, True, True)


@pytest.mark.parametrize("number", ["SO-" + "7" * 61, "0f6f2f34-93a6-5e57-8a3c-4b0a4b1f5d20", "SO/1·2（甲）"])
async def test_an_order_number_that_was_accepted_anywhere_reaches_the_customer(number: str) -> None:
    notify = InMemoryNotify()

    for fact in (delayed(number, reason="supply"), released(number)):
        await notify.tell(fact)

    assert {each.stage for each in await notify.all(audience="customer")} == {"accepted"}
    last = re.findall(r"\w", number)[-1]
    assert all(last in words.text for words in notify.sms.words)


def test_an_amount_is_written_without_an_exponent(notify: InMemoryNotify) -> None:
    zone = notify.composer._zone
    money = Variable(kind="money", longest=16, sample="1.00")

    assert money.write("amount", {"currency": "CNY", "amount": "1.2E+3"}, zone) == "¥1,200.00"
    assert (
        money.write("amount", {"currency": "USD", "amount": "99999999999999.99"}, zone) == "USD 99,999,999,999,999.99"
    )


def test_a_value_is_escaped_in_html_and_cannot_become_a_placeholder() -> None:
    template = Template(key="x", channel="email", subject="${name}", text="您好${name}")
    layout = Layout(paragraph="<p>${line}</p>", frame="<body>${body}</body>")

    words = template.fill({"name": "<b>${hotline}</b>\r\nBcc: x"}, "客服", layout)

    assert words.html == "<body><p>您好&lt;b&gt;${hotline}&lt;/b&gt;</p>\n<p>Bcc: x</p></body>"
    assert "\n" not in words.subject


def test_a_text_can_neither_loop_nor_compute() -> None:
    template = Template(key="x", channel="email", text="{{ 7*7 }} {% for a in b %} ${name}")

    assert template.fill({"name": "王总"}, "客服").text == "{{ 7*7 }} {% for a in b %} 王总"


def test_a_too_long_value_is_cut_at_its_end_or_in_its_middle(notify: InMemoryNotify) -> None:
    zone = notify.composer._zone
    assert Variable(longest=5, shorten=True, sample="x").write("name", "一二三四五六", zone) == "一二三四…"
    assert Variable(longest=5, sample="x").write("name", "一二三四五六", zone) == "一二…五六"
    assert Variable(kind="number", longest=2, sample="1").write("days", 12345, zone) == "12345"
    assert Variable(longest=5, sample="x").write("name", "\u200b\u202e", zone) == "—"


async def test_a_delivery_keeps_the_version_it_was_made_with() -> None:
    notify = InMemoryNotify(tables=catalogue(SETTINGS, RULES))
    await notify.hear(released())
    old = notify.composer.catalogue.newest("order_placed", "sms", "zh-CN")
    newer = old.model_copy(update={"version": 2, "text": "新${order_no}"})
    notify.composer.catalogue.templates["order_placed", "sms", "zh-CN", 2] = newer
    notify.composer.catalogue._newest["order_placed", "sms", "zh-CN"] = newer
    await notify.send()
    await notify.tell(released("SO-2"))

    assert [words.version for words in notify.sms.words] == [1, 2]
    assert notify.sms.words[1].text == "【客服示范】新SO-2"


async def test_a_customer_whose_name_has_words_that_we_must_not_say_is_told_all_the_same(
    notify: InMemoryNotify,
) -> None:
    await notify.tell(released(customer=customer(title="不知道咖啡")))

    assert {each.stage for each in await notify.all()} == {"accepted"}


JOB = {"service_order_id": uuid4(), "voucher_no": "FW-1", "customer": CUSTOMER}


async def test_a_visit_is_told_with_its_day_and_window_and_without_one_no_hour_is_told(notify: InMemoryNotify) -> None:
    job = {"service_order_id": uuid4(), "customer": CUSTOMER, "technician": "tech-05", "technician_name": "李师傅"}
    begins = datetime.fromisoformat("2026-11-25T10:00+08:00")
    agreed, open_ = await sms_of(
        notify,
        ServiceDispatched(voucher_no="FW-1", at=begins, ends=begins + timedelta(hours=2), **job),
        ServiceDispatched(voucher_no="FW-2", at=MORNING, **job),
    )

    assert "已安排李师傅于11月25日10:00至12:00上门" in agreed
    assert "FW-2已安排李师傅为您处理，请保持电话畅通" in open_


@pytest.mark.parametrize("put_off", [True, False])
async def test_a_window_after_the_one_that_was_put_off_is_told_as_moved(notify: InMemoryNotify, put_off: bool) -> None:
    begins = datetime.fromisoformat("2026-11-25T10:00+08:00")
    window = {"at": begins, "ends": begins + timedelta(hours=2), "moved_from": MORNING if put_off else None}

    (text,) = await sms_of(notify, ServiceDispatched(**JOB, technician="tech-05", technician_name="李师傅", **window))

    told = "已改约，李师傅将于11月25日10:00至12:00上门" if put_off else "已安排李师傅于11月25日10:00至12:00上门"
    assert f"售后服务FW-1{told}" in text


@pytest.mark.parametrize(
    ("technician", "moved", "told"),
    [
        ("tech-05", True, ["售后服务FW-1已改约，我司技术人员将于11月25日10:00至12:00上门"]),
        ("tech-05", False, ["售后服务FW-1已安排我司技术人员于11月25日10:00至12:00上门"]),
        (None, True, []),
        (None, False, []),
    ],
)
async def test_once_a_technician_was_sent_a_customer_hears_of_each_other_window(
    notify: InMemoryNotify, technician: str | None, moved: bool, told: list[str]
) -> None:
    begins = datetime.fromisoformat("2026-11-25T10:00+08:00")
    window = {"begins": begins, "ends": begins + timedelta(hours=2), "moved_from": MORNING if moved else None}

    texts = await sms_of(notify, ServiceAppointmentAgreed(**JOB, **window, agreed_with="王建国", technician=technician))

    assert [words in text for words, text in zip(told, texts, strict=True)] == [True] * len(told)


async def test_a_customer_hears_that_what_was_paid_above_a_charge_went_back(notify: InMemoryNotify) -> None:
    back = CustomerOverpaymentRefunded(**JOB, amount=Money(amount="20.00"), refunded_at=MORNING, by="finance-01")

    await notify.tell(back)

    (mail,) = notify.email.words
    assert mail.subject == "售后服务多付款项退还 FW-1"
    assert "您为售后服务FW-1多付的¥20.00已退回，请查收。" in mail.text
    assert notify.sms.words == []


@pytest.mark.parametrize(
    ("request_goes_on", "known_to_customer", "told"),
    [(True, True, 1), (True, False, 0), (False, True, 0), (False, False, 0)],
)
async def test_of_a_voucher_that_is_called_off_alone_a_customer_hears_who_knows_of_it(
    notify: InMemoryNotify, request_goes_on: bool, known_to_customer: bool, told: int
) -> None:
    over = ServiceOrderCalledOff(
        **JOB, reason="重复开单", request_goes_on=request_goes_on, known_to_customer=known_to_customer
    )

    texts = await sms_of(notify, over)

    assert [text.split("服务FW-1")[1] for text in texts] == [
        "已取消；如已约定上门，一并取消。如有疑问请致电020-88886666。"
    ] * told
