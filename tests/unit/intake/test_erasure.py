"""A customer is erased: asked for by one person, carried out by another; what is left has a pseudonym."""

import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode
from uuid import UUID, uuid4

import pytest
from customer_page import link_of, opened

from intake.app import service
from intake.domain.decisions.erasure import ask_to_erase as ask
from intake.domain.decisions.erasure import erase as erase_file
from intake.domain.decisions.registration import register
from intake.settings import Settings
from intake.store import Stores
from shared.aggregate import Refused
from shared.calendar import CHINA
from shared.contracts.intake import (
    CallbackWithdrawn,
    CustomerErased,
    DeadlineMetByIntake,
    DeadlineMissedByIntake,
    DeadlineSetByIntake,
    OrderPlaced,
    Particulars,
    SurveyAnswered,
)
from shared.contracts.notify import ReplyReceived
from shared.contracts.orders import OrderStageChanged
from shared.contracts.roles import Role
from shared.contracts.vocabulary import CustomerSnapshot, order_id_of
from shared.testing import World, cause, in_memory, nowhere

NOW = datetime(2026, 11, 20, 6, 0, tzinfo=UTC)
PERSON = {
    "name": "明镜眼镜店",
    "contacts": [{"name": "陈小明", "title": "陈店长", "mobile": "13711112222", "email": "chen@mingjing.example"}],
    "address": "广州市天河区天河路 208 号",
    "owner": "am-03",
}
PERSONAL = (
    "明镜眼镜店",
    "陈小明",
    "陈店长",
    "13711112222",
    "1111 2222",
    "chen@mingjing",
    "天河路",
    "明镜",
    "陈小",
    "11112222",
)
TALK = {
    "subject": "售前电话回访",
    "service_type": "售前",
    "service_method": "电话",
    "on": "2026-11-20",
    "at": "13:50",
    "contact_name": "陈小明",
    "status": "已完成",
    "started_at": "2026-11-20T05:50:00Z",
    "content": "陈小明说店里要装三樘玻璃门",
    "feedback": "有意向",
}
BASIS = "个人信息保护法第四十七条"
ORDER = {
    "order_no": "SO-2026-0412",
    "lines": [{"description": "高隔断", "quantity": 2}],
    "site_address": "天河路 208 号",
}


@pytest.fixture
def world():
    """Intake as it runs: it hears what it announces itself."""
    settings = nowhere(Settings)
    return World(service(settings, in_memory("intake", settings, at=NOW)), hears_itself=True)


@pytest.fixture
async def person(world):
    """A customer with a corrected file, a talk, a visit, a call that is owed, and a placed order."""

    async def made(path, body, role=Role.CS_SPECIALIST):
        answer = await world.ask(role, "POST", path, body)
        assert answer.status_code in (200, 201), answer.text
        return answer.json()

    id = (await made("/customers", PERSON))["customer_id"]
    await made(f"/customers/{id}/correct", {"address": "广州市天河区天河路 209 号", "reason": "陈小明来电更正"})
    await made(f"/customers/{id}/contacts", TALK)
    visit = {"shop_name": "明镜眼镜店", "customer_id": id, "customer_name": "陈小明", "mobile": "13711112222"}
    visit["left_at"] = "2026-11-20T05:55:00Z"
    await made("/visits", visit, Role.ACCOUNT_MANAGER)
    await made("/orders", {**ORDER, "customer_id": id, "verified": {"by": "cs-01", "at": "2026-11-20T05:00:00Z"}})
    return id


async def ask_to_erase(world, id, by="cs-01"):
    return await world.ask(Role.CS_SPECIALIST, "POST", f"/customers/{id}/ask-to-erase", {"legal_basis": BASIS}, by=by)


async def erase(world, id, by="mg-01"):
    return await world.ask(Role.CS_MANAGER, "POST", f"/customers/{id}/erase", {}, by=by)


async def read(world, path):
    return (await world.ask(Role.CS_SPECIALIST, "GET", path)).json()


def kept(world):
    """All that intake keeps, as one text per document."""
    return {
        (name, id): json.dumps(document.state, ensure_ascii=False)
        for name, documents in world.database.collections.items()
        for id, document in documents.rows.items()
    }


@pytest.mark.requirement("R171.a")
async def test_nothing_that_intake_keeps_names_the_erased_customer(world, person):
    await ask_to_erase(world, person)
    before = len(world.announced)
    await erase(world, person)

    assert {where: word for where, text in kept(world).items() for word in PERSONAL if word in text} == {}
    pseudonym = f"客户-{person[:8]}"
    assert world.announced[before] == CustomerErased(customer_id=person, pseudonym=pseudonym, legal_basis=BASIS)
    told = Counter(type(each) for each in world.announced[before + 1 :])
    assert told == {CallbackWithdrawn: 1, DeadlineMetByIntake: 2}


async def test_the_records_of_an_erased_customer_are_whole_and_the_timeline_has_the_pseudonym(world, person):
    await ask_to_erase(world, person)
    await erase(world, person)

    assert await read(world, f"/customers/{person}/verify") == {"whole": True, "altered": []}
    file = await read(world, f"/customers/{person}")
    assert (file["stage"], file["particulars"]["name"]) == ("erased", f"客户-{person[:8]}")
    moments = (await read(world, f"/customers/{person}/timeline"))["items"]
    (erased,) = [each["said"] for each in moments if each["key"] == "intake.customer_erased.v1"]
    assert erased == {"pseudonym": f"客户-{person[:8]}", "legal_basis": BASIS}
    (registered,) = [each["said"] for each in moments if each["key"] == "intake.customer_registered.v1"]
    assert registered["name"] == f"客户-{person[:8]}"


async def clocks(world, id):
    return [(each["name"], each["outcome"]) for each in await read(world, f"/customers/{id}/clocks")]


async def test_a_wish_to_be_erased_is_a_duty_of_fifteen_working_days_that_names_nobody(world, person):
    await ask_to_erase(world, person)
    (started,) = [each for each in world.announced if isinstance(each, DeadlineSetByIntake) and each.kind == "erasure"]
    assert (started.about, started.assignee_role, started.calendar) == (f"客户-{person[:8]}", "cs_manager", "working")

    events = await world.until(started.due_at)

    missed = [each for each in events if isinstance(each, DeadlineMissedByIntake) and each.kind == "erasure"]
    assert [each.supervisor_role for each in missed] == ["cs_director"]


async def test_erasing_and_keeping_both_end_the_duty(world, person):
    await ask_to_erase(world, person)
    kept_on = {"reason": "合同尚在保修期内，依法保存"}
    assert (await world.ask(Role.CS_MANAGER, "POST", f"/customers/{person}/keep", kept_on, by="mg-01")).is_success
    assert await clocks(world, person) == [("erasure", "in_time")]
    await ask_to_erase(world, person)
    await erase(world, person)
    assert await clocks(world, person) == [("erasure", "in_time")] * 2


async def test_an_enquiry_that_is_open_is_withdrawn_with_its_duty(world, person):
    asked = {"customer_id": person, "kind": "stock", "text": "陈小明问还有没有库存"}
    enquiry = (await world.ask(Role.CS_SPECIALIST, "POST", "/enquiries", asked)).json()["enquiry_id"]
    await ask_to_erase(world, person)
    await erase(world, person)
    shown = await read(world, f"/enquiries/{enquiry}")
    (clock,) = await read(world, f"/enquiries/{enquiry}/clocks")
    assert (shown["stage"], shown["possible"], clock["outcome"]) == ("withdrawn", [], "no_longer_needed")


KNOWN = {**TALK, "answers": {f"q{number}": "已回答" for number in range(1, 8)}}
FORM = {
    "minutes": {"video": 8, "meeting_room": 20, "corridor": 5, "materials": 40},
    "decision_maker": "陈小明",
    "rating": "satisfied",
    "suggestion": "陈小明的电话是 137 1111 2222",
    "signed": True,
}


async def made(world, path, body, role=Role.ACCOUNT_MANAGER):
    answer = await world.ask(role, "POST", path, body)
    assert answer.is_success, answer.text
    return answer.json()


async def tour_of(world, person, at):
    people = {"junction": "am-03", "front_desk": "desk-1", "lights": "assistant-1"}
    wish = {"customer_id": person, "at": at.isoformat(), "party_size": 3, "host": "am-03", "consent": "陈小明同意"}
    return (await made(world, "/showroom-visits", {**wish, "people": people}))["visit_id"]


def named(world, *collections):
    """Where these collections still say something personal."""
    states = {where: text for where, text in kept(world).items() if where[0] in collections}
    return {where: word for where, text in states.items() for word in PERSONAL if word in text}


@pytest.mark.requirement("R171.a")
async def test_a_tour_and_a_visit_that_are_agreed_with_an_erased_customer_do_not_take_place(world, person):
    await made(world, f"/customers/{person}/contacts", KNOWN, Role.CS_SPECIALIST)
    tour = await tour_of(world, person, NOW + timedelta(days=3))
    wish = {"customer_id": person, "staff": "am-03", "appointed_at": (NOW + timedelta(days=2)).isoformat()}
    plan = {**wish, "travel": "PT30M", "interest": "陈小明有意向", "consent": "陈小明同意"}
    visit = (await made(world, "/visit-plans", plan))["visit_id"]
    await made(world, "/design-intakes", {"customer_id": person})

    await ask_to_erase(world, person)
    await erase(world, person)

    report = {"shop_name": "明镜眼镜店", "customer_name": "陈小明", "mobile": "13711112222", "plan_id": visit}
    later = {**report, "left_at": NOW.isoformat()}
    refused = await world.ask(Role.ACCOUNT_MANAGER, "POST", "/visits", later)
    assert (refused.status_code, refused.json()["code"]) == (409, "erased")
    assert [(await read(world, path))["stage"] for path in (f"/showroom-visits/{tour}", f"/visit-plans/{visit}")] == [
        "cancelled",
        "cancelled",
    ]
    assert (await world.ask(Role.CS_MANAGER, "GET", f"/duties?customer_id={person}")).json()["items"] == []
    assert named(world, "duties", "showroom_visits", "visit_plans", "design_intakes") == {}


@pytest.mark.requirement("R171.a")
async def test_duties_that_were_over_before_and_what_visitors_wrote_name_the_erased_customer_no_more(world, person):
    await made(world, f"/customers/{person}/contacts", KNOWN, Role.CS_SPECIALIST)
    tour = await tour_of(world, person, NOW + timedelta(minutes=30))
    await world.until(NOW + timedelta(minutes=40))
    await made(world, f"/showroom-visits/{tour}/complete", FORM)
    survey = (await made(world, "/surveys", {"customer_id": person}, Role.CS_SPECIALIST))["survey_id"]
    grades = dict.fromkeys(("attitude", "technique", "arrival_time", "promises"), "satisfied")
    opinion = {**grades, "suggestion": "请打我手机 13799998888"}
    await made(world, f"/surveys/{survey}/answer", opinion, Role.CS_SPECIALIST)

    await ask_to_erase(world, person)
    await erase(world, person)

    assert named(world, "duties", "showroom_visits", "surveys") == {}
    pseudonym = f"客户-{person[:8]}"
    assert (await read(world, f"/surveys/{survey}"))["opinion"]["suggestion"] == pseudonym
    assert (await read(world, f"/showroom-visits/{tour}"))["form"]["suggestion"] == pseudonym


@pytest.mark.requirement("R171.a")
async def test_a_survey_that_is_open_is_withdrawn_and_takes_no_answer_from_anybody(world, person):
    survey = (await made(world, "/surveys", {"customer_id": person}, Role.CS_SPECIALIST))["survey_id"]
    await ask_to_erase(world, person)
    await erase(world, person)
    grades = dict.fromkeys(("attitude", "technique", "arrival_time", "promises"), "satisfied")

    by_phone = await world.ask(Role.CS_SPECIALIST, "POST", f"/surveys/{survey}/answer", grades)
    link = link_of(UUID(person), NOW.date())
    page = await opened(world, link)
    body = urlencode({"survey_id": survey, **grades})
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    await world._http.post(f"/p/{link}", content=body, headers=headers)
    reply = ReplyReceived(
        reply_id=uuid4(),
        notification_id=uuid4(),
        customer_id=UUID(person),
        purpose="survey",
        address_masked="137****2222",
        text="1",
        intent="rating",
        choice=1,
        about=survey,
        at=NOW,
    )
    await world.hear(reply)

    assert (by_phone.status_code, by_phone.json()["code"]) == (409, "erased")
    assert (page.status_code, 'name="survey_id"' in page.text) == (200, False)
    shown = await read(world, f"/surveys/{survey}")
    assert (shown["stage"], shown["opinion"], shown["possible"]) == ("withdrawn", None, [])
    assert [each for each in world.announced if isinstance(each, SurveyAnswered)] == []


@pytest.mark.requirement("R171.a")
async def test_texts_about_an_erased_customer_say_nothing_whether_or_not_they_were_understood(world, person):
    texts = {
        "read": "明镜眼镜店 陈小明 13711112222",
        "unread": "和明镜眼镜店陈小明聊得不错，137 1111 2222",
        "dismissed": "明镜陈小明 13711112222 以后再说",
    }
    ids = {stage: (await made(world, "/visit-texts", {"text": text}))["text_id"] for stage, text in texts.items()}
    await made(world, f"/visit-texts/{ids['dismissed']}/dismiss", {"reason": "误发"}, Role.CS_SPECIALIST)
    other = {"shop_name": "宜美家具城", "customer_name": "李总", "mobile": "13800138000"}
    reported = {**other, "left_at": "2026-11-20T05:55:00Z"}
    visit = (await made(world, "/visits", reported))["visit_id"]

    await ask_to_erase(world, person)
    await erase(world, person)

    assert {stage: (await read(world, f"/visit-texts/{id}"))["stage"] for stage, id in ids.items()} == {
        "read": "read",
        "unread": "dismissed",
        "dismissed": "dismissed",
    }
    assert named(world, "visit_texts", "visits") == {}
    assert (await read(world, f"/visits/{visit}"))["report"]["shop_name"] == "宜美家具城"


@pytest.mark.requirement("R171.a")
async def test_a_short_remark_about_an_erased_customer_goes_and_is_no_name_anywhere_else(world, person):
    remarks = {"content": "没有", "feedback": "10", "remarks": "2026-11-30"}
    await made(world, f"/customers/{person}/contacts", {**KNOWN, **remarks}, Role.CS_SPECIALIST)
    line = {"description": "没有把手的高隔断", "quantity": 10, "unit_price": {"amount": "1280.00"}}
    wish = {"customer_id": person, "kind": "counter", "lines": [line], "valid_until": "2026-11-30"}
    quote = (await made(world, "/quotes", wish, Role.CS_SPECIALIST))["quote_id"]

    await ask_to_erase(world, person)
    await erase(world, person)

    (offer,) = (await read(world, f"/quotes/{quote}"))["offers"]
    assert (offer["lines"][0]["description"], offer["valid_until"]) == ("没有把手的高隔断", "2026-11-30")
    *_, kept = await read(world, f"/customers/{person}/contacts")
    assert [kept["talk"][name] for name in remarks] == [f"客户-{person[:8]}", f"客户-{person[:8]}", "00000"]


@pytest.mark.requirement("R171.a")
async def test_a_text_about_somebody_else_too_keeps_what_it_says_of_them_and_is_still_to_be_read(world, person):
    text = "宜美家具城 李总 13800138000，还去了明镜眼镜店 13711112222"
    id = (await made(world, "/visit-texts", {"text": text}))["text_id"]

    await ask_to_erase(world, person)
    await erase(world, person)

    left = await read(world, f"/visit-texts/{id}")
    assert left["stage"] == "unread"
    assert left["text"].startswith("宜美家具城 李总 13800138000，还去了")
    assert named(world, "visit_texts") == {}


@pytest.mark.requirement("R171.a")
async def test_a_text_that_was_kept_before_its_numbers_were_noted_is_erased_too(world, person):
    id = (await made(world, "/visit-texts", {"text": "明镜眼镜店 陈小明 13711112222"}))["text_id"]
    (row,) = world.database.collections["visit_texts"].rows.values()
    del row.state["mobiles"]

    await ask_to_erase(world, person)
    await erase(world, person)

    assert (await read(world, f"/visit-texts/{id}"))["said"]["customer_name"] == f"客户-{person[:8]}"
    assert named(world, "visit_texts") == {}


@pytest.mark.requirement("R171.a")
@pytest.mark.parametrize("text", ["和明镜眼镜店陈小明聊得不错，137 1111 2222", "明镜陈小明以后再说"])
async def test_a_text_that_could_not_be_read_before_its_numbers_were_noted_is_found_by_them_after_a_night(
    world, person, text
):
    id = (await made(world, "/visit-texts", {"text": text}))["text_id"]
    (row,) = world.database.collections["visit_texts"].rows.values()
    noted = row.state["mobiles"]
    row.state["mobiles"] = []

    await world.until(NOW + timedelta(days=1))

    (row,) = world.database.collections["visit_texts"].rows.values()
    assert row.state["mobiles"] == noted
    await ask_to_erase(world, person)
    await erase(world, person)
    assert (await read(world, f"/visit-texts/{id}"))["stage"] == ("dismissed" if noted else "unread")


async def test_an_erased_customer_gets_no_other_price_and_agrees_to_none(world, person):
    line = {"description": "高隔断", "quantity": 2, "unit_price": {"amount": "1280.00"}}
    wish = {"customer_id": person, "kind": "counter", "lines": [line]}
    quote = (await made(world, "/quotes", wish, Role.CS_SPECIALIST))["quote_id"]
    await ask_to_erase(world, person)
    await erase(world, person)

    for decision, body in (("revise", {"lines": [line]}), ("accept", {"revision": 1})):
        answer = await world.ask(Role.CS_SPECIALIST, "POST", f"/quotes/{quote}/{decision}", body)
        assert (answer.status_code, answer.json()["code"]) == (409, "erased")


async def test_what_was_done_before_a_customer_was_erased_is_answered_when_it_is_asked_for_again(world, person):
    line = {"description": "高隔断", "quantity": 2, "unit_price": {"amount": "1280.00"}}
    wish = {"customer_id": person, "kind": "counter", "lines": [line]}
    quote = (await made(world, "/quotes", wish, Role.CS_SPECIALIST))["quote_id"]
    asked = (
        (f"/quotes/{quote}/revise", {"lines": [line]}),
        (f"/quotes/{quote}/accept", {"revision": 2}),
        (f"/customers/{person}/contacts", TALK),
    )
    before = [await world.ask(Role.CS_SPECIALIST, "POST", *each, key=each[0]) for each in asked]
    await ask_to_erase(world, person)
    await erase(world, person)
    announced = len(world.announced)

    after = [await world.ask(Role.CS_SPECIALIST, "POST", *each, key=each[0]) for each in asked]

    assert [each.status_code for each in after] == [each.status_code for each in before] == [200, 200, 201]
    assert [each.json().get("stage") for each in after] == ["accepted", "accepted", None]
    assert len(world.announced) == announced


@pytest.mark.requirement("R171.a")
async def test_the_person_who_took_the_wish_does_not_erase(world, person):
    await ask_to_erase(world, person, by="mg-01")
    possible = (await world.ask(Role.CS_SPECIALIST, "GET", f"/customers/{person}")).json()["possible"]
    alone = await erase(world, person, by="mg-01")
    assert {each["decision"]: each["another_than"] for each in possible}["erase"] == ["mg-01"]
    assert (alone.status_code, alone.json()["code"]) == (409, "four_eyes")

    assert (await erase(world, person, by="mg-02")).status_code == 200


async def test_a_customer_is_erased_only_when_that_was_asked_for_and_by_those_who_may(world, person):
    assert (await erase(world, person)).status_code == 409
    await ask_to_erase(world, person)
    refused = await world.ask(Role.CS_SPECIALIST, "POST", f"/customers/{person}/erase", {})
    assert refused.status_code == 403
    assert (await read(world, f"/customers/{person}"))["particulars"]["name"] == "明镜眼镜店"


async def test_a_customer_whom_the_law_obliges_us_to_keep_stays_with_the_reason_in_the_file(world, person):
    await ask_to_erase(world, person)
    reason = "合同尚在保修期内，依法保存"
    kept = await world.ask(Role.CS_DIRECTOR, "POST", f"/customers/{person}/keep", {"reason": reason})

    assert (kept.json()["stage"], kept.json()["particulars"]["name"]) == ("open", "明镜眼镜店")
    assert (await read(world, f"/customers/{person}/revisions"))[-1]["reason"] == reason
    assert (await erase(world, person)).status_code == 409


async def test_files_that_were_merged_into_an_erased_one_are_erased_with_it(world, person):
    other = (await world.ask(Role.CS_SPECIALIST, "POST", "/customers", {**PERSON, "name": "明镜陈生"})).json()
    body = {"duplicate_id": other["customer_id"], "reason": "同一人", "revision": 2, "duplicate_revision": 1}
    assert (await world.ask(Role.CS_SUPERVISOR, "POST", f"/customers/{person}/merge", body)).status_code == 200
    await ask_to_erase(world, person)
    await erase(world, person)

    erased = [each.customer_id for each in world.announced if isinstance(each, CustomerErased)]
    assert [str(id) for id in erased] == [person, other["customer_id"]]
    assert {where: word for where, text in kept(world).items() for word in PERSONAL if word in text} == {}


async def test_nothing_more_is_written_into_the_file_of_an_erased_customer(world, person):
    await ask_to_erase(world, person)
    await erase(world, person)
    body = {"name": "明镜眼镜店", "reason": "客户来电更正"}
    answer = await world.ask(Role.CS_SPECIALIST, "POST", f"/customers/{person}/correct", body)

    assert (answer.status_code, answer.json()["code"]) == (409, "erased")


@pytest.mark.requirement("R171.a")
async def test_a_fact_that_comes_late_names_the_erased_customer_until_the_night(world, person):
    placed = next(each for each in world.announced if isinstance(each, OrderPlaced))
    await ask_to_erase(world, person)
    await erase(world, person)
    await world.hear(placed, id=uuid4())
    assert any("天河路" in text for text in kept(world).values())

    await world.until(NOW + timedelta(days=1))

    assert {where: word for where, text in kept(world).items() for word in PERSONAL if word in text} == {}


NEW_BUSINESS = [
    ("/enquiries", {"kind": "stock", "text": "还有库存吗"}),
    ("/opportunities", {"project": "三楼隔断"}),
    ("/visits", {"shop_name": "店", "customer_name": "陈", "mobile": "13711112222", "left_at": "2026-11-20T05:55:00Z"}),
    ("/surveys", {}),
    ("/problems", {"text": "图册缺页"}),
    ("/orders", ORDER),
    ("/customers/{}/contacts", TALK),
    (
        "/visit-plans",
        {
            "appointed_at": "2026-11-21T08:00:00Z",
            "staff": "am-03",
            "travel": "PT45M",
            "interest": "隔断",
            "consent": "电话",
        },
    ),
]
"""What may begin with a customer, and what is said about it."""


@pytest.mark.parametrize(("path", "said"), NEW_BUSINESS, ids=[path.split("/")[-1] for path, _ in NEW_BUSINESS])
async def test_nothing_new_begins_with_an_erased_customer(world, person, path, said):
    await ask_to_erase(world, person)
    await erase(world, person)
    about = {} if "{}" in path else {"customer_id": person}

    answer = await world.ask(Role.CS_SPECIALIST, "POST", path.format(person), {**said, **about})

    assert (answer.status_code, answer.json()["code"]) == (409, "erased")


async def calls_owed(world, customer):
    """The calls that are owed to a customer."""
    stores = Stores.on(world.database)
    return [each.reason.kind async for each in stores.callbacks.each({"customer_id": UUID(customer), "stage": "open"})]


async def test_an_erased_customer_whose_order_goes_on_is_owed_no_call_about_it(world, person):
    await ask_to_erase(world, person)
    await erase(world, person)
    nameless = CustomerSnapshot(customer_id=person, name=f"客户-{person[:8]}")
    about = {"order_id": order_id_of("SO-2026-0412"), "order_no": "SO-2026-0412", "customer": nameless}
    await world.hear(OrderStageChanged(before="contract", after="payment", stage_group="payment", at=NOW, **about))

    assert await calls_owed(world, person) == []
    moments = (await read(world, f"/customers/{person}/timeline?key=orders.order_stage_changed.v1"))["items"]
    assert [each["said"]["after"] for each in moments] == ["payment"]


async def test_an_erased_member_is_not_called_in_the_rounds_of_members(world):
    members = [
        (await world.ask(Role.CS_SPECIALIST, "POST", "/customers", {"name": name, "member": True})).json()[
            "customer_id"
        ]
        for name in ("恒达", "明镜")
    ]
    await ask_to_erase(world, members[0])
    await erase(world, members[0])

    await world.until(NOW + timedelta(days=15))

    assert [await calls_owed(world, each) for each in members] == [[], ["member"]]


def test_a_file_that_leads_to_another_one_is_not_erased_alone():
    file = register(uuid4(), Particulars(name="明镜"), "cs", cause(NOW)).state
    asked = ask(file, BASIS, nowhere(Settings).rules(CHINA), cause(NOW)).state.but(merged_into=uuid4())
    with pytest.raises(Refused) as refused:
        erase_file(asked, nowhere(Settings).rules(CHINA), cause(NOW))
    assert refused.value.code == "merged_away"
