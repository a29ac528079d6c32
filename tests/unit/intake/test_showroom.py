"""Tours of the showroom: booked with known customers, prepared by named people, led by stations, judged on table 2."""

from datetime import UTC, datetime, timedelta

import pytest
from talks import ANSWERED

from shared.contracts.intake import (
    DeadlineMetByIntake,
    DeadlineMissedByIntake,
    DeadlineSetByIntake,
    NegativeFeedbackReceived,
    ShowroomVisitBooked,
    ShowroomVisitCancelled,
    ShowroomVisitCompleted,
)
from shared.contracts.roles import Role

NOW = datetime(2026, 11, 20, 6, 0, tzinfo=UTC)
AT = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
PEOPLE = {"junction": "am-03", "front_desk": "desk-1", "lights": "assistant-1"}
MINUTES = {"video": 8, "meeting_room": 20, "corridor": 5, "materials": 40}
TOUR = {
    "minutes": MINUTES,
    "decision_maker": "王总",
    "rating": "satisfied",
    "impression": "产品高档",
    "evaluation": "接待热情",
    "suggestion": "样品再多一些",
    "signed": True,
}
TALK = dict(ANSWERED)


async def customer_of(world, *, called=True):
    body = {"name": "恒达装饰", "source": "engineering"}
    customer = (await world.ask(Role.CS_SPECIALIST, "POST", "/customers", body)).json()["customer_id"]
    if called:
        await world.ask(Role.CS_SPECIALIST, "POST", f"/customers/{customer}/contacts", TALK)
    return customer


def wish(customer, **fields):
    return {
        "customer_id": customer,
        "at": AT.isoformat(),
        "party_size": 3,
        "host": "am-03",
        "consent": "2026-11-20 电话征得同意",
        "people": PEOPLE,
        **fields,
    }


async def book(world, customer, **fields):
    return await world.ask(Role.ACCOUNT_MANAGER, "POST", "/showroom-visits", wish(customer, **fields), by="am-03")


async def booked(world, **fields):
    answer = await book(world, await customer_of(world), **fields)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def complete(world, visit, **fields):
    path = f"/showroom-visits/{visit['visit_id']}/complete"
    return await world.ask(Role.ACCOUNT_MANAGER, "POST", path, {**TOUR, **fields})


def of(world, kind):
    return [event for event in world.announced if isinstance(event, kind)]


def code(answer):
    return answer.status_code, answer.json()["code"]


@pytest.mark.requirement("R047.a")
async def test_only_a_customer_who_answered_on_the_phone_and_agreed_is_invited(world):
    stranger, known = await customer_of(world, called=False), await customer_of(world)
    assert code(await book(world, stranger)) == (409, "answers_missing")
    silent = {name: value for name, value in wish(known).items() if name != "consent"}
    refused = await world.ask(Role.ACCOUNT_MANAGER, "POST", "/showroom-visits", silent)
    assert (refused.status_code, "consent" in refused.json()["detail"]) == (422, True)
    visit = (await book(world, known)).json()
    assert (visit["stage"], visit["consent"]) == ("booked", "2026-11-20 电话征得同意")
    assert code(await book(world, known, at=NOW.isoformat())) == (409, "too_soon")
    assert code(await book(world, known, at="2062-11-25T06:00:00Z")) == (409, "far_day")


@pytest.mark.requirement("R047.b")
@pytest.mark.parametrize(("presentation", "more"), [(False, []), (True, [("高隔间方案PPT", 1)])])
async def test_water_and_material_are_prepared_by_the_number_of_visitors(world, presentation, more):
    visit = await booked(world, party_size=5, needs_presentation=presentation)
    prepared = [(each["title"], each["quantity"]) for each in visit["preparations"]]
    assert prepared == [("饮用水", 5), ("公司资料", 5), *more]


@pytest.mark.requirement("R048.a")
async def test_the_sales_assistant_is_to_be_told_in_the_morning_of_the_day(world):
    visit = await booked(world)
    (said,) = of(world, ShowroomVisitBooked)
    assert (str(said.visit_id), said.at, said.party_size) == (visit["visit_id"], AT, 3)
    assert said.told_at == datetime(2026, 11, 24, 0, 30, tzinfo=UTC)


@pytest.mark.requirement("R048.c")
async def test_meeting_the_customer_front_desk_and_lights_are_tasks_of_named_people(world):
    visit = await booked(world)
    assert {task["title"]: task["staff"] for task in visit["tasks"]} == {
        "到路口迎接": "am-03",
        "前台起身迎接问好": "desk-1",
        "打开走廊、会议室、选材区灯光": "assistant-1",
    }
    ready = AT - timedelta(minutes=5)
    assert [(event.assignee, event.due_at) for event in of(world, DeadlineSetByIntake)] == [
        (staff, ready) for staff in PEOPLE.values()
    ]
    path = f"/showroom-visits/{visit['visit_id']}/do-task"
    done = await world.ask(Role.SALES_ASSISTANT, "POST", path, {"task": "lights"})
    strange = await world.ask(Role.SALES_ASSISTANT, "POST", path, {"task": "music"})
    assert [task["name"] for task in done.json()["tasks"] if task["done_at"]] == ["lights"]
    assert code(strange) == (409, "tasks_unknown")
    await world.until(AT)
    assert [event.assignee for event in of(world, DeadlineMissedByIntake)] == ["am-03", "desk-1"]
    assert [(event.assignee, event.outcome) for event in of(world, DeadlineMetByIntake)] == [("assistant-1", "in_time")]


async def test_each_task_of_the_reception_needs_a_person(world):
    customer = await customer_of(world)
    assert code(await book(world, customer, people={"junction": "am-03", "lights": "a-1"})) == (409, "tasks_open")
    assert code(await book(world, customer, people={**PEOPLE, "music": "a-1"})) == (409, "tasks_unknown")


@pytest.mark.requirement("R049.a", "R049.b", "R049.c")
async def test_the_stations_of_the_tour_stand_beside_the_standard_and_the_one_who_decides_is_named(world):
    visit = await booked(world)
    assert code(await complete(world, visit)) == (409, "not_begun")
    await world.until(AT + timedelta(hours=2))
    short = {name: minutes for name, minutes in MINUTES.items() if name != "corridor"}
    assert code(await complete(world, visit, minutes=short)) == (409, "steps_open")
    assert code(await complete(world, visit, minutes={**MINUTES, "garden": 3})) == (409, "steps_unknown")
    nameless = await complete(world, visit, decision_maker="")
    assert nameless.status_code == 422

    tour = (await complete(world, visit)).json()

    rows = [
        tuple(step[name] for name in ("name", "minutes", "at_least", "at_most", "within_standard"))
        for step in tour["steps"]
    ]
    assert rows == [
        ("休息区观看公司宣传视频", 8, 5, 10, True),
        ("会议室介绍专利、表扬信与资料", 20, None, None, True),
        ("走廊介绍标志性工程", 5, None, None, True),
        ("选材区介绍款式与PPT方案", 40, 15, 30, False),
    ]
    (said,) = of(world, ShowroomVisitCompleted)
    assert (said.decision_maker, [step.minutes for step in said.steps]) == ("王总", [8, 20, 5, 40])
    assert (tour["stage"], tour["decision_maker"], tour["possible"]) == ("completed", "王总", [])


@pytest.mark.requirement("R086.c")
async def test_without_the_customers_signature_there_is_no_record(world):
    visit = await booked(world)
    await world.until(AT + timedelta(hours=2))
    assert code(await complete(world, visit, signed=False)) == (409, "unsigned")
    assert of(world, ShowroomVisitCompleted) == []


@pytest.mark.requirement("R086.b")
@pytest.mark.parametrize("rating", ["satisfied", "average", "dissatisfied"])
async def test_the_reception_is_rated_on_three_levels(world, rating):
    visit = await booked(world)
    await world.until(AT + timedelta(hours=2))
    assert (await complete(world, visit, rating="very_satisfied")).status_code == 422
    tour = (await complete(world, visit, rating=rating)).json()
    assert (tour["form"]["rating"], [each.rating for each in of(world, ShowroomVisitCompleted)]) == (rating, [rating])


@pytest.mark.requirement("R086.a")
async def test_table_2_has_time_host_customer_contact_telephone_and_what_the_visitors_said(world):
    customer = await customer_of(world)
    added = {"contacts": [{"name": "王建国", "mobile": "13800138000"}], "reason": "补充联系人"}
    await world.ask(Role.CS_SPECIALIST, "POST", f"/customers/{customer}/correct", added)
    visit = (await book(world, customer)).json()
    await world.until(AT + timedelta(hours=2))
    await complete(world, visit)

    shown = (await world.ask(Role.CS_SPECIALIST, "GET", f"/showroom-visits/{visit['visit_id']}")).json()

    assert (datetime.fromisoformat(shown["at"]), shown["host"]) == (AT, "am-03")
    who = {name: shown["customer"][name] for name in ("name", "contact_name", "mobile")}
    assert who == {"name": "恒达装饰", "contact_name": "王建国", "mobile": "13800138000"}
    assert shown["form"] == {
        "rating": "satisfied",
        "impression": "产品高档",
        "evaluation": "接待热情",
        "suggestion": "样品再多一些",
        "signed": True,
    }


@pytest.mark.requirement("R051.a")
async def test_impression_rating_suggestion_and_signature_are_recorded_on_table_2(world):
    visit = await booked(world)
    await world.until(AT + timedelta(hours=2))
    await complete(world, visit)
    shown = (await world.ask(Role.CS_SPECIALIST, "GET", f"/showroom-visits/{visit['visit_id']}")).json()
    form = {name: TOUR[name] for name in ("rating", "impression", "evaluation", "suggestion", "signed")}
    assert shown["form"] == form
    (said,) = of(world, ShowroomVisitCompleted)
    assert {name: getattr(said, name) for name in form} == form
    assert of(world, NegativeFeedbackReceived) == []
    assert code(await complete(world, visit)) == (409, "illegal_transition")


async def test_a_dissatisfied_visitor_is_a_negative_feedback(world):
    visit = await booked(world)
    await world.until(AT + timedelta(hours=2))
    unknown = await complete(world, visit, rating="excellent")
    assert unknown.status_code == 422
    await complete(world, visit, rating="dissatisfied", suggestion="等了半小时没人接待")
    (said,) = of(world, NegativeFeedbackReceived)
    assert (said.source, said.text, said.severity) == ("showroom", "等了半小时没人接待", "dissatisfied")


async def test_a_cancelled_tour_is_announced_and_its_tasks_are_not_needed_any_more(world):
    visit = await booked(world)
    path = f"/showroom-visits/{visit['visit_id']}/cancel"
    cancelled = (await world.ask(Role.ACCOUNT_MANAGER, "POST", path, {"reason": "客户改期"})).json()
    assert (cancelled["stage"], cancelled["cancelled_because"]) == ("cancelled", "客户改期")
    (said,) = of(world, ShowroomVisitCancelled)
    assert (str(said.visit_id), said.reason) == (visit["visit_id"], "客户改期")
    assert {event.outcome for event in of(world, DeadlineMetByIntake)} == {"no_longer_needed"}
    await world.until(AT)
    assert of(world, DeadlineMissedByIntake) == []
    rows = (await world.ask(Role.CS_SPECIALIST, "GET", "/showroom-visits?stage=cancelled")).json()["items"]
    assert [row["visit_id"] for row in rows] == [visit["visit_id"]]
