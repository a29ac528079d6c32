"""Customers are asked for their opinion of each service and in between, and the staff's ratings follow from it."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from drawn import Drawn, drawn

from intake.domain.decisions.survey import hear_grade, issue
from shared.aggregate import Change
from shared.contracts.aftersales import ServiceOrderClosed
from shared.contracts.intake import (
    NegativeFeedbackReceived,
    Opinion,
    SurveyAnswered,
    SurveyIssued,
)
from shared.contracts.notify import ReplyReceived
from shared.contracts.roles import Role
from shared.contracts.vocabulary import CustomerSnapshot
from shared.testing import cause

NOW = datetime(2026, 11, 20, 6, 0, tzinfo=UTC)
HENGDA = {
    "name": "恒达装饰",
    "source": "cs",
    "contacts": [{"name": "王建国", "mobile": "13800138000", "email": "wang@hengda.example"}],
}
PLEASED = {"attitude": "very_satisfied", "technique": "satisfied", "arrival_time": "satisfied", "promises": "satisfied"}
SERVICE = UUID("018f5a30-6a51-7c0e-9d4b-2f1f7f6b1c44")


@pytest.fixture
async def customer(world):
    made = await world.ask(Role.CS_SPECIALIST, "POST", "/customers", HENGDA)
    assert made.status_code == 201, made.text
    return CustomerSnapshot(
        customer_id=made.json()["customer_id"],
        kind=made.json()["particulars"]["kind"],
        name="恒达装饰",
        contact_name="王建国",
        mobile="13800138000",
        email="wang@hengda.example",
    )


def announced(world, kind):
    return [event for event in world.announced if isinstance(event, kind)]


def closed(customer, service=SERVICE, technician="tech-03"):
    return ServiceOrderClosed(
        service_order_id=service,
        voucher_no="FW-1",
        type="A",
        closed_at=NOW,
        serviced_at=NOW - timedelta(days=1),
        result="已更换铰链",
        closed_by="cs-07",
        customer=customer,
        order_no="SO-1",
        technician=technician,
    )


async def issued(world):
    return (await world.ask(Role.CS_SPECIALIST, "GET", "/surveys")).json()["items"]


async def answered(world, survey, **grades):
    path = f"/surveys/{survey}/answer"
    return await world.ask(Role.CS_SPECIALIST, "POST", path, {**PLEASED, **grades})


def reply(customer, **fields):
    said = {
        "reply_id": uuid4(),
        "address_masked": "w***@hengda.example",
        "text": "1",
        "customer_id": customer.customer_id,
        "purpose": "survey",
        "about": "SO-1",
        "intent": "rating",
        "choice": 1,
        "at": NOW,
    }
    return ReplyReceived(**{**said, **fields})


@pytest.mark.requirement("R139.a")
async def test_each_closed_service_leads_to_one_survey_however_often_it_is_heard(world, customer):
    event, id = closed(customer), uuid4()
    for _ in range(2):
        await world.hear(event, id=id)
    (survey,) = await issued(world)
    assert announced(world, SurveyIssued) == [
        SurveyIssued(
            survey_id=UUID(survey["survey_id"]),
            customer=customer,
            service_order_id=SERVICE,
            order_no="SO-1",
            technician="tech-03",
        )
    ]
    assert (survey["stage"], survey["service_order_id"], survey["technician"]) == ("open", str(SERVICE), "tech-03")


async def test_internal_work_leads_to_no_survey(world):
    await world.hear(closed(None))
    assert await issued(world) == []


@pytest.mark.requirement("R137.b")
async def test_a_customer_is_asked_in_between_as_well(world, customer):
    body = {"customer_id": str(customer.customer_id), "order_no": "SO-7"}
    made = await world.ask(Role.CS_SPECIALIST, "POST", "/surveys", body)
    assert (made.status_code, made.json()["stage"], made.json()["service_order_id"]) == (201, "open", None)
    survey_id = UUID(made.json()["survey_id"])
    assert announced(world, SurveyIssued) == [SurveyIssued(survey_id=survey_id, customer=customer, order_no="SO-7")]


@pytest.mark.requirement("R138.a", "R140.a", "R140.b")
@pytest.mark.parametrize("grade", ["very_satisfied", "satisfied"])
async def test_an_opinion_has_four_dimensions_in_four_grades_and_suggestions_and_stays_as_it_was_given(
    world, customer, grade
):
    await world.hear(closed(customer))
    (survey,) = await issued(world)
    given = {**PLEASED, "technique": grade, "suggestion": "希望提前一天确认到场时间", "via": "letter"}
    done = (await answered(world, survey["survey_id"], **given)).json()
    assert (done["stage"], done["possible"], done["opinion"]) == ("answered", [], {**given, "complaint": ""})
    assert world.announced[-1] == SurveyAnswered(
        **given,
        survey_id=UUID(survey["survey_id"]),
        customer_id=customer.customer_id,
        service_order_id=SERVICE,
        technician="tech-03",
        answered_at=NOW,
    )

    again = await answered(world, survey["survey_id"], attitude="poor")

    assert (again.status_code, again.json()["code"]) == (409, "illegal_transition")
    shown = (await world.ask(Role.CS_SPECIALIST, "GET", f"/surveys/{survey['survey_id']}")).json()
    assert shown == done


@pytest.mark.parametrize(
    ("grades", "dimension", "severity", "text"),
    [
        ({"promises": "average"}, "promises", "average", "承诺事项办理：一般"),
        (
            {"attitude": "average", "arrival_time": "poor", "suggestion": "请准时"},
            "arrival_time",
            "dissatisfied",
            "到达时间：较差；服务态度：一般。请准时",
        ),
        ({"complaint": "玻璃门闭合有异响"}, "complaint", "dissatisfied", "玻璃门闭合有异响"),
    ],
)
async def test_a_low_grade_or_a_complaint_is_a_negative_feedback_that_names_the_worst(
    world, customer, grades, dimension, severity, text
):
    await world.hear(closed(customer))
    (survey,) = await issued(world)
    await answered(world, survey["survey_id"], **grades)
    (feedback,) = announced(world, NegativeFeedbackReceived)
    assert feedback == NegativeFeedbackReceived(
        feedback_id=feedback.feedback_id,
        source="survey",
        customer=customer,
        order_no="SO-1",
        service_order_id=SERVICE,
        dimension=dimension,
        text=text,
        severity=severity,
    )


@pytest.mark.parametrize(("choice", "grade"), list(enumerate(["very_satisfied", "satisfied", "average", "poor"], 1)))
async def test_a_grade_that_the_customer_replies_is_the_grade_in_all_four_dimensions(world, customer, choice, grade):
    await world.hear(closed(customer))
    await world.hear(reply(customer, choice=choice, text=str(choice)))
    (survey,) = await issued(world)
    given = Opinion(attitude=grade, technique=grade, arrival_time=grade, promises=grade, via="email")
    assert (survey["stage"], Opinion.model_validate(survey["opinion"])) == ("answered", given)
    assert len(announced(world, NegativeFeedbackReceived)) == (choice > 2)


@pytest.mark.parametrize("text", ["1 师傅很专业", "1 13800138000", "１，13912345678", "1-2"])
async def test_what_is_written_beside_the_grade_is_a_suggestion(world, customer, text):
    await world.hear(closed(customer))
    await world.hear(reply(customer, text=text))
    (survey,) = await issued(world)
    assert survey["opinion"]["suggestion"] == text


@pytest.mark.parametrize("text", ["1", "１", " 1 ", "1。", "１！", "一"])
async def test_a_grade_alone_is_no_suggestion_however_it_is_typed(world, customer, text):
    await world.hear(closed(customer))
    await world.hear(reply(customer, text=text))
    (survey,) = await issued(world)
    assert (survey["stage"], survey["opinion"]["suggestion"]) == ("answered", "")


async def test_a_grade_that_is_texted_after_the_answer_changes_nothing(world, customer):
    await world.hear(closed(customer))
    (survey,) = await issued(world)
    done = (await answered(world, survey["survey_id"])).json()
    before = len(world.announced)
    await world.hear(reply(customer, choice=4, text="4"))
    assert (await issued(world), world.announced[before:]) == ([done], ())


def test_of_two_grades_that_are_heard_in_the_same_moment_the_first_is_the_answer(customer):
    asked = issue(uuid4(), customer, None, "SO-1", None, cause(NOW)).state
    pleased, not_pleased = [
        Opinion(attitude=grade, technique=grade, arrival_time=grade, promises=grade, via="sms")
        for grade in ("satisfied", "poor")
    ]
    answered = hear_grade(asked, pleased, cause(NOW)).state

    assert hear_grade(answered, not_pleased, cause(NOW)) == Change(answered)
    assert answered.opinion == pleased


@pytest.mark.parametrize(
    "fields",
    [
        {"purpose": "offer"},
        {"intent": "free", "choice": None},
        {"choice": 7},
        {"about": "SO-2"},
        {"customer_id": None},
        {"customer_id": UUID(int=9)},
    ],
)
async def test_a_reply_to_anything_else_answers_no_survey(world, customer, fields):
    await world.hear(closed(customer))
    await world.hear(reply(customer, **fields))
    assert [survey["stage"] for survey in await issued(world)] == ["open"]


@pytest.mark.requirement("R138.b")
async def test_the_ratings_of_a_month_are_counted_for_each_colleague(world, customer):
    for technician, attitude in (
        ("tech-03", "poor"),
        ("tech-03", "satisfied"),
        ("tech-01", "satisfied"),
        (None, "poor"),
    ):
        service = uuid4()
        await world.hear(closed(customer, service, technician))
        (survey,) = [each for each in await issued(world) if each["service_order_id"] == str(service)]
        await answered(world, survey["survey_id"], attitude=attitude)
    await world.hear(closed(customer, uuid4()))
    none = {"very_satisfied": 0, "satisfied": 0, "average": 0, "poor": 0}

    november = (await world.ask(Role.CS_SUPERVISOR, "GET", "/staff-ratings?month=2026-11")).json()

    assert [(row["staff"], row["opinions"]) for row in november["staff"]] == [("tech-01", 1), ("tech-03", 2)]
    assert november["staff"][1]["grades"] == {
        "attitude": {**none, "satisfied": 1, "poor": 1},
        "technique": {**none, "satisfied": 2},
        "arrival_time": {**none, "satisfied": 2},
        "promises": {**none, "satisfied": 2},
    }
    for month in ("2026-10", "2026-12"):
        other = (await world.ask(Role.CS_SUPERVISOR, "GET", f"/staff-ratings?month={month}")).json()
        assert other == {"month": month, "staff": []}


async def test_how_satisfied_customers_are_is_drawn_and_exported_for_a_period(world, customer):
    for attitude in ("very_satisfied", "poor"):
        service = uuid4()
        await world.hear(closed(customer, service))
        (survey,) = [each for each in await issued(world) if each["service_order_id"] == str(service)]
        await answered(world, survey["survey_id"], attitude=attitude)
    of_two = ["100%", "0", "2", "0", "0"]

    page = await world.ask(Role.CS_SUPERVISOR, "GET", "/ui/figures?begin=2026-11-01&until=2026-11-30")

    assert drawn(page.text) == {
        "客户满意度": Drawn(
            sheet="/intake/satisfaction?begin=2026-11-01&end=2026-12-01&format=xlsx",
            lines=[
                ["服务态度", "50%", "1", "0", "0", "1"],
                *(["技术水平", *of_two], ["到达时间", *of_two], ["承诺事项办理", *of_two]),
            ],
            widths=["50%", "100%", "100%", "100%"],
        )
    }
    counted = "/satisfaction?begin=2026-11-01&end=2026-12-01"
    exported = await world.ask(Role.CS_SUPERVISOR, "GET", f"{counted}&format=csv")
    assert exported.content.decode("utf-8-sig").splitlines()[:2] == [
        "评价项目,非常满意,满意,一般,较差",
        "服务态度,1,0,0,1",
    ]
    (attitude, *_) = (await world.ask(Role.CS_SUPERVISOR, "GET", counted)).json()
    assert attitude == {
        "dimension": "attitude",
        "grades": {"very_satisfied": 1, "satisfied": 0, "average": 0, "poor": 1},
    }


@pytest.mark.parametrize(
    "path", ["/ui/figures?begin=2026-12-02&until=2026-12-01", "/satisfaction?begin=2026-12-01&end=2026-12-01"]
)
async def test_figures_of_a_period_that_ends_before_it_begins_are_refused(world, path):
    answer = await world.ask(Role.CS_SUPERVISOR, "GET", path)
    assert (answer.status_code, answer.json()["code"]) == (409, "empty_period")


@pytest.mark.parametrize("month", ["0000-01", "0001-01", "1899-12", "2200-01", "9999-12"])
async def test_a_month_whose_days_cannot_be_reckoned_is_refused_at_the_door(world, month):
    answer = await world.ask(Role.CS_SUPERVISOR, "GET", f"/staff-ratings?month={month}")
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")


@pytest.mark.parametrize("path", ["/ui/figures?begin={}&until={}", "/satisfaction?begin={}&end={}"])
@pytest.mark.parametrize("days", [("0001-01-01", "2026-12-01"), ("2026-12-01", "9999-12-31")])
async def test_a_period_at_the_edge_of_the_calendar_is_refused_at_the_door(world, path, days):
    answer = await world.ask(Role.CS_SUPERVISOR, "GET", path.format(*days))
    assert (answer.status_code, answer.json()["errors"][0]["rule"]) == (422, "beyond_calendar")
