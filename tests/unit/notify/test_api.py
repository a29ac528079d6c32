"""What staff and providers get over HTTP."""

from collections.abc import AsyncIterator
from uuid import uuid4

import httpx
import pytest
from customers import CUSTOMER
from facts import delayed, released
from fastapi import FastAPI
from notify_in_memory import InMemoryNotify
from pydantic import SecretStr

from notify.api import callback_routes, routes
from notify.domain.parts.answer import ABSENT, unknown
from notify.gateways.local import LocalSms
from notify.gateways.router import GatewayRouter
from shared.contracts.roles import Role
from shared.http import answer_problems, guarded
from shared.identity import Principal


class Everybody:
    """A authenticator who knows one supervisor."""

    def recognise(self, authorization: str | None, api_key: str | None) -> Principal:
        return Principal.staff("cs-07", Role.CS_SUPERVISOR)


@pytest.fixture
async def http(notify: InMemoryNotify) -> AsyncIterator[httpx.AsyncClient]:
    app = FastAPI()
    app.state.authenticator, app.state.clock = Everybody(), notify.clock
    answer_problems(app)
    gateways = GatewayRouter({"sms": [LocalSms("http://nowhere")]})
    app.include_router(callback_routes(gateways, notify.inbound, SecretStr("secret")))
    for router in routes(notify.stores, notify.composer):
        app.include_router(router, dependencies=guarded())
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://notify") as client:
        client.headers["Idempotency-Key"] = str(uuid4())
        yield client


async def test_a_customers_messages_explain_themselves(notify: InMemoryNotify, http: httpx.AsyncClient) -> None:
    await notify.tell(delayed(reason="supply"))
    await notify.receipt(await notify.one(**{"ways.channel": "sms"}), code="DELIVRD")

    answer = await http.get("/notifications", params={"customer": str(CUSTOMER.customer_id), "about": "SO-2026-0412"})

    told = {each["channels"][0]: each for each in answer.json()["items"]}
    sms = told["sms"]
    assert (sms["state"], sms["rule"], sms["purpose"], sms["addresses"]) == (
        "delivered",
        "shipment_delayed",
        "shipment_delayed",
        ["138****8000"],
    )
    (piece,) = sms["pieces"]
    assert (piece["event"], piece["template"], piece["versions"]["sms"]) == (
        "orders.shipment_delayed.v1",
        "shipment_delayed.supply",
        1,
    )
    assert [(each["provider"], each["outcome"]) for each in sms["attempts"]] == [("sms-gateway", "accepted")]
    assert [(each["status"], each["code"]) for each in sms["receipts"]] == [("delivered", "DELIVRD")]


async def test_a_text_is_previewed_with_samples_and_with_given_values(http: httpx.AsyncClient) -> None:
    answer = await http.post("/templates/shipment_delayed.supply/preview", json={"values": {"days": "9"}})

    assert answer.status_code == 200
    assert "推迟9天至11月30日" in answer.json()["text"]
    assert answer.json()["parts"] == 2
    refused = await http.post("/templates/order_placed/preview", json={"values": {"order_no": "https://x.example"}})
    assert (refused.status_code, refused.json()["code"]) == (409, "unfit")
    assert (await http.post("/templates/none/preview", json={})).status_code == 404


async def test_a_person_resolves_what_nobody_knows_and_nothing_else(
    notify: InMemoryNotify, http: httpx.AsyncClient
) -> None:
    notify.sms.answers, notify.sms.sighting = [unknown("no_answer")], ABSENT
    await notify.tell(released())
    for _ in range(3):
        await notify.reconciler.settle()
    parked = await notify.one(audience="customer")

    resolved = await http.post(f"/notifications/{parked.id}/resolve", json={"sent": False})
    await notify.send()
    again = await http.post(
        f"/notifications/{parked.id}/resolve", json={"sent": False}, headers={"Idempotency-Key": "again"}
    )

    assert resolved.json()["state"] == "queued"
    assert len(notify.sms.sent) == 2
    assert (again.status_code, again.json()["code"]) == (409, "illegal_transition")


async def test_progress_counts_a_campaign_by_state(notify: InMemoryNotify, http: httpx.AsyncClient) -> None:
    (told,) = await notify.tell(released())

    answer = await http.get("/notifications/progress", params={"correlation": str(told.correlation)})

    assert answer.json() == {"total": 1, "states": {"accepted": 1}}


@pytest.mark.requirement("R013.a", "R013.b")
async def test_a_slip_is_posted_and_acknowledged(http: httpx.AsyncClient) -> None:
    posted = await http.post("/slips", json={"to_department": "production", "text": "请确认到厂日期"})
    again = await http.post("/slips", json={"to_department": "production", "text": "请确认到厂日期"})
    read = await http.post(f"/slips/{posted.json()['id']}/acknowledge", headers={"Idempotency-Key": "read"})

    assert (posted.status_code, again.json()["id"]) == (201, posted.json()["id"])
    assert read.json()["acknowledged_by"] == "cs-07"


@pytest.mark.requirement("R172.a")
async def test_a_roster_is_published(http: httpx.AsyncClient) -> None:
    duty = {
        "staff": "cs-07",
        "name": "李芳",
        "role": "cs_specialist",
        "begin": "2026-11-23T09:00+08:00",
        "end": "2026-11-23T18:00+08:00",
    }
    asked = {"first_day": "2026-11-23", "last_day": "2026-11-23", "duties": [duty]}

    answer = await http.post("/rosters", json=asked)
    backwards = await http.post("/rosters", json={**asked, "duties": [{**duty, "end": duty["begin"]}]})

    assert (answer.status_code, answer.json()["shifts"]) == (201, 1)
    assert backwards.status_code == 422


async def test_only_who_knows_the_secret_may_push(notify: InMemoryNotify, http: httpx.AsyncClient) -> None:
    (told,) = await notify.tell(released())
    receipt = {"id": str(told.id), "status": "delivered", "at": "2026-11-23T10:00:00+08:00"}

    guessed = await http.post("/callbacks/guess/local/receipts", json=receipt)
    nonsense = await http.post("/callbacks/secret/local/receipts", json={"id": "x"})
    probe = await http.get("/callbacks/secret/local/receipts")
    taken = await http.post("/callbacks/secret/local/receipts", json=receipt)

    assert [each.status_code for each in (guessed, nonsense, probe, taken)] == [404, 409, 200, 200]
    assert (await notify.one()).state == "delivered"
