"""A delay is read by customer service before it is told, in words that the customer may read."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from order_rules import RULES

from orders.domain.decisions.delay import postpone, slip, word_delay
from orders.domain.parts.delay import REASONS
from orders.domain.policy.policy import Rules
from orders.settings import ANNOUNCEMENTS, Settings
from shared.aggregate import Refused
from shared.calendar import Within
from shared.clocks import Clocks
from shared.contracts import departments as facts
from shared.contracts import orders as said
from shared.policy import Policies
from shared.testing import nowhere

LATE = date(2026, 12, 3)
SHIPPED = RULES.policies.version(1)
TERM = timedelta(minutes=30)
SHOP_FLOOR = "东莞宏达五金断货，老张说要等"


async def held(company, *, reason="goods_incomplete", day=LATE):
    """A released order whose production has said that it will be late, and why."""
    await company.place()
    await company.release()
    await company.fact(facts.ProductionDelayed, expected_ready_on=day, reason=reason, reason_text=SHOP_FLOOR)


def words(company):
    return [(event.new_ship_date, event.reason_text) for event in company.announced(said.ShipmentDelayed)]


@pytest.mark.requirement("R058.a")
async def test_staff_read_what_production_said_and_tell_it_in_words_of_their_own(company):
    await held(company)
    assert words(company) == []
    (duty,) = [each for each in company.announced(said.DeadlineSetByOrders) if each.kind == "word_delay"]
    assert (duty.assignee_role, duty.due_at) == ("cs_specialist", company.now + TERM)
    untold = (await company.order()).untold
    assert (untold.new, untold.said, untold.usual) == (LATE, SHOP_FLOOR, "部分材料尚未备齐")

    await company.decide(word_delay, LATE, "五金配件尚未到厂", role="cs_specialist", by="cs-07")
    assert words(company) == [(LATE, "五金配件尚未到厂")]
    order = await company.order()
    assert (order.untold, order.delays[-1].worded_by, order.promises.current("ship").on) == (None, "cs-07", LATE)
    await company.until(company.now + timedelta(days=1))
    assert len(words(company)) == 1


async def test_a_delay_that_no_person_words_is_told_in_the_usual_words_when_the_term_is_over(company):
    await held(company)
    begun = company.now
    await company.until(begun + TERM - timedelta(seconds=1))
    assert words(company) == []
    await company.until(begun + TERM)
    assert words(company) == [(LATE, "部分材料尚未备齐")]
    (missed,) = [each for each in company.announced(said.DeadlineMissedByOrders) if each.kind == "word_delay"]
    assert missed.supervisor_role == "cs_supervisor"
    order = await company.order()
    assert (order.delays[-1].worded_by, order.clock("word_delay")) == (None, None)


HOLIDAYS = """
name = "holidays"
version = 1
in_force_from = 2026-01-01
approved_by = "gm"
days_off = [2026-11-10]
"""


@pytest.mark.parametrize(("holidays", "ends_on"), [("", date(2026, 11, 10)), (HOLIDAYS, date(2026, 11, 11))])
async def test_a_term_in_working_days_goes_by_the_company_s_own_days_off(company, tmp_path, holidays, ends_on):
    file = tmp_path / "holidays.toml"
    file.write_text(holidays, encoding="utf-8")
    settings = nowhere(Settings, holidays=file if holidays else None)
    duty = SHIPPED.duties["word_delay"].but(term=Within(days=1, working=True))
    policy = SHIPPED.but(duties={**SHIPPED.duties, "word_delay": duty})
    rules = Rules(Policies((policy,)), Clocks(ANNOUNCEMENTS, settings.calendar()))
    await company.place()
    await company.release()
    company.now = RULES.calendar.moment(date(2026, 11, 9), time(10))

    late = slip(await company.order(), LATE, "goods_incomplete", None, rules, company.cause("cs_specialist")).state

    assert RULES.calendar.day(late.untold.tell_by - timedelta(seconds=1)) == ends_on
    assert late.clock("word_delay").due_at == late.untold.tell_by


@pytest.mark.requirement("R175.c")
@pytest.mark.parametrize("reason", REASONS)
async def test_what_a_department_wrote_reaches_no_customer_unread_whatever_the_reason(company, reason):
    await held(company, reason=reason)
    (delayed,) = await company.delays()
    assert delayed.reason_text == REASONS[reason].text


async def test_several_slips_within_the_term_are_told_once_and_do_not_put_the_telling_off(company):
    await held(company)
    begun = company.now
    for minutes, day in ((10, 5), (20, 4)):
        await company.until(begun + timedelta(minutes=minutes))
        fact = {"expected_ready_on": date(2026, 12, day), "reason_text": "缺料"}
        await company.fact(facts.ProductionDelayed, **fact)
    await company.until(begun + TERM)
    assert words(company) == [(date(2026, 12, 5), "部分材料尚未备齐")]


async def test_a_day_that_production_names_takes_the_place_of_an_estimate_that_was_not_told(company):
    await company.place()
    await company.run_to("production")
    eve = datetime(2026, 11, 25, 1, tzinfo=UTC)
    await company.until(eve)
    assert (await company.order()).untold.estimated
    await company.fact(facts.ProductionDelayed, expected_ready_on=date(2026, 11, 27), reason_text="缺料")
    await company.until(eve + TERM)
    (delayed,) = company.announced(said.ShipmentDelayed)
    assert (delayed.new_ship_date, delayed.estimated) == (date(2026, 11, 27), False)


@pytest.mark.parametrize(("found", "told"), [((15, 10), (15, 40)), ((15, 40), (15, 50)), ((15, 55), (15, 55))])
async def test_the_term_ends_before_the_day_of_the_contract_begins(company, found, told):
    await company.place()
    await company.run_to("shipping")
    company.now = datetime(2026, 11, 25, *found, tzinfo=UTC)
    await company.decide(slip, LATE, "transport", None, role="planner")
    await company.until(company.now + TERM)
    (delayed,) = company.announced(said.ShipmentDelayed)
    at = [each.at for each in company.database.outbox.envelopes if each.key == said.ShipmentDelayed.key]
    assert delayed.told_before_contract_date
    assert at == [datetime(2026, 11, 25, *told, tzinfo=UTC)]


async def test_goods_that_leave_within_the_term_are_not_told_to_be_late(company):
    await company.place()
    await company.run_to("shipping")
    await company.decide(slip, LATE, "transport", None, role="planner")
    await company.fact(facts.GoodsDispatched, left_at=company.now)
    await company.until(company.now + timedelta(hours=1))
    assert words(company) == []
    assert (await company.order()).clock("word_delay") is None


async def test_a_day_that_staff_name_is_told_at_once_in_place_of_what_waited(company):
    await held(company)
    await company.decide(postpone, date(2026, 12, 1), "design_change", "门洞尺寸调整", role="planner")
    await company.until(company.now + timedelta(hours=1))
    assert words(company) == [(date(2026, 12, 1), "门洞尺寸调整")]


@pytest.mark.parametrize(
    ("reason", "day", "text", "code"),
    [
        ("goods_incomplete", date(2026, 12, 2), None, "delay_changed"),
        ("supply", LATE, "宏达断货", "usual_words_only"),
    ],
)
async def test_words_for_another_day_or_about_a_supplier_are_refused(company, reason, day, text, code):
    await held(company, reason=reason)
    with pytest.raises(Refused) as refused:
        await company.decide(word_delay, day, text, role="cs_specialist")
    assert refused.value.code == code


@pytest.mark.requirement("R058.f")
@pytest.mark.parametrize("day", [date(2026, 11, 27), date(2026, 11, 28), date(2026, 12, 4)])
async def test_after_a_delay_without_a_day_any_day_that_is_found_out_is_told(company, day):
    await company.place()
    await company.run_to("production")
    await company.until(datetime(2026, 11, 25, 2, tzinfo=UTC))
    (unknown,) = company.announced(said.ShipmentDelayed)
    assert unknown.estimated
    assert (await company.order()).clock("find_out_day") is not None

    await company.fact(facts.ProductionProgressed, ready_percent=80, expected_ready_on=day)
    *_, known = await company.delays()
    assert (known.estimated, known.new_ship_date, known.supersedes) == (False, day, unknown.delay_id)
    assert (await company.order()).clock("find_out_day") is None


async def test_how_far_production_is_does_not_say_when_the_goods_leave(company):
    await company.place()
    await company.run_to("production")
    await company.until(datetime(2026, 11, 25, 2, tzinfo=UTC))
    await company.fact(facts.ProductionProgressed, ready_percent=90)
    assert (await company.order()).clock("find_out_day") is not None


async def test_where_nothing_waits_to_be_told_there_is_nothing_to_word(company):
    await held(company)
    await company.delays()
    with pytest.raises(Refused) as refused:
        await company.decide(word_delay, LATE, None, role="cs_specialist")
    assert refused.value.code == "nothing_untold"
