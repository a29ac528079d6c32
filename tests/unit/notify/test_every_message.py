"""What holds for every message to a customer, whatever its file says: checked over all of the files."""

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from lines import fact_for
from notify_in_memory import POLICIES, TABLES, InMemoryNotify

from notify.domain.messages.rule import Rule
from notify.gateways.gateway import Outgoing, Unsendable
from shared.contracts.event import Event
from shared.contracts.notify import CustomerUnreached, NotificationFailed
from shared.policy import Policies

CHINA = ZoneInfo("Asia/Shanghai")
NIGHT = datetime(2026, 11, 23, 22, tzinfo=CHINA)
LATER = datetime(2026, 12, 1, 10, tzinfo=CHINA)
POLICY = POLICIES.version(1).but(milestones={"production": ()})
"""As a company has it that tells its customers of a milestone."""

TO_CUSTOMERS = [rule for rule in TABLES.rules if rule.audience == "customer"]
PROMISED = [rule for rule in TO_CUSTOMERS if not rule.optional and POLICY.purpose(rule.purpose).kind == "service"]
INTERNAL = (
    *("拆单", "工单", "派工", "内部", "判定", "责任人", "责任部门", "处分", "罚扣", "扣罚", "厂长"),
    *("课长", "专员", "主管", "经理", "总监", "副总", "系统", "待办", "审批", "签呈", "超时"),
    *("时限", "授信", "催款", "信用额度", "客诉", "投诉单", "凭证", "异常", "结算", "联络单"),
    *("保外", "保内", "用户", "后台", "录入", "工程部", "生产部", "仓库", "财务", "研发", "返工单"),
)
"""Words of ours, and of our house's order, that a customer need not read (001 七, 002 七, 003 二)."""


CALL = re.compile("联系客户|联系其|客户联系|致电|电话|回访(?!任务)|告知客户|答复客户|与客户(?!经理)|邀请客户")
"""Words by which a colleague is asked to talk with a customer."""


def text_of(rule: Rule) -> str:
    template = TABLES.newest(rule.template_for({}), "chat", "zh-CN")
    return template.text if template else ""


def by_name(rule: Rule) -> str:
    return rule.name


def to(fact: Event, **customer: str | None) -> Event:
    """The fact about a customer who is known so."""
    body = fact.model_dump()
    body["customer"] |= customer
    times = {rule.until for rule in TO_CUSTOMERS if rule.until and rule.event == type(fact).key} & body.keys()
    ends = {"ends", "planned_finish", "invited_until"} & body.keys() if times else set[str]()
    ahead = {time: LATER for time in times if body[time]} | {
        end: LATER + timedelta(days=1) for end in ends if body[end]
    }
    return type(fact).model_validate(body | ahead)


@pytest.fixture(scope="module")
def by_day() -> InMemoryNotify:
    return InMemoryNotify(policies=Policies([POLICY]))


@pytest.fixture(scope="module")
def by_night() -> InMemoryNotify:
    return InMemoryNotify(at=NIGHT, policies=Policies([POLICY]))


AT_THE_CUSTOMERS = [
    rule
    for rule in TO_CUSTOMERS
    if {"at", "eta"} & rule.values.keys()
    and rule.purpose in ("acceptance", "installation", "service", "shipment_dispatched")
]


@pytest.mark.parametrize("rule", AT_THE_CUSTOMERS, ids=by_name)
def test_what_announces_an_hour_at_the_customers_is_not_sent_after_it(rule: Rule) -> None:
    assert rule.until in (rule.values.get("at"), rule.values.get("eta"))


@pytest.mark.requirement("R100.a", "R100.c")
@pytest.mark.parametrize("rule", TO_CUSTOMERS, ids=by_name)
async def test_no_message_to_a_customer_leaves_at_night(by_night: InMemoryNotify, rule: Rule) -> None:
    by_night.forget()
    await by_night.tell(to(fact_for(rule), mobile="13800138000", email="wang@hengda.example"))

    assert await by_night.all(rule=rule.name), "the line made no message"
    assert [each.to for each in by_night.sms.sent + by_night.email.sent] == []


@pytest.mark.parametrize("rule", PROMISED, ids=by_name)
async def test_a_customer_who_has_no_address_is_told_by_a_colleague_who_reads_what_about(
    by_day: InMemoryNotify, rule: Rule
) -> None:
    by_day.forget()
    await by_day.tell(to(fact_for(rule), mobile=None, email=None))
    await owed(by_day)

    await must_be_a_duty(by_day, rule, "no_address")


@pytest.mark.parametrize("rule", PROMISED, ids=by_name)
async def test_what_no_gateway_can_build_is_told_by_a_colleague_who_reads_it(
    by_day: InMemoryNotify, rule: Rule, monkeypatch: pytest.MonkeyPatch
) -> None:
    by_day.forget()
    for gateway in (by_day.sms, by_day.email):
        monkeypatch.setattr(gateway, "prepare", _refuse)
    await by_day.tell(to(fact_for(rule), mobile="13800138000", email="wang@hengda.example"))
    await owed(by_day)

    await must_be_a_duty(by_day, rule, "unsendable")


@pytest.mark.parametrize("rule", TO_CUSTOMERS, ids=by_name)
async def test_no_message_to_a_customer_speaks_as_we_speak_among_ourselves(by_day: InMemoryNotify, rule: Rule) -> None:
    by_day.forget()
    await by_day.hear(to(fact_for(rule), mobile="13800138000", email="wang@hengda.example"))

    for each in await by_day.all(rule=rule.name):
        for step in range(len(each.ways)):
            words = by_day.composer.words(each.but(step=step))
            said = words.subject + words.text
            assert [word for word in INTERNAL if word in said] == [], said
            assert said.count("您") >= 1
            assert words.text.rstrip().endswith(("。", "R", "客服部", "！"))


ASKING_TO_CALL = [
    rule
    for rule in TABLES.rules
    if rule.audience == "staff" and (CALL.search(text_of(rule)) or rule.message == "staff.call_missed")
]


@pytest.mark.requirement("R100.d")
@pytest.mark.parametrize("rule", ASKING_TO_CALL, ids=by_name)
async def test_no_colleague_is_asked_at_night_to_call_a_customer(by_night: InMemoryNotify, rule: Rule) -> None:
    by_night.forget()
    await by_night.tell(fact_for(rule))
    await by_night.later(minutes=30)

    assert await by_night.all(rule=rule.name), "the line made no message"
    assert by_night.chat.sent == by_night.email.sent == []


TO_STAFF = [rule for rule in TABLES.rules if rule.audience == "staff"]
ABOUT_NO_CUSTOMER = (
    "campaign",
    "report_ready",
    "report_reviewed",
    "report_submitted",
    "slip",
    "slip_overdue",
    "tampering",
    "weekly_exceptions",
)
BY_WHEN = re.compile(
    r"今日|当日|立即|尽快|及时|分钟内|本周内|计划期内|请提前|按时|到货时|于\$\{(at|until)\}|在\$\{(on|until)\}前|约定?\$\{at\}|到期前"
)
SAYS_WHAT_WAS_DONE = ("staff_digest", "staff_report")


@pytest.mark.parametrize("rule", TO_STAFF, ids=by_name)
def test_a_colleague_reads_about_whom_it_is_what_to_do_and_by_when_and_finds_the_matter(rule: Rule) -> None:
    said, kind = text_of(rule), rule.message.removeprefix("staff.")
    asks = rule.purpose not in SAYS_WHAT_WAS_DONE and kind != "showroom_cancelled"

    assert "customer" in rule.values or kind in ABOUT_NO_CUSTOMER
    assert rule.about, "without it there is no link"
    assert not asks or "请" in said, said
    assert not asks or BY_WHEN.search(said), said
    assert re.search(r"[。]$|：\$\{path\}$", said.strip()), said


async def owed(notify: InMemoryNotify) -> None:
    """The service hears of its own failures, as it does over the broker."""
    for event in notify.announced(NotificationFailed):
        await notify.hear(event)
    for event in notify.announced(CustomerUnreached):
        await notify.hear(event)


async def must_be_a_duty(notify: InMemoryNotify, rule: Rule, reason: str) -> None:
    """Each failed message of this line is a colleague's duty, and the colleague reads what it would have said."""
    failed = [each for each in await notify.all(rule=rule.name) if each.stage == "failed"]
    told = [event for event in notify.announced(CustomerUnreached) if isinstance(event, CustomerUnreached)]
    duties = (await notify.ask("GET", "/duties?kind=unreached")).json()["items"]
    assert failed
    assert {event.notification_id for event in told} == {each.id for each in failed}
    assert {event.reason for event in told} == {reason}
    assert len(duties) == len(failed)
    for each in failed:
        piece = each.pieces[0]
        template = TABLES.newest(piece.template, each.channels[0], "zh-CN")
        said = [piece.values[name] for name in template.names if name not in OURS] if template else []
        untold = next(event.untold for event in told if event.notification_id == each.id)
        assert [value for value in said if value not in untold] == []
    for each in await notify.all(audience="staff", rule="could_not_reach"):
        assert notify.composer.words(each).text.startswith("【通知未送达】客户")


OURS = ("company", "hotline", "name", "options")


def _refuse(message: Outgoing) -> None:
    raise Unsendable("of these words no message can be made")
