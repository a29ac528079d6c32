"""What staff and providers get over HTTP."""

from typing import Any
from uuid import uuid4

import httpx
import pytest
from customers import CUSTOMER
from facts import delayed, released
from fastapi import Request
from notify_in_memory import POLICIES, InMemoryNotify, Told

from notify.api import Callbacks
from notify.domain.parts.answer import ABSENT, unknown
from notify.gateways.local import LocalSms
from notify.settings import Settings
from shared.audit.trail import Asked
from shared.contracts.roles import Role
from shared.http import without_secret
from shared.testing import nowhere


async def test_a_customers_messages_explain_themselves(notify: InMemoryNotify) -> None:
    await notify.tell(delayed(reason="supply"))
    await notify.receipt(await notify.one(**{"ways.channel": "sms"}), code="DELIVRD")

    answer = await notify.ask("GET", f"/notifications?customer_id={CUSTOMER.customer_id}&about=SO-2026-0412")

    told = {each["channels"][0]: each for each in answer.json()["items"]}
    listed = told["sms"]
    sms = (await notify.ask("GET", f"/notifications/{listed['id']}")).json()
    assert listed.items() >= {"event": "orders.shipment_delayed.v1", "addresses": ["138****8000"]}.items()
    assert listed["possible"] == sms["possible"]
    assert listed["values"]["days"] == sms["pieces"][0]["values"]["days"]
    assert (sms["stage"], sms["rule"], sms["purpose"], sms["addresses"]) == (
        "delivered",
        "shipment_delayed",
        "shipment_delayed",
        ["138****8000"],
    )
    (piece,) = sms["pieces"]
    assert (piece["event"], piece["template"], piece["versions"]["sms"]) == (
        "orders.shipment_delayed.v1",
        "shipment_delayed.plain",
        1,
    )
    assert [(each["provider"], each["outcome"]) for each in sms["attempts"]] == [("sms-gateway", "accepted")]
    assert [(each["status"], each["code"]) for each in sms["receipts"]] == [("delivered", "DELIVRD")]


async def test_a_message_is_read_again_in_the_words_in_which_it_was_told(notify: InMemoryNotify) -> None:
    told = {"customer": "广州恒达", "complaint_no": "2026-11-0007", "until": "11月30日18:00"}
    body = {"channel": "chat", "values": told}

    raw = await notify.ask("POST", "/templates/staff.investigation_assigned/preview", body)
    again = await notify.ask("POST", "/templates/staff.investigation_assigned/preview", body | {"written": True})

    assert (raw.status_code, raw.json()["code"]) == (409, "unfit")
    assert "投诉2026-11-0007（广州恒达），请在11月30日18:00前查明原因" in again.json()["text"]


async def test_a_text_is_previewed_with_samples_and_with_given_values(notify: InMemoryNotify) -> None:
    answer = await notify.ask("POST", "/templates/shipment_delayed.plain/preview", {"values": {"days": "9"}})

    assert answer.status_code == 200
    assert "推迟9天至11月30日" in answer.json()["text"]
    assert answer.json()["parts"] == 2
    linked = await notify.ask("POST", "/templates/order_placed/preview", {"values": {"order_no": "https://x.example"}})
    assert "https x example" in linked.json()["text"]
    for name in ("", "nonsense", "${x}"):
        wrong = await notify.ask("POST", "/templates/order_placed/preview", {"values": {name: "1"}})
        assert (wrong.status_code, "order_no" in wrong.json()["detail"]) == (422, True)
    assert (await notify.ask("POST", "/templates/none/preview", {})).status_code == 404


async def test_a_person_resolves_what_nobody_knows_and_nothing_else(notify: InMemoryNotify) -> None:
    notify.sms.answers, notify.sms.sighting = [unknown("no_answer")], ABSENT
    await notify.tell(released())
    for _ in range(3):
        await notify.reconciler.settle()
    parked = await notify.one(audience="customer")

    resolved = await notify.ask("POST", f"/notifications/{parked.id}/resolve", {"sent": False})
    await notify.send()
    again = await notify.ask("POST", f"/notifications/{parked.id}/resolve", {"sent": False})

    assert resolved.json()["stage"] == "queued"
    assert len(notify.sms.sent) == 2
    assert (again.status_code, again.json()["code"]) == (409, "illegal_transition")


async def test_progress_counts_a_campaign_by_state(notify: InMemoryNotify) -> None:
    (told,) = await notify.tell(released())

    answer = await notify.ask("GET", f"/notifications/progress?correlation={told.correlation}")

    assert answer.json() == {"total": 1, "stages": {"accepted": 1}}


@pytest.mark.requirement("R013.a")
async def test_a_slip_is_posted_and_acknowledged(notify: InMemoryNotify) -> None:
    slip = {"to_department": "production", "text": "请确认到厂日期"}
    posted = await notify.ask("POST", "/slips", slip, key="post")
    again = await notify.ask("POST", "/slips", slip, key="post")
    read = await _acknowledge(notify, posted.json()["id"], Role.PLANT_MANAGER, "pl-01")

    listed = await notify.ask("GET", "/slips?to_department=production")

    assert (posted.status_code, again.json()["id"]) == (201, posted.json()["id"])
    assert listed.json() == {"items": [read.json()], "next": None}
    assert (await notify.ask("GET", "/slips?to_department=finance")).json()["items"] == []
    assert read.json()["acknowledged_by"] == "pl-01"
    shown = [(each["stage"], [may["decision"] for may in each["possible"]]) for each in (posted.json(), read.json())]
    assert shown == [("posted", ["acknowledge"]), ("acknowledged", [])]


@pytest.mark.parametrize(
    ("role", "by"),
    [(Role.HUMAN_RESOURCES, "hr-01"), (Role.CS_SPECIALIST, "cs-09"), (Role.FINANCE, "fi-01")],
)
async def test_a_slip_is_acknowledged_by_no_one_whom_it_was_not_meant_for(
    notify: InMemoryNotify, role: Role, by: str
) -> None:
    posted = await notify.ask("POST", "/slips", {"to_department": "production", "text": "请确认到厂日期"})

    refused = await _acknowledge(notify, posted.json()["id"], role, by)

    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    assert "plant_manager" in refused.json()["detail"]


async def test_a_slip_is_not_to_be_acknowledged_in_a_mistyped_year(notify: InMemoryNotify) -> None:
    slip = {"to_department": "cs", "text": "请确认", "acknowledge_by": "2062-11-25T02:00:00Z"}

    refused = await notify.ask("POST", "/slips", slip)

    assert (refused.status_code, refused.json()["code"]) == (409, "far_day")


@pytest.mark.parametrize("spelling", ["cs-07", "CS-07", "Cs-07"])
async def test_the_author_of_a_slip_does_not_acknowledge_it(notify: InMemoryNotify, spelling: str) -> None:
    posted = await notify.ask("POST", "/slips", {"to_department": "cs", "text": "请确认"})

    refused = await _acknowledge(notify, posted.json()["id"], Role.CS_SUPERVISOR, spelling)

    assert (refused.status_code, refused.json()["code"]) == (409, "own_slip")


async def test_a_slip_for_one_colleague_is_acknowledged_by_that_colleague_alone(notify: InMemoryNotify) -> None:
    slip = {"to_department": "production", "to_staff": "pl-02", "text": "请确认到厂日期"}
    posted = await notify.ask("POST", "/slips", slip)

    other = await _acknowledge(notify, posted.json()["id"], Role.PLANT_MANAGER, "pl-01")
    meant = await _acknowledge(notify, posted.json()["id"], Role.PLANNER, "pl-02")

    assert (other.status_code, meant.json()["acknowledged_by"]) == (403, "pl-02")


def _offered(slip: dict[str, Any]) -> set[str]:
    return {role for each in slip["possible"] if each["decision"] == "acknowledge" for role in each["roles"]}


@pytest.mark.parametrize("acknowledged", [False, True])
@pytest.mark.parametrize("to_staff", [None, "pl-02"])
async def test_that_a_slip_may_be_acknowledged_is_shown_to_those_from_whom_it_is_taken(
    notify: InMemoryNotify, to_staff: str | None, acknowledged: bool
) -> None:
    """In each stage, for a department and for one colleague, whoever asks in whichever role."""
    slip = {"to_department": "production", "to_staff": to_staff, "text": "请确认到厂日期"}
    shown, taken = set(), set()
    for role in Role:
        for by in ("pl-02", f"{role}-09"):
            posted = (await notify.ask("POST", "/slips", slip)).json()
            if acknowledged:
                await _acknowledge(notify, posted["id"], Role.PLANT_MANAGER, to_staff or "pl-01")
            found = (await notify.world.ask(role, "GET", "/slips?limit=200", by=by)).json()["items"]
            seen = next(each for each in found if each["id"] == posted["id"])
            answer = await _acknowledge(notify, posted["id"], role, by)
            if role in _offered(seen):
                shown.add((role, by))
            if answer.status_code == 200:
                taken.add((role, by))

    readers = POLICIES.version(1).slips.readers["production"]
    meant = {(role, "pl-02") for role in Role}
    of_department = {(role, by) for role in readers for by in ("pl-02", f"{role}-09")}
    assert shown == taken == (set() if acknowledged else meant if to_staff else of_department)


async def test_a_slip_to_acknowledge_is_a_duty_that_explains_itself(notify: InMemoryNotify) -> None:
    slip = {"to_department": "production", "text": "请确认到厂日期", "acknowledge_by": "2026-11-23T18:00+08:00"}
    posted = (await notify.ask("POST", "/slips", slip)).json()

    duties = (await notify.ask("GET", "/duties?kind=slip")).json()["items"]
    (clock,) = (await notify.ask("GET", f"/slips/{posted['id']}/clocks")).json()
    await _acknowledge(notify, posted["id"], Role.PLANT_MANAGER, "pl-01")

    assert [(each["about"], each["role"], each["due_at"]) for each in duties] == [
        (posted["slip_no"], "plant_manager", "2026-11-23T10:00:00.000000Z")
    ]
    assert (clock["id"], clock["ended_at"]) == (duties[0]["id"], None)
    assert (await notify.ask("GET", "/duties?kind=slip")).json()["items"] == []


async def test_what_a_customer_answered_is_listed(notify: InMemoryNotify) -> None:
    (told,) = await notify.tell(released())
    await notify.reply("13800138000", "请尽快处理")

    (reply,) = (await notify.ask("GET", f"/replies?customer_id={CUSTOMER.customer_id}")).json()["items"]

    assert (reply["notification"], reply["text"], reply["intent"], reply["choice"]) == (
        str(told.id),
        "请尽快处理",
        "free",
        None,
    )
    assert (await notify.ask("GET", f"/replies?customer_id={uuid4()}")).json()["items"] == []


async def test_a_roster_is_published(notify: InMemoryNotify) -> None:
    duty = {
        "staff": "cs-07",
        "name": "李芳",
        "role": "cs_specialist",
        "begin": "2026-11-23T09:00+08:00",
        "end": "2026-11-23T18:00+08:00",
    }
    asked = {"first_day": "2026-11-23", "last_day": "2026-11-23", "duties": [duty]}

    answer = await notify.ask("POST", "/rosters", asked)
    backwards = await notify.ask("POST", "/rosters", {**asked, "duties": [{**duty, "end": duty["begin"]}]})

    assert (answer.status_code, answer.json()["shifts"]) == (201, 1)
    assert backwards.status_code == 422
    for far in ({"last_day": "2062-11-23"}, {"duties": [{**duty, "end": "2062-11-23T18:00+08:00"}]}):
        refused = await notify.ask("POST", "/rosters", {**asked, **far})
        assert (refused.status_code, refused.json()["code"]) == (409, "far_day")


@pytest.mark.parametrize("given", ["40", "SO-\u202e1390", "0001-01-01T00:00:00+14:00", "http://x.cn/1"])
async def test_a_preview_with_any_value_in_any_text_is_words_or_says_what_does_not_fit(
    notify: InMemoryNotify, given: str
) -> None:
    texts = (await notify.ask("GET", "/templates")).json()["items"]
    asked = [(text["key"], text["channel"], name) for text in texts for name in text["variables"]]
    seen = {
        (
            await notify.ask("POST", f"/templates/{key}/preview", {"channel": channel, "values": {name: given}})
        ).status_code
        for key, channel, name in sorted(set(asked))
    }
    assert seen <= {200, 409}


async def test_only_who_knows_the_secret_may_push() -> None:
    notify = InMemoryNotify(Told("sms"), LocalSms("http://nowhere"))
    (told,) = await notify.tell(released())
    receipt = {"id": str(told.id), "status": "delivered", "at": "2026-11-23T10:00:00+08:00"}

    guessed = await notify.ask("POST", "/callbacks/guess/local/receipts", receipt)
    nonsense = await notify.ask("POST", "/callbacks/known-to-tests-only/local/receipts", {"id": "x"})
    probe = await notify.ask("GET", "/callbacks/known-to-tests-only/local/receipts")
    taken = await notify.ask("POST", "/callbacks/known-to-tests-only/local/receipts", receipt)

    assert [each.status_code for each in (guessed, nonsense, probe, taken)] == [404, 409, 200, 200]
    assert (await notify.one()).stage == "delivered"
    kept = (await notify.world.service.plumbing.trail.audit.entries(Asked())).items
    path = "/callbacks/{secret}/local/receipts"
    assert {(each.kind, each.who, each.path, each.status, each.code) for each in kept} == {
        ("refused", "unknown", path, 404, "unproved_callback"),
        ("refused", "unknown", path, 409, "bad_callback"),
    }


@pytest.mark.parametrize("kind", ["application/json", "Application/JSON; charset=utf-8"])
@pytest.mark.parametrize("content", [b"[" * 100_000, b'{"id":"\\ud800"}', b"\xff", b"{"])
async def test_what_a_provider_pushes_that_is_no_json_is_refused(content: bytes, kind: str) -> None:
    notify = InMemoryNotify(Told("sms"), LocalSms("http://nowhere"))
    transport = httpx.ASGITransport(notify.world.service.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://notify") as http:
        pushed = await http.post(
            "/callbacks/known-to-tests-only/local/replies",
            content=content,
            headers={"Content-Type": kind},
        )

    assert (pushed.status_code, pushed.json()["code"]) == (409, "bad_callback")


async def _acknowledge(notify: InMemoryNotify, slip: str, role: Role, by: str) -> httpx.Response:
    return await notify.world.ask(role, "POST", f"/slips/{slip}/acknowledge", by=by)


async def test_two_secrets_are_taken_while_one_replaces_the_other() -> None:
    settings = nowhere(Settings, callback_secret="the-new-secret-16", callback_secret_before="the-old-secret-16")
    callbacks = Callbacks(settings.callback_secrets)

    proved = [callbacks.prove(given) for given in ("the-new-secret-16", "the-old-secret-16", "guess", "", "密")]

    assert proved == [True, True, False, False, False]


@pytest.mark.parametrize("secret", [None, "", "development", "short"])
def test_notify_refuses_to_start_without_a_secret_of_its_own(secret: str | None) -> None:
    with pytest.raises(ValueError, match="callback_secret"):
        nowhere(Settings, callback_secret=secret)


def test_a_provider_signs_the_address_that_it_knows() -> None:
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/callbacks/s/twilio/receipts",
        "query_string": b"a=1",
        "headers": [],
        "server": ("notify", 8000),
        "scheme": "http",
    }

    callbacks = Callbacks((), "https://sms.hengda.example/notify/")

    assert callbacks.address(Request(scope)) == "https://sms.hengda.example/notify/callbacks/s/twilio/receipts?a=1"


def test_the_secret_of_a_callback_stands_in_no_log_and_no_trace() -> None:
    assert without_secret("/callbacks/known-to-tests-only/local/receipts") == "/callbacks/{secret}/local/receipts"
    assert without_secret("/notify/callbacks/x/twilio") == "/notify/callbacks/{secret}/twilio"
    assert without_secret("/orders/1") == "/orders/1"


async def test_the_author_of_a_slip_is_not_offered_to_acknowledge_it(notify: InMemoryNotify) -> None:
    slip = {"to_department": "production", "text": "请确认到厂日期"}
    posted = (await notify.world.ask(Role.PLANT_MANAGER, "POST", "/slips", slip, by="pl-01")).json()
    (offered,) = posted["possible"]
    assert (offered["decision"], offered["another_than"]) == ("acknowledge", ["pl-01"])
    for by, has_form in (("PL-01", False), ("pl-02", True)):
        html = (await notify.world.ask(Role.PLANT_MANAGER, "GET", f"/ui/slips/{posted['id']}", by=by)).text
        assert ("form-acknowledge" in html, "另一位同事（" in html) == (has_form, not has_form)
