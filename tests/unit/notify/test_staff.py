"""Who of the staff hears what: by role, by roster, by slip."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from customers import CUSTOMER
from facts import (
    MORNING,
    booked,
    callback,
    complained,
    escalated,
    falls_due,
    greeting,
    missed,
    of_order,
    registered,
    released,
)
from notify_in_memory import POLICIES, RULES, InMemoryNotify

from kefu.example import example
from notify.domain.decisions.rosters import publish
from notify.domain.decisions.slips import acknowledge, post
from notify.domain.parts.duty import OnDuty
from notify.domain.policy.policy import Rules
from shared.aggregate import Refused
from shared.contracts.aftersales import MaintenanceReminderDue, ServiceAppointmentAgreed
from shared.contracts.complaints import ApprovalRequested
from shared.contracts.event import Actor
from shared.contracts.intake import CampaignStarted, ShowroomVisitCancelled
from shared.contracts.notify import (
    DeadlineApproachingAtNotify,
    DeadlineHeldByNotify,
    DeadlineMetByNotify,
    DeadlineMissedByNotify,
    DeadlineReassignedByNotify,
    DeadlineSetByNotify,
    NotificationSent,
    RosterPublished,
    StaffAlerted,
    StaffMessageAcknowledged,
    StaffMessagePosted,
)
from shared.contracts.orders import (
    OrderExceptionRaised,
    OrdersReportPublished,
    OrderStageChanged,
    ShipmentReadinessAssessed,
)
from shared.contracts.vocabulary import order_id_of
from shared.policy import Policies
from shared.testing import cause


@pytest.fixture
def notify(built: InMemoryNotify) -> InMemoryNotify:
    """As at the beginning, and built once for all tests here."""
    built.forget()
    return built


@pytest.mark.requirement("R048.a", "R048.b")
async def test_the_sales_assistant_hears_of_a_visit_on_its_day_and_ten_minutes_before(notify: InMemoryNotify) -> None:
    day = timedelta(days=1)
    await notify.tell(booked(at=MORNING + day + timedelta(hours=5), told_at=MORNING + day))
    await notify.later(hours=23, minutes=59)
    assert notify.chat.sent == []

    await notify.later(minutes=2)
    assert ["将于今天（11月24日）15:00到访，3人" in words.text for words in notify.chat.words] == [True]
    await notify.later(hours=4, minutes=48)
    assert len(notify.chat.sent) == 1
    await notify.later(minutes=2)
    assert ["约今天（11月24日）15:00到达" in words.text for words in notify.chat.words[1:]] == [True]
    assert {event.role for event in notify.announced(StaffAlerted)} == {"sales_assistant"}


async def test_a_cancelled_visit_is_not_announced_to_the_sales_assistant_any_more(notify: InMemoryNotify) -> None:
    visit = booked(at=MORNING + timedelta(hours=5), told_at=MORNING + timedelta(hours=1))
    await notify.tell(visit)
    await notify.tell(
        ShowroomVisitCancelled(visit_id=visit.visit_id, customer=visit.customer, at=visit.at, reason="客户改期")
    )
    await notify.later(hours=6)
    assert ["【展厅接待取消】" in words.text and "客户改期" in words.text for words in notify.chat.words] == [True]


@pytest.mark.requirement("R172.a")
async def test_an_alert_goes_to_whoever_is_on_duty(notify: InMemoryNotify) -> None:
    duty = OnDuty(
        staff="mgr-02",
        name="李芳",
        role="cs_manager",
        begin=MORNING - timedelta(hours=1),
        end=MORNING + timedelta(hours=8),
        email="lifang@kefu.example",
    )
    change = publish(cause().derive("roster"), MORNING.date(), MORNING.date(), (duty,), cause(MORNING))
    await notify.stores.rosters.create(change, cause(MORNING))

    await notify.tell(complained())

    alert = next(event for event in notify.announced(StaffAlerted) if event.role == "cs_manager")
    assert (alert.staff, alert.kind, alert.about) == (("mgr-02",), "task", "2026-11-0007")
    (roster,) = notify.announced(RosterPublished)
    assert [(shift.staff, shift.role) for shift in roster.shifts] == [("mgr-02", "cs_manager")]
    assert "lifang" not in roster.model_dump_json()


@pytest.mark.requirement("R153.b")
@pytest.mark.parametrize("decides", ["cs_manager", "deputy_gm", "gm"])
async def test_a_solution_is_submitted_to_the_deputy_gm_whatever_the_amount(decides, notify: InMemoryNotify) -> None:
    await notify.tell(example(ApprovalRequested).but(complaint_no="2026-11-0007", required_role=decides))

    alerts = notify.announced(StaffAlerted)
    assert {(alert.role, alert.kind, alert.about) for alert in alerts} == {
        (role, "task", "2026-11-0007") for role in {decides, "deputy_gm"}
    }
    assert len(alerts) == len({decides, "deputy_gm"})


async def test_an_escalation_reaches_the_higher_role(notify: InMemoryNotify) -> None:
    await notify.tell(escalated(to_role="deputy_gm"))

    (alert,) = notify.announced(StaffAlerted)
    assert (alert.role, alert.kind) == ("deputy_gm", "escalation")
    assert "【投诉升级】2026-11-0007" in alert.text


async def test_a_missed_deadline_reaches_the_assignee_and_the_supervisor(notify: InMemoryNotify) -> None:
    await notify.tell(missed(assignee="cs-07", assignee_role="cs_specialist", supervisor_role="cs_director"))

    assert {(event.staff, event.role) for event in notify.announced(StaffAlerted)} == {
        (("cs-07",), "cs_specialist"),
        ((), "cs_specialist"),
        ((), "cs_director"),
    }


async def test_several_callbacks_within_a_minute_are_one_message(notify: InMemoryNotify) -> None:
    await notify.hear(callback(assignee="cs-07"))
    await notify.hear(callback(assignee="cs-07"))
    await notify.later(minutes=2)

    (words,) = notify.chat.words
    assert words.text.count("【回访】") == 2


async def test_a_season_is_told_to_those_who_call_and_to_the_customers(notify: InMemoryNotify) -> None:
    season = CampaignStarted(
        campaign_id=uuid4(), kind="seasonal", name="中秋客户回访", customers=12_000, assignees=("cs-07", "cs-08")
    )
    await notify.hear(season)
    await notify.tell(greeting("中秋"))
    await notify.later(minutes=2)

    assert {words.text for words in notify.chat.words} == {
        "【回访任务】中秋客户回访：共12000位客户，名单已分配，请在计划期内逐一回访并登记结果。"
    }
    assert sorted(each.staff for each in await notify.all(audience="staff")) == ["cs-07", "cs-08"]
    (wished,) = await notify.all(audience="customer")
    assert (wished.purpose, wished.lane, wished.stage) == ("care_greeting", "bulk", "accepted")
    assert "值此中秋之际" in notify.sms.words[0].text


async def test_maintenance_is_offered_as_care(notify: InMemoryNotify) -> None:
    order = {"order_id": order_id_of("SO-1"), "order_no": "SO-1", "customer": CUSTOMER}
    reminder = MaintenanceReminderDue(due_on=MORNING.date(), care="门五金的检查和调校", **order)
    await notify.tell(reminder)

    (told,) = await notify.all()
    assert (told.purpose, told.lane, told.stage) == ("maintenance", "bulk", "accepted")
    assert "建议做一次保养：门五金的检查和调校。" in notify.sms.words[0].text
    assert [event.purpose for event in notify.announced(NotificationSent)] == ["maintenance"]


@pytest.mark.requirement("R013.a", "R013.b")
async def test_a_slip_is_told_chased_and_acknowledged_once(notify: InMemoryNotify) -> None:
    asked = cause(MORNING, actor=Actor(kind="staff", id="cs-07"))
    until = MORNING + timedelta(hours=2)
    slip = post(asked.derive("slip"), "production", None, "请确认到厂日期", until, RULES, asked)
    await notify.stores.slips.create(slip, asked)
    for event in notify.announced(StaffMessagePosted):
        await notify.tell(event)
    await notify.later(hours=2, minutes=1)
    (_, reminded) = notify.announced(StaffMessagePosted)
    await notify.tell(reminded)

    assert [words.text for words in notify.chat.words] == [
        f"【事务联络单】{slip.state.slip_no} 来自cs-07：请确认到厂日期。请今日阅后确认。",
        f"【催办】事务联络单{slip.state.slip_no}尚未确认：请确认到厂日期。请立即确认。",
    ]
    plant = cause(notify.time.now(), actor=Actor(kind="department", id="plant-01"))
    read = acknowledge(await notify.stores.slips.get(slip.state.id), RULES, plant)
    assert [type(event) for event in read.events] == [StaffMessageAcknowledged, DeadlineMetByNotify]
    assert read.state.deadlines == ()
    with pytest.raises(Refused):
        acknowledge(read.state, RULES, cause(datetime(2026, 11, 24, tzinfo=UTC)))


def test_a_slip_s_number_carries_the_local_day() -> None:
    early = cause(datetime(2026, 11, 22, 23, tzinfo=UTC), actor=Actor(kind="staff", id="cs-07"))
    id = UUID("3f0e4a5b-0d8f-4dd0-889e-61d2c935245c")
    posted = post(id, "production", None, "请确认到厂日期", None, RULES, early)
    assert [posted.state.slip_no, *(each.slip_no for each in posted.events)] == ["LL-20261123-3F0E4A"] * 2


async def test_a_slip_that_lies_is_missed_once_for_each_rung_and_each_time_its_readers_are_reminded(
    notify: InMemoryNotify,
) -> None:
    slip = {"to_department": "production", "text": "请确认", "acknowledge_by": "2026-11-23T18:00+08:00"}
    await notify.ask("POST", "/slips", slip)
    await notify.later(days=3)

    (began,) = notify.announced(DeadlineSetByNotify)
    missed = notify.announced(DeadlineMissedByNotify)
    assert (began.kind, began.assignee_role) == ("slip", "plant_manager")
    assert [(each.rung, each.supervisor_role) for each in missed] == [
        (1, "cs_specialist"),
        (2, "cs_supervisor"),
        (3, "cs_manager"),
    ]
    assert [each.reminder for each in notify.announced(StaffMessagePosted)] == [0, 1, 2, 3]


def test_a_duty_of_notify_is_held_called_to_mind_and_handed_over_as_its_policy_says() -> None:
    now = cause(MORNING, actor=Actor(kind="staff", id="cs-07"))
    slips = POLICIES.version(1).slips
    policy = POLICIES.version(1).but(slips=slips.but(clock=slips.clock.but(may_be_held=True)))
    rules = Rules(Policies((policy,)), RULES.clocks)
    clocks = rules.clocks
    until = MORNING + timedelta(hours=9)
    slip = post(now.derive("slip"), "production", None, "请确认", until, rules, now)

    reminded = slip.then(clocks.call_to_mind("slip", now)).then(clocks.assign("pl-01", "接手", now))
    held = reminded.then(clocks.hold("slip", "等待物料", now))

    assert [type(event) for event in held.events] == [
        StaffMessagePosted,
        DeadlineSetByNotify,
        DeadlineApproachingAtNotify,
        DeadlineReassignedByNotify,
        DeadlineHeldByNotify,
    ]


async def test_a_missed_clock_is_told_with_its_title_the_customers_name_and_by_when(notify: InMemoryNotify) -> None:
    await notify.hear(registered())

    await notify.tell(missed(title="投诉结案", customer_id=CUSTOMER.customer_id, assignee_role="cs_manager"))

    (words,) = notify.chat.words
    assert words.text.startswith(
        f"【已超时】投诉结案：2026-11-0007（{CUSTOMER.name}），应于11月23日10:00前完成，请立即处理"
    )


async def test_a_technician_who_was_sent_hears_of_the_appointment_and_of_one_that_is_moved_and_no_other(
    notify: InMemoryNotify,
) -> None:
    begins = datetime.fromisoformat("2026-11-26T14:00+08:00")
    job = {"service_order_id": uuid4(), "voucher_no": "FW-1", "customer": CUSTOMER, "agreed_with": "王建国"}
    window = {"begins": begins, "ends": begins + timedelta(hours=2)}

    await notify.tell(ServiceAppointmentAgreed(**job, **window))
    await notify.tell(ServiceAppointmentAgreed(**job, **window, moved_from=begins))
    assert await notify.all() == []
    await notify.tell(ServiceAppointmentAgreed(**job, **window, technician="tech-05"))
    await notify.later(minutes=2)
    await notify.tell(ServiceAppointmentAgreed(**job, **window, technician="tech-05", moved_from=begins))
    await notify.later(minutes=2)

    assert [words.text for words in notify.chat.words] == [
        f"【上门时间】派给您的售后单FW-1：{CUSTOMER.name}，已约定11月26日14:00至16:00上门，请准时到达。",
        f"【改约】派给您的售后单FW-1：{CUSTOMER.name}，现改约11月26日14:00至16:00上门，请按新时间准时到达。",
    ]


async def test_a_number_alone_is_told_with_the_name_of_its_customer(notify: InMemoryNotify) -> None:
    await notify.hear(registered())
    await notify.tell(released("SO-1"))

    raised = {"exception_id": uuid4(), "kind": "quality", "detail": "玻璃破损", "raised_by": "cs-07"}
    await notify.tell(OrderExceptionRaised(order_id=order_id_of("SO-1"), order_no="SO-1", **raised))

    assert {words.text for words in notify.chat.words} == {
        f"【订单异常】订单SO-1（{CUSTOMER.name}），质量：玻璃破损。请今日提出解决办法并登记。"
    }


@pytest.mark.parametrize(
    ("address", "link"),
    [
        ("https://kefu.example/find?q={about}", "\n查看：https://kefu.example/find?q=2026-11-0007"),
        ("https://kefu.example", "\n查看：https://kefu.example"),
        (None, ""),
    ],
)
async def test_a_colleague_is_told_where_to_read_more(address: str | None, link: str) -> None:
    notify = InMemoryNotify()
    notify.composer.company = notify.composer.company.but(console=address)

    await notify.tell(complained())

    (chat,), (sms,) = notify.chat.words, notify.sms.words
    assert chat.text.endswith("。" + link) or chat.text.endswith(link)
    assert "查看" not in sms.text
    assert ("查看" in chat.text) == (address is not None)


async def test_what_tells_of_several_things_has_no_link_to_one_of_them() -> None:
    notify = InMemoryNotify()
    notify.composer.company = notify.composer.company.but(console="https://kefu.example/find?q={about}")
    for _ in range(2):
        await notify.hear(callback("cs-07"))
    await notify.later(minutes=2)

    assert ["查看" in words.text for words in notify.chat.words] == [False]


@pytest.mark.requirement("R056.d")
@pytest.mark.parametrize(
    ("verdict", "percent", "said"),
    [
        ("on_time", 100, "备货100%，可于合同发货日11月26日按期发出"),
        ("late", 60, "备货60%，预计延期，合同发货日11月26日，请今日查明原因和日期，主动告知客户"),
        ("unknown", 0, "备货0%，无法确认，合同发货日11月26日，请今日查明原因和日期，主动告知客户"),
    ],
)
async def test_customer_service_learns_how_ready_a_shipment_is_also_when_it_is_on_time(
    notify: InMemoryNotify, verdict: str, percent: int, said: str
) -> None:
    assessed = ShipmentReadinessAssessed(
        order_id=order_id_of("SO-2026-0412"),
        order_no="SO-2026-0412",
        goods_ready_percent=percent,
        contract_ship_date=date(2026, 11, 26),
        verdict=verdict,
    )
    await notify.tell(assessed)
    await notify.later(minutes=20)

    assert [(each.to, said in each.words.text) for each in notify.chat.sent] == [("order_specialist", True)]


async def test_a_report_is_told_in_its_hour(notify: InMemoryNotify) -> None:
    report = {"kind": "sales_stats", "period": "2026-10", "title": "销售统计", "path": "/reports/1"}
    await notify.tell(OrdersReportPublished(report_id=uuid4(), audience=("sales_vp",), **report))

    assert [words.text for words in notify.chat.words] == ["【报表】销售统计（2026-10）已生成，请及时查阅：/reports/1"]


@pytest.mark.requirement("R034.c", "R034.f")
async def test_what_saturdays_meeting_is_about_is_told_with_its_figures_as_soon_as_it_is_there(
    notify: InMemoryNotify,
) -> None:
    report = {"kind": "weekly_exceptions", "period": "2026-W48", "title": "本周工程异常单汇总", "path": "/reports/1"}
    figures = {"open": 3, "resolved": 11}
    await notify.tell(OrdersReportPublished(report_id=uuid4(), audience=("cs_manager",), figures=figures, **report))

    assert [(each.to, each.words.text) for each in notify.chat.sent] == [
        ("cs_manager", "【工程异常单周报】2026-W48：未解决3单，本周已解决11单，请在例会上逐单处理：/reports/1")
    ]


@pytest.mark.requirement("R017.a")
async def test_when_all_goods_are_there_engineering_is_asked_for_installers_with_the_time_of_arrival(
    notify: InMemoryNotify,
) -> None:
    moved = {"at": datetime.fromisoformat("2026-11-23T08:30:00+08:00")}
    await notify.tell(of_order(OrderStageChanged, before="transport", after="installation", **moved))
    await notify.tell(of_order(OrderStageChanged, "SO-2", before="acceptance", after="installation", **moved))
    await notify.later(minutes=20)

    assert [(each.to, each.words.text) for each in notify.chat.sent if "请派安装" in each.words.text] == [
        (
            "engineering_regional_head",
            "【请派安装】广州恒达装饰工程有限公司，订单SO-2026-0412的货物已于今天（11月23日）08:30全部到场，请尽快安排安装人员。",
        )
    ]


async def test_money_that_falls_due_is_told_by_mail_and_to_the_colleague_who_collects_it(
    notify: InMemoryNotify,
) -> None:
    await notify.tell(falls_due(MORNING.date() + timedelta(days=3)))

    assert [words.subject for words in notify.email.words] == ["付款日期临近：订单SO-2026-0412"]
    assert notify.sms.words == []
    await notify.later(minutes=2)
    assert ["尾款¥7,000.00将于11月26日到期" in words.text for words in notify.chat.words] == [True]
