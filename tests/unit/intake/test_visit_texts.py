"""A visit comes in as the text that people really write; what cannot be read is somebody's duty."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from intake.domain.parts.said_visit import SaidVisit, understood
from shared.contracts.intake import (
    CallbackDue,
    CustomerRegistered,
    DeadlineMetByIntake,
    DeadlineMissedByIntake,
    DeadlineSetByIntake,
    VisitReported,
)
from shared.contracts.notify import ReplyReceived
from shared.contracts.roles import Role

NOW = datetime(2026, 11, 20, 6, 0, tzinfo=UTC)
MINGJING = SaidVisit(shop_name="明镜眼镜店", customer_name="陈先生", mobile="13700137000")
PLAIN = "明镜眼镜店 陈先生 13700137000"


@pytest.mark.requirement("R026.c")
@pytest.mark.parametrize(
    "text",
    [
        PLAIN,
        "陈先生 明镜眼镜店 13700137000",
        "13700137000，明镜眼镜店，陈先生",
        "明镜眼镜店　陈先生　１３７００１３７０００",
        "店名：明镜眼镜店 姓名：陈先生 手机号：13700137000",
        "姓名:陈先生;电话:137-0013-7000;店名:明镜眼镜店",
        "刚离开明镜眼镜店，陈先生，137 0013 7000",
        "您好，刚刚拜访了明镜眼镜店，客户陈先生，手机+86 13700137000，请回访",
        "明镜眼镜店/陈先生/13700137000。",
        "明镜眼镜店\n陈先生\n13700137000",
        "【明镜眼镜店】陈先生（13700137000）",
        "汇报：明镜眼镜店 陈先生 电话13700137000 谢谢",
        "明镜眼镜店陈先生13700137000",
        "刚去了明镜眼镜店拜访了陈先生，电话13700137000",
        "我在明镜眼镜店见了陈先生 13700137000 请回访",
        "明镜眼镜店-陈先生-13700137000",
        "明镜眼镜店_陈先生_13700137000",
        "明镜眼镜店+陈先生+13700137000",
        "明镜眼镜店 · 陈先生 · 13700137000",
        "明镜眼镜店：陈先生：137.0013.7000",
        "明镜眼镜店，陈先生，0086-13700137000",
        "明镜眼镜店 陈先生（+86）13700137000",
        "明镜眼镜店 陈先生 137–0013–7000",
        "明镜眼镜店 陈先生 137—0013—7000",
        "明镜眼镜店\u200b 陈先生 137\u200b0013\u200b7000",
        "店：明镜眼镜店 客户：陈先生 13700137000",
        "11月20日 明镜眼镜店 陈先生 13700137000",
        "今天14:30离开明镜眼镜店 陈先生 13700137000",
        "明镜眼镜店的陈先生13700137000",
        "在明镜眼镜店里的陈先生，他的电话是13700137000",
    ],
)
def test_shop_name_and_number_are_understood_in_any_order_width_and_with_chatter(text):
    assert understood(text) == MINGJING


@pytest.mark.parametrize(
    ("text", "shop", "name"),
    [
        ("恒达装饰 王建国 13800138000", "恒达装饰", "王建国"),
        ("拜访单位：恒达门窗 联系人：王建国 电话：13800138000", "恒达门窗", "王建国"),
        ("今天拜访公司：恒达门窗，客户：王建国 13800138000", "恒达门窗", "王建国"),
        ("①公司：恒达 ②姓名：王建国 13800138000", "恒达", "王建国"),
        ("姓名：王建国公司：恒达门窗电话：13800138000", "恒达门窗", "王建国"),
        ("门店：恒达门窗 联系人：王建国 13800138000", "恒达门窗", "王建国"),
        ("欧阳修 恒达装饰公司 13800138000", "恒达装饰公司", "欧阳修"),
        ("李总 天河家具城 13800138000", "天河家具城", "李总"),
        ("宜美 张经理 13800138000", "宜美", "张经理"),
        ("明镜-天河店 张经理 13800138000", "明镜-天河店", "张经理"),
        ("恒达装饰公司王建国13800138000", "恒达装饰公司", "王建国"),
        ("恒达装饰公司欧阳建国13800138000", "恒达装饰公司", "欧阳建国"),
        ("恒达装饰公司王总13800138000", "恒达装饰公司", "王总"),
        ("去年华家具城李总13800138000", "去年华家具城", "李总"),
        ("去年华家具城 李总 13800138000", "去年华家具城", "李总"),
        ("恒达公司：王建国 13800138000", "恒达公司", "王建国"),
        ("8时光店 李总 13800138000", "8时光店", "李总"),
        ("去了天河家具城李建平经理13800138000", "天河家具城", "李建平经理"),
    ],
)
def test_which_word_is_the_person_is_told_by_surname_and_title(text, shop, name):
    assert understood(text) == SaidVisit(shop_name=shop, customer_name=name, mobile="13800138000")


@pytest.mark.parametrize(
    "text",
    [
        "收到",
        "明镜眼镜店 陈先生",
        "明镜眼镜店 陈先生 1370013700",
        "明镜眼镜店 陈先生 13700137000 13800138000",
        "明镜眼镜店 13700137000",
        "明镜眼镜店 宜美家具城 13700137000",
        "陈先生 王建国 13700137000",
        "明镜眼镜店 陈先生 王建国 13700137000",
        "137001370001",
        "明镜眼镜店13700137000",
        "公司陈先生13700137000",
        "明镜眼镜店陈先生王建国13700137000",
        "明镜眼镜店-陈先生-王建国 13700137000",
        "明镜眼镜店 负责人：陈先生 13700137000",
        "明镜眼镜店的士多 13700137000",
        "",
    ],
)
def test_what_may_mean_several_things_is_not_guessed(text):
    assert understood(text) is None


@pytest.mark.parametrize(
    "chatter",
    [
        "马上到",
        "关门",
        "关门了",
        "方便面",
        "全部搞定",
        "全款付清",
        "安排好",
        "高兴啊",
        "王总不在",
        "王总忙",
        "没见到王总",
        "明天再约王总",
        "和王总",
        "出来陈先生",
        "项目经理",
        "王不在",
        "时间紧",
    ],
)
def test_chatter_behind_the_shops_kind_is_no_person(chatter):
    assert understood(f"明镜眼镜店{chatter}13700137000") is None


async def received(world, text=PLAIN, **said):
    answer = await world.ask(Role.ACCOUNT_MANAGER, "POST", "/visit-texts", {"text": text, **said}, by="am-03")
    assert answer.status_code == 201, answer.text
    return answer.json()


def of(world, kind):
    return [each for each in world.announced if isinstance(each, kind)]


def reply(text=PLAIN, **said):
    fields = {"staff": "am-03", "notification_id": None, "intent": "free", **said}
    return ReplyReceived(reply_id=uuid4(), address_masked="139****9000", text=text, at=NOW, **fields)


@pytest.mark.requirement("R026.c")
async def test_a_text_that_is_understood_is_a_visit_and_the_customer_is_called_within_half_an_hour(world):
    text = await received(world)

    assert (text["stage"], text["possible"]) == ("read", [])
    (visit,) = of(world, VisitReported)
    assert (visit.staff, visit.shop_name, visit.customer_name, visit.mobile, visit.reported_at) == (
        "am-03",
        "明镜眼镜店",
        "陈先生",
        "13700137000",
        NOW,
    )
    said = await world.hear(visit)
    assert [type(each) for each in said if isinstance(each, CustomerRegistered)] == [CustomerRegistered]
    (due,) = [each for each in said if isinstance(each, CallbackDue)]
    assert due.due_at == NOW + timedelta(minutes=30)


@pytest.mark.requirement("R026.c")
async def test_a_colleague_s_text_message_is_a_visit(world):
    said = await world.hear(reply())
    assert [(each.staff, each.shop_name, each.via) for each in said] == [("am-03", "明镜眼镜店", "sms")]


async def test_a_text_message_that_answers_one_of_ours_is_a_visit_only_where_one_is_understood(world):
    assert await world.hear(reply("收到", notification_id=uuid4())) == ()
    assert [type(each) for each in await world.hear(reply(notification_id=uuid4()))] == [VisitReported]


async def test_a_visitor_who_is_known_is_named_by_rank_though_another_one_sent_the_text(world):
    body = {"staff": "am-03", "name": "张伟", "role": "account_manager", "since": "2026-01-01"}
    await world.ask(Role.CS_SUPERVISOR, "POST", "/colleagues", body)
    await world.ask(Role.CS_SPECIALIST, "POST", "/visit-texts", {"text": PLAIN, "staff": "am-03", "channel": "chat"})
    (visit,) = of(world, VisitReported)
    (due,) = [each for each in await world.hear(visit) if isinstance(each, CallbackDue)]
    assert (due.visitor, due.visitor_role) == ("am-03", "account_manager")


async def test_what_cannot_be_read_is_a_duty_until_a_person_reads_it(world):
    text = await received(world, "刚出来，老陈那家，等设计图")
    assert (text["stage"], [each["decision"] for each in text["possible"]]) == ("unread", ["read", "dismiss"])
    assert [(each.kind, each.assignee_role) for each in of(world, DeadlineSetByIntake)] == [
        ("visit_text", "cs_specialist")
    ]
    path = f"/visit-texts/{text['text_id']}/read"
    read = {"shop_name": "明镜眼镜店", "customer_name": "陈先生", "mobile": "13700137000"}

    answer = await world.ask(Role.CS_SPECIALIST, "POST", path, read)

    assert (answer.status_code, answer.json()["stage"]) == (200, "read")
    assert [each.outcome for each in of(world, DeadlineMetByIntake)] == ["in_time"]
    assert [(each.staff, each.mobile) for each in of(world, VisitReported)] == [("am-03", "13700137000")]
    again = await world.ask(Role.CS_SPECIALIST, "POST", path, read)
    assert (again.status_code, again.json()["code"]) == (409, "illegal_transition")


async def test_a_text_that_nobody_reads_in_ten_minutes_is_missed(world):
    await received(world, "刚出来，老陈那家")
    events = await world.until(NOW + timedelta(minutes=10))
    assert [(each.kind, each.supervisor_role) for each in events if isinstance(each, DeadlineMissedByIntake)] == [
        ("visit_text", "cs_supervisor")
    ]


async def test_a_text_about_no_visit_is_dismissed_with_the_reason(world):
    text = await received(world, "今天请假半天")
    path = f"/visit-texts/{text['text_id']}/dismiss"
    answer = await world.ask(Role.CS_SPECIALIST, "POST", path, {"reason": "与拜访无关"})
    assert (answer.json()["stage"], answer.json()["dismissed_because"]) == ("dismissed", "与拜访无关")
    assert of(world, VisitReported) == []


async def test_the_same_request_again_reports_one_visit(world):
    for _ in range(2):
        body = {"text": PLAIN}
        answer = await world.ask(Role.ACCOUNT_MANAGER, "POST", "/visit-texts", body, by="am-03", key="once")
        assert answer.status_code == 201
    assert len(of(world, VisitReported)) == 1
    assert UUID(answer.json()["text_id"])
