"""What an order's clocks announce and explain: of its stage and of what was promised, each run under one id."""

from datetime import UTC, date, datetime, timedelta
from importlib.resources import files

import pytest
from order_rules import RULES
from orders_as_read import cancel, review

from orders.settings import Settings
from shared.calendar import Calendar
from shared.contracts.complaints import ComplaintClosed
from shared.contracts.deadline import RunningDeadline
from shared.contracts.orders import (
    DeadlineHeldByOrders,
    DeadlineMetByOrders,
    DeadlineMissedByOrders,
    DeadlineReassignedByOrders,
    DeadlineSetByOrders,
)
from shared.contracts.roles import Department
from shared.testing import nowhere
from tests.unit.orders.conftest import BEGIN
from tests.unit.orders.test_payments import complain, filed

DAY = timedelta(days=1)
SHIPPED = (files("orders") / "domain" / "policy" / "orders_v1.toml").read_text(encoding="utf-8")


def told(company, kind):
    """What was announced about the clocks of this name, in short."""
    events = [each for each in company.published if isinstance(each, RunningDeadline) and each.kind == kind]
    assert len({event.deadline_id for event in events}) == 1
    return [type(event).__name__.removesuffix("ByOrders").removesuffix("AtOrders") for event in events]


async def test_a_stage_that_is_left_in_time_was_a_duty_that_is_done(company):
    await company.place()
    company.later(days=1)
    await company.decide(review, "approved", ())

    assert told(company, "contract_review") == ["DeadlineSet", "DeadlineMet"]
    (met,) = [each for each in company.announced(DeadlineMetByOrders) if each.kind == "contract_review"]
    assert (met.outcome, met.met_at, met.assignee_role) == ("in_time", BEGIN + DAY, "cs_specialist")
    running = (await company.order()).running
    assert [(run.clock.name, run.clock.title, run.due_at) for run in running] == [
        ("stage_signing", "合同签订", BEGIN + 4 * DAY)
    ]


async def test_a_stage_that_takes_too_long_is_missed_under_the_id_it_was_set_with_and_done_late(company):
    await company.place()
    await company.until(BEGIN + 10 * DAY)
    await company.decide(review, "approved", ())

    assert told(company, "contract_review") == ["DeadlineSet", "DeadlineMissed", "DeadlineMet"]
    (missed,) = [each for each in company.announced(DeadlineMissedByOrders) if each.kind == "contract_review"]
    assert (missed.due_at, missed.supervisor_role) == (BEGIN + 2 * DAY, "cs_supervisor")
    met = {each.kind: each.outcome for each in company.announced(DeadlineMetByOrders)}
    assert met == {"contract_review": "late", "countersign": "late", "receive_order": "no_longer_needed"}


async def test_a_promised_day_is_a_duty_until_the_goods_have_left(company):
    await company.place(requested_ship_date=date(2026, 11, 26))
    await company.run_to("shipping")
    order = await company.order()
    run = order.clock("ship_by")
    assert run is not None
    assert (run.due_at, run.set_by_hand, run.follows) == (
        RULES.calendar.moment(date(2026, 11, 26)),
        True,
        "向客户承诺的日期",
    )
    await company.send()
    assert told(company, "ship_by") == ["DeadlineSet", "DeadlineMet"]


async def test_no_clock_of_an_order_says_that_a_person_named_its_end(company):
    await company.place(requested_ship_date=date(2026, 11, 26))
    await company.run_to("installation")
    runs = (await company.order()).clocks
    assert {run.follows for run in runs} >= {"", "向客户承诺的日期", "发货前一天早上"}
    assert [run.clock.name for run in runs if run.set_by_hand and not run.follows] == []


async def test_an_order_that_ends_leaves_no_duty_behind(company):
    await company.place()
    await company.release()
    await company.decide(cancel, "客户取消", None)
    order = await company.order()
    assert (order.running, order.deadlines) == ((), ())
    assert {event.outcome for event in company.announced(DeadlineMetByOrders)[-2:]} == {"no_longer_needed"}


@pytest.mark.requirement("R160.a")
async def test_the_clock_of_collecting_money_stands_still_while_a_complaint_is_open(company):
    await company.place()
    await company.sign_contract()
    company.later(days=1)
    await filed(company)
    company.later(days=5)
    await complain(
        company, ComplaintClosed, closed_at=company.now, days_used=5, within_six_days=True, outcome="resolved"
    )

    assert told(company, "stage_deposit") == ["DeadlineSet", "DeadlineHeld", "DeadlineSet"]
    (held,) = company.announced(DeadlineHeldByOrders)
    assert (held.due_at, held.reason) == (BEGIN + 7 * DAY, "投诉处理期间暂停催款")
    again = [each for each in company.announced(DeadlineSetByOrders) if each.kind == "stage_deposit"]
    assert again[-1].due_at == BEGIN + 12 * DAY


async def test_a_duty_of_an_order_goes_from_the_role_to_the_person_who_takes_it(company, ask):
    await company.place()
    (duty,) = (await ask("cs_specialist", "GET", "/duties?role=cs_specialist")).json()["items"]
    assert (duty["kind"], duty["about"], duty["assignee"]) == ("contract_review", "SO-2026-0412", None)

    taken = await ask("cs_specialist", "POST", f"/duties/{duty['id']}/take", {"reason": "我来处理"}, who="07")

    assert taken.json()["assignee"] == "cs_specialist-07"
    (given,) = company.announced(DeadlineReassignedByOrders)
    assert (given.deadline_id, given.assignee) == (
        (await company.order()).clock("contract_review").id,
        "cs_specialist-07",
    )


async def test_an_order_explains_its_clocks(company, ask):
    order = await company.place()
    clocks = (await ask("cs_specialist", "GET", f"/orders/{order.id}/clocks")).json()
    assert {clock["name"] for clock in clocks} == {"contract_review", "countersign", "receive_order"}
    (clock,) = [clock for clock in clocks if clock["name"] == "contract_review"]
    assert (clock["name"], clock["policy"], clock["policy_version"]) == ("contract_review", "orders", 1)
    assert clock["explanation"][0] == "2026年9月30日09:00开始计时：事件 intake.order_placed.v1（intake）。"
    assert clock["explanation"][1] == "按制度“orders”第1版，“合同评审”的时限为2天，依据 004 一㈡1a。"
    answer = await company.world.ask(Department.SALES, "GET", f"/orders/{order.id}/clocks")
    assert answer.status_code == 403


async def test_an_order_keeps_the_version_of_the_policy_that_it_began_with(company, tmp_path):
    order = await company.place()
    file = tmp_path / "orders_v2.toml"
    later = SHIPPED.replace("version = 1", "version = 2").replace("2026-01-01", "2026-10-01")
    file.write_text(later.replace("readiness_days = 3", "readiness_days = 5"), encoding="utf-8")
    rules = nowhere(Settings, orders_policy=file).rules(Calendar())
    assert (rules.on(datetime(2026, 10, 2, tzinfo=UTC)).readiness_days, rules.of(order).readiness_days) == (5, 3)


def test_a_policy_that_names_no_stage_of_the_route_is_refused_with_its_file(tmp_path):
    file = tmp_path / "orders.toml"
    file.write_text(SHIPPED.replace("breakdown_review = 2", "polishing = 2"), encoding="utf-8")
    with pytest.raises(ValueError, match=r"orders.toml: .*the custom route has no stage polishing"):
        nowhere(Settings, orders_policy=file)
