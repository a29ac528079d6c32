"""What staff may ask of intake over HTTP, and what they are told when they ask for something else."""

from datetime import UTC, date, datetime, timedelta
from urllib.parse import quote
from uuid import uuid4

import pytest
from talks import PRESALES_TALK

from intake.domain.callback import in_calling_order
from intake.domain.contact_log import ContactLog
from intake.domain.parts.chain import appended
from shared.contracts.event import PreciseDate
from shared.contracts.intake import (
    CallbackCompleted,
    CallbackWaived,
    Contact,
    ContactCorrected,
    ContactRecorded,
    CustomerAssigned,
    CustomerRegistered,
    CustomerUpdated,
    DeadlineMetByIntake,
    OrderPlaced,
    VisitReported,
)
from shared.contracts.orders import ContractSigned
from shared.contracts.roles import Role
from shared.testing import cause

NOW = datetime(2026, 11, 20, 6, 0, tzinfo=UTC)
HENGDA = {
    "name": "广州恒达装饰工程有限公司",
    "kind": "intermediary",
    "trade": "decoration_company",
    "contacts": [{"name": "王建国", "title": "王总", "mobile": "13800138000"}],
    "source": "engineering",
}
SUPERVISORS = ["cs_supervisor", "cs_section_chief", "cs_manager", "cs_director"]
LINES = [{"description": "80 款双玻百叶高隔断", "spec": "3000×2700 mm", "quantity": 24, "unit": "樘"}]
TALK = {**PRESALES_TALK, "feedback": "使用良好"}


def kinds(world):
    return [type(event) for event in world.announced]


async def registered(world, **fields):
    answer = await world.ask(Role.CS_SPECIALIST, "POST", "/customers", {**HENGDA, **fields})
    assert answer.status_code == 201, answer.text
    return answer.json()["customer_id"]


async def owed(world):
    visit = VisitReported(
        visit_id=uuid4(),
        shop_name="明镜眼镜店",
        customer_name="陈先生",
        mobile="13700137000",
        staff="am-03",
        left_at=NOW,
        reported_at=NOW,
    )
    return (await world.hear(visit))[-1].callback_id


async def test_a_customer_is_registered_and_found_again(world):
    customer_id = await registered(world)
    shown = (await world.ask(Role.CS_SPECIALIST, "GET", f"/customers/{customer_id}")).json()
    found = (await world.ask(Role.CS_SPECIALIST, "GET", "/customers?mobile=13800138000")).json()
    assert (shown["revision"], shown["source"], shown["particulars"]["name"]) == (1, "engineering", HENGDA["name"])
    assert [each["customer_id"] for each in found["items"]] == [customer_id]
    assert kinds(world) == [CustomerRegistered]


async def test_the_same_request_again_registers_nobody_twice(world):
    asked = (Role.CS_SPECIALIST, "POST", "/customers")
    first = await world.ask(*asked, HENGDA, key="one-wish")
    again = await world.ask(*asked, HENGDA, key="one-wish")
    other = await world.ask(*asked, {**HENGDA, "name": "别的公司"}, key="one-wish")
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_key_reused")
    assert kinds(world) == [CustomerRegistered]


async def test_a_number_that_a_department_gave_names_one_customer(world):
    await registered(world, customer_no="KH-00217")
    again = await world.ask(Role.CS_SPECIALIST, "POST", "/customers", {**HENGDA, "customer_no": "KH-00217"})
    assert (again.status_code, again.json()["code"]) == (409, "already_exists")


@pytest.mark.requirement("R043.a")
async def test_a_correction_leaves_every_revision_readable(world):
    customer_id = await registered(world)
    change = {"region": "华东", "reason": "客户来电更正"}
    corrected = await world.ask(Role.CS_SPECIALIST, "POST", f"/customers/{customer_id}/correct", change)
    revisions = (await world.ask(Role.CS_SPECIALIST, "GET", f"/customers/{customer_id}/revisions")).json()
    assert corrected.json()["revision"] == 2
    assert [(each["particulars"]["region"], each["reason"]) for each in revisions] == [
        (None, None),
        ("华东", "客户来电更正"),
    ]
    assert kinds(world) == [CustomerRegistered, CustomerUpdated]


@pytest.mark.parametrize("field", ["name", "kind", "trade", "contacts", "member", "special_specs"])
async def test_what_a_file_always_says_stays_when_a_correction_names_it_without_a_value(world, field):
    customer_id = await registered(world)
    change = {field: None, "region": "华东", "reason": "客户来电更正"}
    before = (await world.ask(Role.CS_SPECIALIST, "GET", f"/customers/{customer_id}")).json()["particulars"]
    corrected = await world.ask(Role.CS_SPECIALIST, "POST", f"/customers/{customer_id}/correct", change)
    assert corrected.json()["particulars"] == before | {"region": "华东"}


async def test_a_correction_without_a_change_is_refused(world):
    customer_id = await registered(world)
    change = {"name": None, "reason": "客户来电更正"}
    answer = await world.ask(Role.CS_SPECIALIST, "POST", f"/customers/{customer_id}/correct", change)
    assert (answer.status_code, answer.json()["code"]) == (409, "nothing_changes")


@pytest.mark.parametrize("method", ["DELETE", "PUT", "PATCH"])
@pytest.mark.requirement("R043.a")
async def test_nothing_deletes_or_overwrites_a_customer(world, method):
    customer_id = await registered(world)
    answer = await world.ask(Role.CS_DIRECTOR, method, f"/customers/{customer_id}")
    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")


@pytest.mark.requirement("R125.a")
async def test_the_supervisor_assigns_the_owner(world):
    customer_id = await registered(world)
    path, body = f"/customers/{customer_id}/assign", {"owner": "am-03"}
    refused = await world.ask(Role.CS_SPECIALIST, "POST", path, body)
    assigned = await world.ask(Role.CS_SUPERVISOR, "POST", path, body)
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    assert assigned.json()["particulars"]["owner"] == "am-03"
    assert kinds(world)[1:] == [CustomerUpdated, CustomerAssigned]


@pytest.mark.requirement("R042.a", "R043.a")
async def test_a_talk_is_written_down_and_corrected_by_adding(world):
    customer_id = await registered(world)
    path = f"/customers/{customer_id}/contacts"
    contact = (await world.ask(Role.CS_SPECIALIST, "POST", path, TALK)).json()["contact_id"]
    change = {"field": "feedback", "after": "近期有新项目", "reason": "录入笔误"}
    await world.ask(Role.CS_SPECIALIST, "POST", f"{path}/{contact}/correct", change)
    (record,) = (await world.ask(Role.CS_SPECIALIST, "GET", path)).json()
    assert record["talk"]["feedback"] == "近期有新项目"
    assert [each["before"] for each in record["corrections"]] == ["使用良好"]
    assert kinds(world)[1:] == [ContactRecorded, ContactCorrected]


async def test_a_customer_with_whom_nobody_spoke_has_no_talks(world):
    customer_id = await registered(world)
    assert (await world.ask(Role.CS_SPECIALIST, "GET", f"/customers/{customer_id}/contacts")).json() == []


@pytest.mark.requirement("R043.b")
async def test_verify_names_the_first_altered_entry_of_each_record(world):
    customer_id = await registered(world)
    path = f"/customers/{customer_id}"
    await world.ask(Role.CS_SPECIALIST, "POST", f"{path}/contacts", TALK)
    await world.ask(Role.CS_SPECIALIST, "POST", f"{path}/contacts", TALK)
    whole = (await world.ask(Role.CS_SPECIALIST, "GET", f"{path}/verify")).json()
    (log,) = world.database.collections["contact_logs"].rows.values()
    log.state["entries"][1]["content"]["talk"]["feedback"] = "非常满意"
    altered = (await world.ask(Role.CS_SPECIALIST, "GET", f"{path}/verify")).json()
    assert whole == {"whole": True, "altered": []}
    assert altered == {"whole": False, "altered": [{"record": "contacts", "record_id": str(log.id), "entry": 2}]}


@pytest.mark.requirement("R043.b")
async def test_a_record_whose_entries_were_all_written_anew_is_not_whole(world):
    customer_id = await registered(world)
    path = f"/customers/{customer_id}"
    await world.ask(Role.CS_SPECIALIST, "POST", f"{path}/contacts", TALK)
    (log,) = world.database.collections["contact_logs"].rows.values()
    (written,) = ContactLog.model_validate(log.state).entries
    content = {**written.content, "talk": {**written.content["talk"], "feedback": "非常满意"}}
    (forged,) = appended((), written.kind, content, cause(written.at))
    log.state["entries"] = [forged.model_dump(mode="json")]
    altered = (await world.ask(Role.CS_SPECIALIST, "GET", f"{path}/verify")).json()
    assert altered == {"whole": False, "altered": [{"record": "contacts", "record_id": str(log.id), "entry": None}]}


@pytest.mark.requirement("R123.b")
async def test_an_order_is_taken_with_the_customer_as_we_know_it(world):
    customer_id = await registered(world, region="华南", owner="am-03")
    verified = {"by": "cs-07", "at": "2026-11-20T05:00:00Z"}
    body = {"customer_id": customer_id, "order_no": "SO-2026-0412", "lines": LINES, "verified": verified}
    answer = await world.ask(Role.CS_SPECIALIST, "POST", "/orders", body)
    placed = world.announced[-1]
    assert (answer.status_code, answer.json()["stage"]) == (201, "placed")
    assert isinstance(placed, OrderPlaced)
    assert (placed.customer.mobile, placed.region, placed.sales_owner) == ("13800138000", "华南", "am-03")


@pytest.mark.requirement("R123.b")
async def test_an_order_is_placed_when_it_has_been_verified(world):
    customer_id = await registered(world)
    taken = await world.ask(Role.CS_SPECIALIST, "POST", "/orders", {"customer_id": customer_id, "lines": LINES})
    order_id = taken.json()["order_id"]
    waiting = (await world.ask(Role.CS_SPECIALIST, "GET", "/orders?stage=unverified")).json()["items"]
    placed = await world.ask(Role.CS_SPECIALIST, "POST", f"/orders/{order_id}/verify", {}, by="cs-09")
    again = await world.ask(Role.CS_SPECIALIST, "POST", f"/orders/{order_id}/verify", {})
    assert [each["order_id"] for each in waiting] == [order_id]
    assert placed.json()["verification"]["by"] == "cs-09"
    assert (again.status_code, again.json()["code"]) == (409, "illegal_transition")
    assert kinds(world) == [CustomerRegistered, OrderPlaced]


async def test_an_order_of_an_unknown_customer_is_not_taken(world):
    answer = await world.ask(Role.CS_SPECIALIST, "POST", "/orders", {"customer_id": str(uuid4()), "lines": LINES})
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_two_orders_cannot_have_one_number(world):
    body = {"customer_id": await registered(world), "order_no": "SO-1", "lines": LINES}
    first = await world.ask(Role.CS_SPECIALIST, "POST", "/orders", body)
    second = await world.ask(Role.CS_SPECIALIST, "POST", "/orders", body)
    assert (first.status_code, second.status_code, second.json()["code"]) == (201, 409, "already_exists")


@pytest.mark.requirement("R026.a")
async def test_an_account_manager_reports_a_visit_on_leaving(world):
    report = {
        "shop_name": "明镜眼镜店",
        "customer_name": "陈先生",
        "mobile": "13700137000",
        "left_at": "2026-11-20T05:58:00Z",
    }
    answer = await world.ask(Role.ACCOUNT_MANAGER, "POST", "/visits", report, by="am-03")
    early = await world.ask(Role.CS_SPECIALIST, "POST", "/visits", {**report, "left_at": "2026-11-20T07:00:00Z"})
    mistyped = await world.ask(Role.CS_SPECIALIST, "POST", "/visits", {**report, "left_at": "1926-11-20T05:00:00Z"})
    assert (answer.status_code, answer.json()["staff"]) == (201, "am-03")
    said = world.announced[-1]
    assert (said.reported_at, said.shop_name, said.customer_name, said.mobile) == (
        NOW,
        "明镜眼镜店",
        "陈先生",
        "13700137000",
    )
    assert (early.status_code, early.json()["code"]) == (409, "not_over")
    assert (mistyped.status_code, mistyped.json()["code"]) == (409, "long_past")


@pytest.mark.requirement("R026.d", "R026.e")
async def test_a_visit_tells_how_soon_it_was_reported_and_what_was_talked_about(world):
    talk = "想做两层玻璃隔断，下周给平面图，预算十万"
    report = {"shop_name": "明镜眼镜店", "customer_name": "陈先生", "mobile": "13700137000", "talk": talk}
    told = await world.ask(
        Role.ACCOUNT_MANAGER, "POST", "/visits", report | {"left_at": "2026-11-20T05:17:30Z"}, by="am-03"
    )

    (listed,) = (await world.ask(Role.CS_SUPERVISOR, "GET", "/visits?staff=am-03")).json()["items"]

    assert listed == told.json()
    assert (listed["minutes_after_leaving"], listed["report"]["talk"]) == (42, talk)
    assert world.announced[-1].talk == talk


@pytest.mark.requirement("R102.a")
async def test_a_callback_is_recorded_with_every_answer(world):
    callback = await owed(world)
    await world.until(NOW + timedelta(minutes=20))
    await world.ask(Role.CS_SPECIALIST, "POST", f"/callbacks/{callback}/hear-manager", {"said": "客户等设计图"})
    path = f"/callbacks/{callback}/complete"
    short = await world.ask(Role.CS_SPECIALIST, "POST", path, {"branch": "satisfied"})
    answers = {"branch": "satisfied", "ratings": {"ability": "好", "professionalism": "好", "etiquette": "好"}}
    done = await world.ask(Role.CS_SPECIALIST, "POST", path, answers)
    assert (short.status_code, short.json()["code"]) == (409, "questions_open")
    assert done.json()["stage"] == "completed"
    completed, met = world.announced[-2:]
    assert isinstance(completed, CallbackCompleted)
    assert completed.within_due is True
    assert (type(met), met.outcome) == (DeadlineMetByIntake, "in_time")
    assert (await world.ask(Role.CS_SPECIALIST, "GET", "/callbacks")).json()["items"] == []


async def test_a_callback_shows_the_number_of_then_and_beside_it_whom_the_file_names_now(world):
    callback = await owed(world)
    shown = (await world.ask(Role.CS_SPECIALIST, "GET", f"/callbacks/{callback}")).json()
    customer, then = shown["customer"]["customer_id"], shown["customer"]["mobile"]
    corrected = {
        "reason": "更正",
        "contacts": [
            {"name": "陈工", "mobile": "13700137001", "concerns": ["site"]},
            {"name": "林会计", "mobile": "13500135000", "concerns": ["payment"]},
            {"name": "王先生", "mobile": "13900139000"},
        ],
    }
    await world.ask(Role.CS_SPECIALIST, "POST", f"/customers/{customer}/correct", corrected)

    one = (await world.ask(Role.CS_SPECIALIST, "GET", f"/callbacks/{callback}")).json()
    (row,) = (await world.ask(Role.CS_SPECIALIST, "GET", "/callbacks")).json()["items"]

    assert one["customer"]["mobile"] == then
    assert [each["mobile"] for each in one["contacts_now"]] == ["13900139000", "13700137001", "13500135000"]
    assert row == one


def test_who_was_named_for_a_complaint_is_called_first_after_a_complaint():
    boss, named = Contact(name="王先生"), Contact(name="赵经理", concerns=("complaint",))

    assert in_calling_order("post_complaint", (boss, named)) == (named, boss)
    assert in_calling_order("delay", (named, boss)) == (boss, named)


async def test_a_callback_shows_what_may_be_done_by_whom_and_why_it_is_due(world):
    callback = await owed(world)
    shown = (await world.ask(Role.CS_SPECIALIST, "GET", f"/callbacks/{callback}")).json()
    (clock,) = (await world.ask(Role.CS_SPECIALIST, "GET", f"/callbacks/{callback}/clocks")).json()
    assert [(each["decision"], each["roles"]) for each in shown["possible"]] == [
        *((each, ["cs_specialist", *SUPERVISORS]) for each in ("hear_manager", "appoint")),
        ("waive", ["cs_director"]),
    ]
    assert (shown["due_at"], shown["missed_at"], shown["policy_version"]) == ("2026-11-20T06:30:00.000000Z", None, 1)
    assert (clock["name"], clock["due_at"], clock["origin"]["what"]) == (
        "callback_visit",
        shown["due_at"],
        "intake.visit_reported.v1",
    )
    assert "按制度“intake”第1版，“拜访后回访”的时限为30分钟，依据 000 §3.6.1b, c。" in clock["explanation"]


@pytest.mark.requirement("R030.a")
async def test_only_the_director_lets_a_customer_off(world):
    path = f"/callbacks/{await owed(world)}/waive"
    refused = await world.ask(Role.CS_MANAGER, "POST", path, {"reason": "tender"})
    waived = await world.ask(Role.CS_DIRECTOR, "POST", path, {"reason": "tender"}, by="director-01")
    assert refused.status_code == 403
    assert waived.json()["stage"] == "waived"
    noted, met = world.announced[-2:]
    assert isinstance(noted, CallbackWaived)
    assert noted.approved_by == "director-01"
    assert (type(met), met.outcome) == (DeadlineMetByIntake, "no_longer_needed")


@pytest.mark.parametrize("spelt", ["+8613800138000", "008613800138000", "138-0013-8000", "１３８００１３８０００"])
async def test_a_customer_is_found_by_a_number_however_it_is_spelt(world, spelt):
    customer_id = await registered(world)
    found = (await world.ask(Role.CS_SPECIALIST, "GET", f"/customers?mobile={quote(spelt)}")).json()
    assert [each["customer_id"] for each in found["items"]] == [customer_id]


@pytest.mark.parametrize("value", ['{"$gt": ""}', "$ne", "[$ne]=1"])
async def test_an_operator_in_a_query_is_a_text_like_any_other(world, value):
    await registered(world)
    assert (await world.ask(Role.CS_SPECIALIST, "GET", f"/customers?mobile={quote(value[:20])}")).json()["items"] == []


@pytest.mark.parametrize("path", ["/customers/{}", "/orders/{}", "/callbacks/{}", "/visits/{}"])
async def test_what_does_not_exist_is_not_found(world, path):
    unknown = await world.ask(Role.CS_SPECIALIST, "GET", path.format(uuid4()))
    broken = await world.ask(Role.CS_SPECIALIST, "GET", path.format("no-id"))
    assert (unknown.status_code, unknown.json()["code"]) == (404, "not_found")
    assert (broken.status_code, broken.json()["code"]) == (422, "invalid")


async def found(world, question, role=Role.CS_SPECIALIST):
    answer = await world.ask(role, "GET", f"/customers?q={quote(question)}")
    assert answer.status_code == 200, answer.text
    return [each["customer_id"] for each in answer.json()["items"]]


@pytest.mark.parametrize(
    "question", ["恒达装饰", "珠江东路 6号", "gzhd", "hd", "wjg", "8000", "恒达 13800138000", "KH-00217"]
)
async def test_a_customer_is_found_by_what_a_caller_says(world, question):
    customer_id = await registered(world, address="广州市天河区珠江东路 6 号", customer_no="KH-00217")
    await registered(world, name="深圳明镜眼镜店", contacts=[{"name": "陈伟", "mobile": "13700137001"}])
    assert await found(world, question) == [customer_id]


async def test_a_corrected_file_is_found_by_what_it_says_now(world):
    customer_id = await registered(world)
    change = {"name": "佛山盛世家具", "reason": "客户更名"}
    await world.ask(Role.CS_SPECIALIST, "POST", f"/customers/{customer_id}/correct", change)
    assert (await found(world, "盛世家具"), await found(world, "恒达装饰")) == ([customer_id], [])


async def test_a_customer_is_found_by_the_numbers_of_order_and_contract(world):
    customer_id = await registered(world)
    order = {"customer_id": customer_id, "order_no": "SO-2026-0412", "lines": LINES}
    placed = (await world.ask(Role.CS_SPECIALIST, "POST", "/orders", order)).json()
    await world.ask(Role.CS_SPECIALIST, "POST", f"/orders/{placed['order_id']}/verify", {})
    await world.hear(world.announced[-1])
    signed = ContractSigned(
        order_id=placed["order_id"],
        order_no="SO-2026-0412",
        customer=placed["customer"],
        contract_no="HT-2026-0077",
        signed_on=PreciseDate(on=date(2026, 11, 20)),
        sealed_by="gm-office",
    )
    await world.hear(signed)
    numbers = ("SO-2026-0412", "HT-2026-0077", "0077")
    assert [await found(world, number) for number in numbers] == [[customer_id]] * 3


async def test_a_question_that_says_too_little_is_refused(world):
    answer = await world.ask(Role.CS_SPECIALIST, "GET", f"/customers?q={quote('王')}")
    assert (answer.status_code, answer.json()["code"]) == (409, "too_short")


@pytest.mark.requirement("R171.c")
async def test_a_list_shows_no_number_that_can_be_used(world):
    await registered(world, address="广州市天河区珠江东路 6 号")
    (row,) = (await world.ask(Role.CS_SPECIALIST, "GET", "/customers?q=8000")).json()["items"]
    contact = row["particulars"]["contacts"][0]
    assert (contact["name"], contact["mobile"], row["particulars"]["address"]) == ("王建国", "138****8000", None)


@pytest.mark.requirement("R171.c")
async def test_an_account_manager_reads_the_numbers_of_his_own_customers_alone(world):
    customer_id = await registered(world)
    path = f"/customers/{customer_id}"
    shown = {}
    for owner in ("am-03", "account_manager-1"):
        await world.ask(Role.CS_SUPERVISOR, "POST", f"{path}/assign", {"owner": owner})
        view = (await world.ask(Role.ACCOUNT_MANAGER, "GET", path)).json()
        first, *_ = (await world.ask(Role.ACCOUNT_MANAGER, "GET", f"{path}/revisions")).json()
        shown[owner] = tuple(each["particulars"]["contacts"][0]["mobile"] for each in (view, first))
    whole = (await world.ask(Role.CS_SPECIALIST, "GET", path)).json()["particulars"]["contacts"][0]["mobile"]
    assert shown == {"am-03": ("138****8000",) * 2, "account_manager-1": ("13800138000",) * 2}
    assert whole == "13800138000"
