"""What staff may ask of intake over HTTP, and what they are told when they ask for something else."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import jwt
import pytest
from door_keys import Keys

from shared.contracts.intake import (
    CallbackCompleted,
    CallbackWaived,
    ContactCorrected,
    ContactRecorded,
    CustomerAssigned,
    CustomerRegistered,
    CustomerUpdated,
    DeadlineMetByIntake,
    OrderPlaced,
    VisitReported,
)
from shared.testing import deliver

NOW = datetime(2026, 11, 20, 6, 0, tzinfo=UTC)
HENGDA = {
    "name": "广州恒达装饰工程有限公司",
    "kind": "intermediary",
    "trade": "decoration_company",
    "contacts": [{"name": "王建国", "title": "王总", "mobile": "13800138000"}],
    "source": "engineering",
}
LINES = [{"description": "80 款双玻百叶高隔断", "spec": "3000×2700 mm", "quantity": 24, "unit": "樘"}]
TALK = {
    "subject": "售前电话回访",
    "service_type": "售前",
    "service_method": "电话",
    "on": "2026-11-20",
    "at": "14:00",
    "contact_name": "王建国",
    "status": "已完成",
    "started_at": "2026-11-20T05:50:00Z",
    "content": "了解以往隔断使用情况",
    "feedback": "使用良好",
}


@pytest.fixture
def said(intake):
    return intake.plumbing.database


def kinds(said):
    return [type(event) for event in said.published]


async def registered(http, staff, **fields):
    answer = await http.post("/customers", json={**HENGDA, **fields}, headers=staff())
    assert answer.status_code == 201, answer.text
    return answer.json()["customer_id"]


async def owed(intake, kind="visit_30min"):
    subscriptions = [each for each in intake.listeners if each.queue == "intake.on.intake.visit_reported.v1"]
    visit = VisitReported(
        visit_id=uuid4(),
        shop_name="明镜眼镜店",
        customer_name="陈先生",
        mobile="13700137000",
        staff="am-03",
        left_at=NOW,
        reported_at=NOW,
    )
    announced = await deliver(subscriptions, visit, at=NOW)
    return announced[-1].callback_id


async def test_a_customer_is_registered_and_found_again(http, staff, said):
    customer_id = await registered(http, staff)
    shown = (await http.get(f"/customers/{customer_id}", headers=staff())).json()
    found = (await http.get("/customers", params={"mobile": "13800138000"}, headers=staff())).json()
    assert (shown["revision"], shown["source"], shown["particulars"]["name"]) == (1, "engineering", HENGDA["name"])
    assert [each["customer_id"] for each in found["items"]] == [customer_id]
    assert kinds(said) == [CustomerRegistered]


async def test_the_same_request_again_registers_nobody_twice(http, staff, said):
    headers = staff(key="one-wish")
    first = await http.post("/customers", json=HENGDA, headers=headers)
    again = await http.post("/customers", json=HENGDA, headers=headers)
    other = await http.post("/customers", json={**HENGDA, "name": "别的公司"}, headers=headers)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_key_reused")
    assert kinds(said) == [CustomerRegistered]


async def test_a_number_that_a_department_gave_names_one_customer(http, staff):
    await registered(http, staff, customer_no="KH-00217")
    again = await http.post("/customers", json={**HENGDA, "customer_no": "KH-00217"}, headers=staff())
    assert (again.status_code, again.json()["code"]) == (409, "already_exists")


@pytest.mark.requirement("R043.a")
async def test_a_correction_leaves_every_revision_readable(http, staff, said):
    customer_id = await registered(http, staff)
    change = {"region": "华东", "reason": "客户来电更正"}
    corrected = await http.post(f"/customers/{customer_id}/correct", json=change, headers=staff())
    revisions = (await http.get(f"/customers/{customer_id}/revisions", headers=staff())).json()
    assert corrected.json()["revision"] == 2
    assert [(each["particulars"]["region"], each["reason"]) for each in revisions] == [
        (None, None),
        ("华东", "客户来电更正"),
    ]
    assert kinds(said) == [CustomerRegistered, CustomerUpdated]


@pytest.mark.parametrize("method", ["DELETE", "PUT", "PATCH"])
@pytest.mark.requirement("R043.a")
async def test_nothing_deletes_or_overwrites_a_customer(http, staff, method):
    customer_id = await registered(http, staff)
    answer = await http.request(method, f"/customers/{customer_id}", headers=staff("cs_director"))
    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")


@pytest.mark.requirement("R125.a")
async def test_the_supervisor_assigns_the_owner(http, staff, said):
    customer_id = await registered(http, staff)
    path, body = f"/customers/{customer_id}/assign", {"owner": "am-03"}
    refused = await http.post(path, json=body, headers=staff("cs_specialist"))
    assigned = await http.post(path, json=body, headers=staff("cs_supervisor"))
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    assert assigned.json()["particulars"]["owner"] == "am-03"
    assert kinds(said)[1:] == [CustomerUpdated, CustomerAssigned]


@pytest.mark.requirement("R042.a", "R043.a")
async def test_a_talk_is_written_down_and_corrected_by_adding(http, staff, said):
    customer_id = await registered(http, staff)
    path = f"/customers/{customer_id}/contacts"
    contact = (await http.post(path, json=TALK, headers=staff())).json()["contact_id"]
    change = {"field": "feedback", "after": "近期有新项目", "reason": "录入笔误"}
    await http.post(f"{path}/{contact}/correct", json=change, headers=staff())
    (record,) = (await http.get(path, headers=staff())).json()
    assert record["talk"]["feedback"] == "近期有新项目"
    assert [each["before"] for each in record["corrections"]] == ["使用良好"]
    assert kinds(said)[1:] == [ContactRecorded, ContactCorrected]


async def test_a_customer_with_whom_nobody_spoke_has_no_talks(http, staff):
    customer_id = await registered(http, staff)
    assert (await http.get(f"/customers/{customer_id}/contacts", headers=staff())).json() == []


@pytest.mark.requirement("R043.b")
async def test_verify_names_the_first_altered_entry_of_each_record(http, staff, intake):
    customer_id = await registered(http, staff)
    path = f"/customers/{customer_id}"
    await http.post(f"{path}/contacts", json=TALK, headers=staff())
    await http.post(f"{path}/contacts", json=TALK, headers=staff())
    whole = (await http.get(f"{path}/verify", headers=staff())).json()
    (log,) = intake.plumbing.database.collections["contact_logs"].rows.values()
    log.state["entries"][1]["content"]["talk"]["feedback"] = "非常满意"
    altered = (await http.get(f"{path}/verify", headers=staff())).json()
    assert whole == {"whole": True, "altered": []}
    assert altered == {"whole": False, "altered": [{"record": "contacts", "record_id": str(log.id), "entry": 2}]}


@pytest.mark.requirement("R123.b")
async def test_an_order_is_taken_with_the_customer_as_we_know_it(http, staff, said):
    customer_id = await registered(http, staff, region="华南", owner="am-03")
    verified = {"by": "cs-07", "at": "2026-11-20T05:00:00Z"}
    body = {"customer_id": customer_id, "order_no": "SO-2026-0412", "lines": LINES, "verified": verified}
    answer = await http.post("/orders", json=body, headers=staff())
    placed = said.published[-1]
    assert (answer.status_code, answer.json()["state"]) == (201, "placed")
    assert isinstance(placed, OrderPlaced)
    assert (placed.customer.mobile, placed.region, placed.sales_owner) == ("13800138000", "华南", "am-03")


@pytest.mark.requirement("R123.b")
async def test_an_order_is_placed_when_it_has_been_verified(http, staff, said):
    customer_id = await registered(http, staff)
    taken = await http.post("/orders", json={"customer_id": customer_id, "lines": LINES}, headers=staff())
    order_id = taken.json()["order_id"]
    waiting = (await http.get("/orders", params={"state": "unverified"}, headers=staff())).json()["items"]
    placed = await http.post(f"/orders/{order_id}/verify", json={}, headers=staff(id="cs-09"))
    again = await http.post(f"/orders/{order_id}/verify", json={}, headers=staff())
    assert [each["order_id"] for each in waiting] == [order_id]
    assert placed.json()["verification"]["by"] == "cs-09"
    assert (again.status_code, again.json()["code"]) == (409, "illegal_transition")
    assert kinds(said) == [CustomerRegistered, OrderPlaced]


async def test_an_order_of_an_unknown_customer_is_not_taken(http, staff):
    answer = await http.post("/orders", json={"customer_id": str(uuid4()), "lines": LINES}, headers=staff())
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_two_orders_cannot_have_one_number(http, staff):
    body = {"customer_id": await registered(http, staff), "order_no": "SO-1", "lines": LINES}
    first = await http.post("/orders", json=body, headers=staff())
    second = await http.post("/orders", json=body, headers=staff())
    assert (first.status_code, second.status_code, second.json()["code"]) == (201, 409, "already_exists")


@pytest.mark.requirement("R026.a")
async def test_an_account_manager_reports_a_visit_on_leaving(http, staff, said):
    report = {
        "shop_name": "明镜眼镜店",
        "customer_name": "陈先生",
        "mobile": "13700137000",
        "left_at": "2026-11-20T05:58:00Z",
    }
    answer = await http.post("/visits", json=report, headers=staff("account_manager", id="am-03"))
    early = await http.post("/visits", json={**report, "left_at": "2026-11-20T07:00:00Z"}, headers=staff())
    assert (answer.status_code, answer.json()["staff"]) == (201, "am-03")
    assert said.published[-1].reported_at == NOW
    assert (early.status_code, early.json()["code"]) == (409, "not_over")


@pytest.mark.requirement("R102.a")
async def test_a_callback_is_recorded_with_every_answer(http, staff, intake, clock, said):
    callback = await owed(intake)
    clock.advance(timedelta(minutes=20))
    path = f"/callbacks/{callback}/complete"
    short = await http.post(path, json={"branch": "satisfied"}, headers=staff())
    answers = {"branch": "satisfied", "ratings": {"ability": "好", "professionalism": "好", "etiquette": "好"}}
    done = await http.post(path, json=answers, headers=staff())
    assert (short.status_code, short.json()["code"]) == (409, "questions_open")
    assert done.json()["state"] == "completed"
    completed, met = said.published[-2:]
    assert isinstance(completed, CallbackCompleted)
    assert completed.within_due is True
    assert (type(met), met.outcome) == (DeadlineMetByIntake, "in_time")
    assert (await http.get("/callbacks", headers=staff())).json()["items"] == []


async def test_a_callback_shows_what_may_be_done_by_whom_and_why_it_is_due(http, staff, intake):
    callback = await owed(intake)
    shown = (await http.get(f"/callbacks/{callback}", headers=staff())).json()
    (clock,) = (await http.get(f"/callbacks/{callback}/clocks", headers=staff())).json()
    assert [(each["decision"], each["roles"]) for each in shown["possible"]] == [
        ("complete", ["cs_specialist", "cs_supervisor", "cs_section_chief", "cs_manager", "cs_director"]),
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
async def test_only_the_director_lets_a_customer_off(http, staff, intake, said):
    path = f"/callbacks/{await owed(intake)}/waive"
    refused = await http.post(path, json={"reason": "tender"}, headers=staff("cs_manager"))
    waived = await http.post(path, json={"reason": "tender"}, headers=staff("cs_director", id="director-01"))
    assert refused.status_code == 403
    assert waived.json()["state"] == "waived"
    noted, met = said.published[-2:]
    assert isinstance(noted, CallbackWaived)
    assert noted.approved_by == "director-01"
    assert (type(met), met.outcome) == (DeadlineMetByIntake, "no_longer_needed")


@pytest.mark.parametrize(
    ("content", "status", "code", "told"),
    [
        (b"{", 400, "malformed_json", "the body is not JSON"),
        (b"\xff", 400, "malformed_json", "not UTF-8"),
        (b'{"name": "A", "colour": "blue"}', 422, "invalid", "body.colour: Extra inputs are not permitted"),
        (b'{"name": {"$gt": ""}}', 422, "invalid", "body.name: Input should be a valid string"),
        (b'{"name": "A", "contacts": [{"name": "B", "$where": "1"}]}', 422, "invalid", "body.contacts.0.$where"),
        (b'{"name": "A", "contacts": [{"name": "B", "mobile": "no"}]}', 422, "invalid", "body.contacts.0.mobile"),
        (b'{"kind": "end"}', 422, "invalid", "body.name: Field required"),
        (b'"text"', 422, "invalid", ""),
    ],
)
async def test_a_body_that_does_not_fit_is_refused_and_the_place_is_named(http, staff, content, status, code, told):
    headers = {**staff(), "Content-Type": "application/json"}
    answer = await http.post("/customers", content=content, headers=headers)
    assert answer.headers["content-type"] == "application/problem+json"
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert told in answer.json()["detail"]


async def test_ten_megabytes_are_refused(http, staff):
    answer = await http.post("/customers", content=b"x" * 10_000_000, headers=staff())
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


@pytest.mark.parametrize("value", ['{"$gt": ""}', "$ne", "[$ne]=1"])
async def test_an_operator_in_a_query_is_a_text_like_any_other(http, staff, value):
    await registered(http, staff)
    assert (await http.get("/customers", params={"mobile": value[:20]}, headers=staff())).json()["items"] == []


@pytest.mark.parametrize("path", ["/customers/{}", "/orders/{}", "/callbacks/{}", "/visits/{}"])
async def test_what_does_not_exist_is_not_found(http, staff, path):
    unknown = await http.get(path.format(uuid4()), headers=staff())
    broken = await http.get(path.format("no-id"), headers=staff())
    assert (unknown.status_code, unknown.json()["code"]) == (404, "not_found")
    assert (broken.status_code, broken.json()["code"]) == (422, "invalid")


@pytest.mark.parametrize("token", ["", "Bearer ", "Bearer forged", "Basic Y3M6Y3M="])
async def test_nobody_gets_in_without_a_token(http, token):
    answer = await http.get("/customers", headers={"Authorization": token})
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")


async def test_a_token_that_somebody_else_signed_opens_nothing(http, tmp_path):
    headers = Keys.made_in(tmp_path).staff("cs_director")
    answer = await http.post("/customers", json=HENGDA, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")


async def test_a_token_without_a_signature_opens_nothing(http, keys):
    claims = jwt.decode(keys.staff("cs_director")["Authorization"][7:], options={"verify_signature": False})
    unsigned = jwt.encode(claims, None, algorithm="none")
    answer = await http.get("/customers", headers={"Authorization": f"Bearer {unsigned}"})
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")


async def test_a_department_does_not_read_the_customers_files(http, department):
    answer = await http.get("/customers", headers=department("sales"))
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


async def test_a_wish_without_an_idempotency_key_is_refused(http, staff):
    headers = {name: value for name, value in staff().items() if name != "Idempotency-Key"}
    answer = await http.post("/customers", json=HENGDA, headers=headers)
    assert answer.status_code == 422
    assert "header.idempotency-key" in answer.json()["detail"]
