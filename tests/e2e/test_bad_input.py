"""Bad input to a whole system: each gets a clear answer, every process lives, nothing is lost or happens twice."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import aio_pika
import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from waiting import until

from kefu.example import example
from kefu.surroundings import SERVICES
from kefu.tokens import local_token
from kefu_local.system import System
from shared.contracts.departments import (
    GoodsDispatched,
    OrderRequested,
    ProductionProgressed,
    ShipmentArrived,
)
from shared.contracts.event import Event
from shared.contracts.intake import OrderPlaced
from shared.contracts.roles import Role
from shared.contracts.vocabulary import order_id_of
from shared.wire import ingress
from shared.wire.broker import EVENTS

pytestmark = pytest.mark.timeout(120)

CUSTOMER: dict[str, Any] = {
    "name": "广州恒达装饰工程有限公司",
    "contacts": [{"name": "王建国", "mobile": "13800138000"}],
}


class Outsider:
    """A client that sends all sorts of things to the services and to the bus."""

    def __init__(self, kefu: System, http: httpx.AsyncClient) -> None:
        self.kefu = kefu
        self.http = http
        self.token = local_token(kefu.around, Role.CS_DIRECTOR, Role.OPERATOR)

    async def post(self, path: str, content: Any, service: str = "intake", **headers: str) -> httpx.Response:
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        usual = {
            "Authorization": f"Bearer {self.token}",
            "Idempotency-Key": str(uuid4()),
            "Content-Type": "application/json",
        }
        return await self.http.post(
            f"{self.kefu.around.service_url(service)}{path}", content=body, headers=usual | headers
        )

    async def get(self, path: str, service: str = "intake") -> httpx.Response:
        url = f"{self.kefu.around.service_url(service)}{path}"
        return await self.http.get(url, headers={"Authorization": f"Bearer {self.token}"})

    async def say(self, fact: Event, id: UUID | None = None) -> None:
        """A department reports a fact through its own door."""
        headers = {
            "cloudEvents:specversion": "1.0",
            "cloudEvents:id": str(id or uuid4()),
            "cloudEvents:type": fact.key,
            "cloudEvents:source": fact.publisher(),
            "cloudEvents:time": self.now,
        }
        await self.send(fact.publisher(), fact.key, fact.model_dump_json().encode(), headers)

    async def send(self, department: str, key: str, body: bytes, headers: dict[str, Any]) -> None:
        """Any message at all, from a department that may be out of its mind."""
        url = self.kefu.around.need(f"{department.upper()}_INGRESS_URL")
        await _publish(url, ingress.entrance(department), key, body, headers, department)

    async def shout(self, key: str, body: bytes, headers: dict[str, Any]) -> None:
        """Any message at all, straight onto the bus."""
        await _publish(self.kefu.around.need("RABBIT_URL"), EVENTS.name, key, body, headers, None)

    async def dead(self, service: str, state: str = "dead") -> list[dict[str, Any]]:
        """What a service has given up, or keeps to try it again."""
        answer = await self.get(f"/dead?state={state}", service)
        found: list[dict[str, Any]] = answer.json()["items"]
        return found

    @property
    def now(self) -> str:
        return self.kefu.around.time().now().isoformat()


async def _publish(url: str, exchange: str, key: str, body: bytes, headers: dict[str, Any], user: str | None) -> None:
    async with await aio_pika.connect(url) as connection:
        channel = await connection.channel(publisher_confirms=True)
        to = await channel.get_exchange(exchange, ensure=False)
        message = aio_pika.Message(body, headers=headers, content_type="application/json", user_id=user)
        await to.publish(message, key)


@pytest.fixture
async def outsider(kefu: System) -> AsyncIterator[Outsider]:
    async with httpx.AsyncClient(timeout=30, trust_env=False) as http:
        yield Outsider(kefu, http)


@pytest.fixture(autouse=True)
def every_process_lives(kefu: System) -> Iterator[None]:
    before = {name: process.pid for name, process in kefu.services.items()}
    yield
    assert {name: process.pid for name, process in kefu.services.items()} == before


def requested(order_no: str) -> OrderRequested:
    asked = example(OrderRequested)
    customer = asked.customer.model_copy(update={"customer_no": f"KH-{order_no}"})
    return asked.model_copy(update={"order_no": order_no, "customer": customer, "verified_with_customer_at": None})


async def placed(outsider: Outsider, order_no: str) -> None:
    """Sales requests an order from stock that the customer has confirmed."""
    now = outsider.kefu.around.time().now()
    promised = now.date() + timedelta(days=30)
    asked = requested(order_no).model_copy(
        update={"verified_with_customer_at": now, "promised_arrival_date": promised, "promised_ship_date": None}
    )
    await outsider.say(asked)


async def order(outsider: Outsider, order_no: str) -> dict[str, Any] | None:
    answer = await outsider.get(f"/orders/{order_id_of(order_no)}", "orders")
    return answer.json() if answer.is_success else None


async def test_malformed_json_is_answered_as_such(outsider: Outsider) -> None:
    answer = await outsider.post("/customers", b'{"name": ')
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed_json")


async def test_an_unknown_field_is_named(outsider: Outsider) -> None:
    answer = await outsider.post("/customers", CUSTOMER | {"nmae": "x"})
    assert (answer.status_code, answer.json()["errors"][0]["where"]) == (422, "body.nmae")


@pytest.mark.parametrize("service", SERVICES)
async def test_a_parameter_that_is_misspelt_is_named_with_those_there_are(outsider: Outsider, service: str) -> None:
    answer = await outsider.get("/dead/groups?sate=dead", service)
    wrong = {"where": "query.sate", "what": "unknown; it can be asked by state", "rule": "unknown"}
    assert (answer.status_code, answer.json()["errors"]) == (422, [wrong])


async def test_a_wrong_type_is_named(outsider: Outsider) -> None:
    answer = await outsider.post("/customers", CUSTOMER | {"member": "perhaps"})
    assert (answer.status_code, answer.json()["errors"][0]["where"]) == (422, "body.member")


async def test_a_mongo_operator_is_a_wrong_type_where_a_text_belongs_and_a_text_where_it_is_one(
    outsider: Outsider,
) -> None:
    as_object = await outsider.post("/customers", CUSTOMER | {"name": {"$gt": ""}})
    as_query = await outsider.get("/customers?name=%7B%22$gt%22:%22%22%7D")
    as_parameter = await outsider.get("/customers?name[$gt]=")
    as_text = await outsider.post("/customers", CUSTOMER | {"name": '{"$gt": ""}'})

    assert as_object.status_code == 422
    assert as_query.json()["items"] == []
    assert as_parameter.status_code == 422
    assert as_text.json()["particulars"]["name"] == '{"$gt": ""}'


async def test_a_body_of_ten_megabytes_is_too_large(outsider: Outsider) -> None:
    answer = await outsider.post("/customers", CUSTOMER | {"name": "x" * 10_000_000})
    assert (answer.status_code, answer.json()["status"]) == (413, 413)


async def test_a_key_used_twice_for_one_wish_has_one_effect_and_for_two_wishes_is_refused(outsider: Outsider) -> None:
    key = {"Idempotency-Key": str(uuid4())}
    first = await outsider.post("/customers", CUSTOMER, **key)
    again = await outsider.post("/customers", CUSTOMER, **key)
    other = await outsider.post("/customers", CUSTOMER | {"name": "another"}, **key)

    assert (first.status_code, again.json()) == (201, first.json())
    assert other.status_code == 409


async def test_a_field_that_is_there_twice_is_named(outsider: Outsider) -> None:
    told = {
        "specversion": "1.0",
        "id": str(uuid4()),
        "type": ProductionProgressed.key,
        "source": "production",
        "time": outsider.now,
    }
    head = json.dumps(told)[:-1]
    body = f'{head}, "data": {{"order_no": "SO-1", "ready_percent": 10, "ready_percent": 90}}}}'.encode()
    key = outsider.kefu.around.need("PRODUCTION_API_KEY")
    url = f"{outsider.kefu.around.service_url('intake')}/facts"
    headers = {"X-API-Key": key, "Content-Type": "application/cloudevents+json"}
    answer = await outsider.http.post(url, content=body, headers=headers)

    assert answer.is_client_error
    assert answer.json()["code"] == "duplicate_field"


async def test_an_unknown_id_is_not_found(outsider: Outsider) -> None:
    answers = [await outsider.get(f"/customers/{uuid4()}"), await outsider.get(f"/orders/{uuid4()}", "orders")]
    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [(404, "not_found")] * 2


async def test_a_forged_token_lets_nobody_in(outsider: Outsider) -> None:
    claims = jwt.decode(outsider.token, options={"verify_signature": False})
    forged = [
        jwt.encode(claims, Ed25519PrivateKey.generate(), algorithm="EdDSA"),
        jwt.encode(claims, None, algorithm="none"),
        jwt.encode(claims, "x" * 32, algorithm="HS256"),
    ]
    for token in forged:
        answer = await outsider.post("/customers", CUSTOMER, Authorization=f"Bearer {token}")
        assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")


async def test_a_fact_about_an_order_that_does_not_exist_yet_waits_for_it(outsider: Outsider) -> None:
    no = f"SO-EARLY-{uuid4().hex[:8].upper()}"
    await outsider.say(ProductionProgressed(order_no=no, ready_percent=40))

    async def waiting() -> list[dict[str, Any]]:
        return [each for each in await outsider.dead("orders", "parked") if str(order_id_of(no)) in each["reason"]]

    await until(waiting)
    await placed(outsider, no)

    async def progressed() -> bool:
        found = await order(outsider, no)
        return bool(found and found["works"]["ready_percent"] == 40)

    async def forgotten() -> bool:
        return await waiting() == []

    await until(progressed, seconds=60)
    await until(forgotten)


async def test_facts_out_of_order_end_where_they_would_have_in_order(outsider: Outsider) -> None:
    no = f"SO-MIXED-{uuid4().hex[:8].upper()}"
    now = outsider.kefu.around.time().now()
    await placed(outsider, no)
    await until(lambda: order(outsider, no))
    await outsider.say(ShipmentArrived(order_no=no, arrived_at=now))
    await outsider.say(GoodsDispatched(order_no=no, left_at=now - timedelta(hours=5)))

    async def both() -> bool:
        found = await order(outsider, no)
        return bool(found and found["shipment"]["arrived_at"] and found["shipment"]["consignments"])

    await until(both)


async def test_the_same_fact_three_times_at_once_has_one_effect(outsider: Outsider) -> None:
    no, id = f"SO-THRICE-{uuid4().hex[:8].upper()}", uuid4()
    await placed(outsider, no)
    await until(lambda: order(outsider, no))
    left = GoodsDispatched(order_no=no, left_at=outsider.kefu.around.time().now(), delivery_note_no="CH-1")
    await asyncio.gather(*(outsider.say(left, id) for _ in range(3)))
    another = left.model_copy(update={"delivery_note_no": "CH-2"})
    await outsider.say(another)

    async def both_left() -> list[str] | None:
        found = await order(outsider, no)
        gone = [each["delivery_note_no"] for each in found["shipment"]["consignments"]] if found else []
        return gone if {"CH-1", "CH-2"} <= set(gone) else None

    assert sorted(await until(both_left) or []) == ["CH-1", "CH-2"]


async def test_a_department_that_sends_no_json_hears_why_and_the_message_is_kept(outsider: Outsider) -> None:
    id = str(uuid4())
    headers = {
        "cloudEvents:specversion": "1.0",
        "cloudEvents:id": id,
        "cloudEvents:type": ProductionProgressed.key,
        "cloudEvents:source": "production",
        "cloudEvents:time": outsider.now,
    }
    await outsider.send("production", ProductionProgressed.key, b"\xff\xfe not json", headers)

    async def kept() -> dict[str, Any] | None:
        url = f"{outsider.kefu.around.service_url('intake')}/facts/{id}"
        answer = await outsider.http.get(url, headers={"X-API-Key": outsider.kefu.around.need("PRODUCTION_API_KEY")})
        return answer.json() if answer.is_success else None

    refused = await until(kept)
    assert refused is not None
    assert (refused["stage"], refused["code"]) == ("refused", "malformed_json")


async def test_no_json_on_the_bus_is_dead_at_once_with_a_reason_at_every_listener(outsider: Outsider) -> None:
    headers = {
        "cloudEvents:specversion": "1.0",
        "cloudEvents:id": str(uuid4()),
        "cloudEvents:type": OrderPlaced.key,
        "cloudEvents:source": "intake",
        "cloudEvents:time": outsider.now,
    }
    await outsider.shout(OrderPlaced.key, b"<order/>", headers)

    async def given_up() -> list[dict[str, Any]] | None:
        dead = await outsider.dead("orders")
        shown = [(await outsider.get(f"/dead/{each['id']}", "orders")).json() for each in dead]
        return [each for each in shown if each["headers"]["cloudEvents:id"] == headers["cloudEvents:id"]] or None

    (dead,) = await until(given_up) or ()
    assert (dead["code"], dead["attempts"]) == ("invalid", 1)
    assert "JSON" in dead["reason"]


class Reporter:
    """A department that reports facts over HTTP, and looks up what became of them."""

    def __init__(self, outsider: Outsider, department: str) -> None:
        self._outsider = outsider
        self._department = department
        self._key = {"X-API-Key": outsider.kefu.around.need(f"{department.upper()}_API_KEY")}
        self._url = f"{outsider.kefu.around.service_url('intake')}/facts"

    async def report(self, fact: Event) -> str:
        id = str(uuid4())
        told = {
            "specversion": "1.0",
            "id": id,
            "type": fact.key,
            "source": self._department,
            "time": self._outsider.now,
            "data": fact.model_dump(mode="json", exclude_none=True),
        }
        headers = self._key | {"Content-Type": "application/cloudevents+json"}
        answer = await self._outsider.http.post(self._url, content=json.dumps(told), headers=headers)
        assert answer.status_code == 202, answer.text
        return id

    async def became(self, id: str, service: str, outcome: str) -> dict[str, Any]:
        """What the service made of the fact, once that is this."""

        async def so() -> dict[str, Any] | None:
            shown = (await self._outsider.http.get(f"{self._url}/{id}", headers=self._key)).json()
            return next((e for e in shown["services"] if (e["service"], e["outcome"]) == (service, outcome)), None)

        return await until(so, seconds=60) or {}

    async def refusal(self, id: str) -> dict[str, Any]:
        """What the department finds about this fact in its own queue."""
        url = self._outsider.kefu.around.need(f"{self._department.upper()}_INGRESS_URL")
        async with await aio_pika.connect(url) as connection:
            channel = await connection.channel()
            queue = await channel.get_queue(ingress.refusals(self._department), ensure=False)

            async def found() -> dict[str, Any] | None:
                message = await queue.get(no_ack=True, fail=False)
                told: dict[str, Any] = json.loads(message.body) if message else {}
                return told if told.get("id") == id else None

            return await until(found, seconds=60) or {}


async def test_a_department_learns_that_orders_took_its_fact_which_had_come_early(outsider: Outsider) -> None:
    no = f"SO-TOLD-{uuid4().hex[:8].upper()}"
    production = Reporter(outsider, "production")
    id = await production.report(ProductionProgressed(order_no=no, ready_percent=40))
    early = await production.became(id, "orders", "waiting")
    await placed(outsider, no)
    taken = await production.became(id, "orders", "taken")

    assert (early["code"], early["said"]) == ("not_found", "订单：系统中尚无此单，会自动再试")
    assert (taken["code"], taken["reason"], taken["said"]) == (None, None, "订单：已受理")


async def test_a_department_learns_that_its_fact_was_refused_behind_the_door_and_why(outsider: Outsider) -> None:
    sales = Reporter(outsider, "sales")
    asked = requested(f"SO-TOLD-{uuid4().hex[:8].upper()}")
    first = await sales.report(asked)
    await sales.became(first, "intake", "taken")
    id = await sales.report(asked.but(site_address="佛山市南海区桂城街道 8 号"))
    refused = await sales.became(id, "intake", "refused")
    told = await sales.refusal(id)

    said = ("code", "reason", "said")
    assert (refused["code"], refused["said"]) == (
        "order_differs",
        "接单：同一订单号此前已按另一内容接单，内容变更请走合同变更",
    )
    assert {name: told[name] for name in said} == {name: refused[name] for name in said}
