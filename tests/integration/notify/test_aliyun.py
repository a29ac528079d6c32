"""The official SDK against an endpoint that verifies every signature, as Aliyun does."""

import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from urllib.parse import quote
from uuid import uuid4

import pytest
from aiohttp import web

from kefu_local.ports import LOOPBACK, free_ports
from notify.domain.messages.template import Words
from notify.gateways.aliyun import Aliyun, AliyunAccount
from notify.gateways.gateway import Callback, Outgoing

SECRET = "top-secret"
CODES = {"order_placed@1": "SMS_0001"}


class Endpoint:
    """Verifies ACS3-HMAC-SHA256, keeps what was sent, and answers by the number's last digit."""

    def __init__(self) -> None:
        self.sent: list[dict[str, str]] = []
        self.url = ""

    async def handle(self, request: web.Request) -> web.Response:
        if not _signed(request, await request.read()):
            return web.json_response({"Code": "SignatureDoesNotMatch", "Message": "no"}, status=400)
        query = dict(request.query)
        if request.headers["x-acs-action"] == "QuerySendDetails":
            details = [{"OutId": each["OutId"], "SendStatus": 3} for each in self.sent]
            return web.json_response({"Code": "OK", "SmsSendDetailDTOs": {"SmsSendDetailDTO": details}})
        self.sent.append(query)
        code = {"1": "isv.MOBILE_NUMBER_ILLEGAL", "2": "isv.BUSINESS_LIMIT_CONTROL", "3": "isv.SMS_TEMPLATE_ILLEGAL"}
        said = code.get(query["PhoneNumbers"][-1], "OK")
        if query["PhoneNumbers"].endswith("9"):
            return web.Response(status=500, text="gone")
        return web.json_response({"Code": said, "Message": "触发分钟级流控Permits:1", "BizId": "biz-1"})


def _signed(request: web.Request, body: bytes) -> bool:
    scheme, _, rest = request.headers["Authorization"].partition(" ")
    given = dict(part.split("=", 1) for part in rest.split(","))
    names = given["SignedHeaders"].split(";")
    query = "&".join(f"{quote(key, safe='~')}={quote(value, safe='~')}" for key, value in sorted(request.query.items()))
    headers = "".join(f"{name}:{request.headers[name].strip()}\n" for name in names)
    hashed = hashlib.sha256(body).hexdigest()
    canonical = "\n".join([request.method, "/", query, headers, given["SignedHeaders"], hashed])
    signed = f"{scheme}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    return hmac.compare_digest(given["Signature"], hmac.new(SECRET.encode(), signed.encode(), "sha256").hexdigest())


@pytest.fixture
async def endpoint() -> AsyncIterator[Endpoint]:
    known = Endpoint()
    app = web.Application()
    app.router.add_route("*", "/", known.handle)
    runner = web.AppRunner(app)
    await runner.setup()
    port = next(free_ports())
    await web.TCPSite(runner, LOOPBACK, port).start()
    known.url = f"{LOOPBACK}:{port}"
    yield known
    await runner.cleanup()


def gateway(url: str, secret: str = SECRET) -> Aliyun:
    return Aliyun(AliyunAccount("key", secret, url, "http"), "客服示范", CODES, timeout=60.0)


def message(number: str = "13800138000") -> Outgoing:
    words = Words(template="order_placed", version=1, text="x", values=(("order_no", "SO-1"),))
    return Outgoing(uuid4(), number, words, datetime.now(UTC))


async def test_our_id_travels_as_out_id_and_the_values_as_json(endpoint: Endpoint) -> None:
    sent = message()

    answer = await gateway(endpoint.url).send(sent)

    assert (answer.outcome, answer.reference) == ("accepted", "biz-1")
    (query,) = endpoint.sent
    assert (query["OutId"], query["TemplateCode"], query["SignName"]) == (str(sent.id), "SMS_0001", "客服示范")
    assert json.loads(query["TemplateParam"]) == {"order_no": "SO-1"}


@pytest.mark.parametrize(
    ("number", "outcome", "scope"),
    [
        ("13800138001", "permanent", "message"),
        ("13800138002", "retry_later", "message"),
        ("13800138003", "stop", "template"),
        ("13800138009", "unknown", "message"),
    ],
)
async def test_every_answer_is_understood(endpoint: Endpoint, number: str, outcome: str, scope: str) -> None:
    answer = await gateway(endpoint.url).send(message(number))

    assert (answer.outcome, answer.scope) == (outcome, scope)


async def test_a_wrong_secret_stops_the_provider(endpoint: Endpoint) -> None:
    answer = await gateway(endpoint.url, secret="wrong").send(message())

    assert (answer.outcome, answer.scope, answer.code) == ("stop", "provider", "SignatureDoesNotMatch")


async def test_nobody_there_is_surely_not_sent() -> None:
    answer = await gateway(f"{LOOPBACK}:{next(free_ports())}").send(message())

    assert answer.outcome == "retry_later"


async def test_an_unanswered_message_is_found_by_our_id(endpoint: Endpoint) -> None:
    sent, never = message(), message()
    await gateway(endpoint.url).send(sent)

    assert (await gateway(endpoint.url).look_up(sent)).seen == "seen"
    assert (await gateway(endpoint.url).look_up(never)).seen == "absent"


def test_receipts_and_replies_are_read_as_aliyun_pushes_them() -> None:
    known = gateway("nowhere")
    id = str(uuid4())
    report = {
        "phone_number": "13800138000",
        "report_time": "2026-11-23 10:00:09",
        "success": False,
        "err_code": "MK:0001",
        "out_id": id,
        "biz_id": "biz-1",
    }
    reply = {"phone_number": "13800138000", "content": "1", "send_time": "2026-11-23 10:01:00", "sequence_id": 7}

    (seen,) = known.receipts(Callback(json=[report]))
    (said,) = known.replies(Callback(json=[reply]))

    assert (str(seen.message), seen.status, seen.reason, seen.at.hour) == (id, "undelivered", "invalid_number", 10)
    assert (said.text, said.sequence) == ("1", "7")
    assert known.thanks() == {"code": 0, "msg": "received"}
