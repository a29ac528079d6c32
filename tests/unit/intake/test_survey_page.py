"""A customer answers a survey on their own page, by the link that they were sent; and is asked regularly."""

import re
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from customer_page import MOST_BYTES, link_of, opened, text

from intake.app import service
from intake.settings import Settings
from shared.contracts.intake import NegativeFeedbackReceived, SurveyAnswered, SurveyIssued
from shared.contracts.roles import Role
from shared.testing import World, in_memory, nowhere

NOW = datetime(2026, 11, 20, 6, 0, tzinfo=UTC)
SHANGHAI = ZoneInfo("Asia/Shanghai")
GIVEN = {"attitude": "very_satisfied", "technique": "satisfied", "arrival_time": "satisfied", "promises": "satisfied"}


async def a_customer(world, name="恒达装饰"):
    made = await world.ask(Role.CS_SPECIALIST, "POST", "/customers", {"name": name})
    return UUID(made.json()["customer_id"])


async def asked(world, customer, order_no="SO-1"):
    body = {"customer_id": str(customer), "order_no": order_no}
    made = await world.ask(Role.CS_SPECIALIST, "POST", "/surveys", body)
    return made.json()["survey_id"]


async def send(world, link, **said):
    headers = {"Content-Type": "application/x-www-form-urlencoded", "X-Forwarded-For": "192.0.2.1"}
    return await world._http.post(f"/p/{link}", content=urlencode(said), headers=headers)


def answers(world):
    return [each for each in world.announced if isinstance(each, SurveyAnswered)]


async def test_the_page_asks_for_four_grades_in_four_dimensions_and_loads_nothing_from_elsewhere(world):
    customer = await a_customer(world)
    await asked(world, customer)
    link = link_of(customer, NOW.date())

    answer = await opened(world, link)

    assert answer.status_code == 200
    assert "订单SO-1" in text(answer.text)
    assert set(re.findall(r'type="radio" name="(\w+)"', answer.text)) == set(GIVEN)
    assert len(re.findall(r'type="radio"', answer.text)) == 16
    assert (len(answer.content) < MOST_BYTES, "<script" in answer.text, "恒达装饰" in answer.text) == (
        True,
        False,
        False,
    )
    assert answer.headers["content-security-policy"].startswith("default-src 'none'; style-src 'self'")


@pytest.mark.requirement("R138.a")
async def test_an_opinion_that_is_sent_is_kept_as_it_was_given_and_counts_once(world):
    customer = await a_customer(world)
    survey = await asked(world, customer)
    link = link_of(customer, NOW.date())

    once = await send(world, link, survey_id=survey, suggestion="希望提前确认到场时间", **GIVEN)
    again = await send(world, link, survey_id=survey, **GIVEN)

    assert [(each.status_code, each.headers["location"]) for each in (once, again)] == [
        (303, f"{link}?thanks=true")
    ] * 2
    assert answers(world) == [
        SurveyAnswered(
            survey_id=UUID(survey),
            customer_id=customer,
            answered_at=NOW,
            suggestion="希望提前确认到场时间",
            via="web",
            **GIVEN,
        )
    ]
    thanked = await world.ask(None, "GET", f"/p/{link}?thanks=true")
    assert "谢谢您的评价" in thanked.text


async def test_a_low_grade_by_the_link_is_a_negative_feedback(world):
    customer = await a_customer(world)
    survey = await asked(world, customer)
    await send(world, link_of(customer, NOW.date()), survey_id=survey, **{**GIVEN, "attitude": "poor"})
    (feedback,) = [each for each in world.announced if isinstance(each, NegativeFeedbackReceived)]
    assert (feedback.source, feedback.dimension, feedback.severity) == ("survey", "attitude", "dissatisfied")


async def test_what_is_left_open_is_named_and_nothing_is_kept(world):
    customer = await a_customer(world)
    survey = await asked(world, customer)
    answer = await send(world, link_of(customer, NOW.date()), survey_id=survey, attitude="satisfied", promises="good")
    assert (answer.status_code, "请再选择：技术水平、到达时间、承诺事项办理。" in answer.text) == (200, True)
    assert answers(world) == []


async def test_nobody_answers_another_customer_s_survey(world):
    customer, other = await a_customer(world), await a_customer(world, "明镜眼镜店")
    survey = await asked(world, other)
    answer = await send(world, link_of(customer, NOW.date()), survey_id=survey, **GIVEN)
    assert (answer.status_code, answers(world)) == (303, [])


@pytest.mark.parametrize("body", [b"\xff\xfe", b"a=1&" * 50, b"{}"])
async def test_what_is_no_form_changes_nothing(world, body):
    customer = await a_customer(world)
    await asked(world, customer)
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = await world._http.post(f"/p/{link_of(customer, NOW.date())}", content=body, headers=headers)
    assert (answer.status_code, answers(world)) == (303, [])


async def test_a_guessed_link_neither_shows_nor_takes_anything(world):
    answer = await send(world, "A" * 48, survey_id="1", **GIVEN)
    assert (answer.status_code, (await opened(world, "A" * 48)).status_code) == (404, 404)


@pytest.mark.requirement("R137.a", "R187.b")
async def test_a_customer_with_an_order_is_asked_regularly_but_not_again_within_half_a_year():
    settings = nowhere(Settings)
    begin = datetime(2026, 1, 10, 9, tzinfo=SHANGHAI).astimezone(UTC)
    world = World(service(settings, in_memory("intake", settings, at=begin)), hears_itself=True)
    await world.until(begin)
    customer, _ = await a_customer(world), await a_customer(world, "明镜眼镜店")
    wanted = {
        "customer_id": str(customer),
        "order_no": "SO-1",
        "lines": [{"description": "高隔断", "quantity": 2}],
        "verified": {"by": "cs-07", "at": "2026-01-10T00:30:00Z"},
    }
    assert (await world.ask(Role.CS_SPECIALIST, "POST", "/orders", wanted)).status_code == 201

    await world.until(begin + timedelta(days=365))

    issued = [each for each in world.announced if isinstance(each, SurveyIssued)]
    assert [each.customer.customer_id for each in issued] == [customer] * 2
    rows = (await world.ask(Role.CS_SPECIALIST, "GET", "/surveys")).json()["items"]
    moments = [datetime.fromisoformat(each["issued_at"]).astimezone(SHANGHAI) for each in rows]
    assert [f"{each:%m-%d %H:%M}" for each in reversed(moments)] == ["01-15 10:00", "07-15 10:00"]
