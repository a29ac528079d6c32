"""The official SDK against an endpoint that verifies every signature, as Tencent does."""

import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from aiohttp import web

from kefu_local.ports import LOOPBACK, free_ports
from notify.domain.messages.template import Words
from notify.gateways.gateway import BadCallback, Callback, Outgoing
from notify.gateways.tencent import Tencent, TencentAccount

SECRET = "top-secret"
CODES = {"order_placed@1": "1110"}
SAYS = {
    "1": "InvalidParameterValue.IncorrectPhoneNumber",
    "2": "LimitExceeded.PhoneNumberThirtySecondLimit",
    "3": "FailedOperation.TemplateIncorrectOrUnapproved",
    "4": "FailedOperation.InsufficientBalanceInSmsPackage",
    "5": "LimitExceeded.PhoneNumberDailyLimit",
    "6": "InternalError.Timeout",
}


class Endpoint:
    """Verifies TC3-HMAC-SHA256, keeps what was asked, and answers by the number's last digit."""

    def __init__(self) -> None:
        self.asked: list[dict] = []
        self.url = ""

    async def handle(self, request: web.Request) -> web.Response:
        body = await request.read()
        if not _signed(request, body):
            return _failed("AuthFailure.SignatureFailure")
        asked = json.loads(body)
        self.asked.append({**asked, "Action": request.headers["X-TC-Action"]})
        last = asked["PhoneNumberSet"][0][-1]
        if last == "9":
            return web.Response(status=500, text="gone")
        if last == "7":
            return _told({})
        if last == "8":
            return _failed("RequestLimitExceeded")
        status = {"Code": SAYS.get(last, "Ok"), "Message": "m", "SerialNo": "serial-1", "Fee": 1}
        return _told({"SendStatusSet": [status]})


def _failed(code: str) -> web.Response:
    return _told({"Error": {"Code": code, "Message": "no"}})


def _told(what: dict) -> web.Response:
    """With the content type that Tencent gives; the SDK overlooks an error under any other."""
    body = json.dumps({"Response": {**what, "RequestId": "r"}}).encode()
    return web.Response(body=body, headers={"Content-Type": "application/json"})


def _signed(request: web.Request, body: bytes) -> bool:
    """By the published rule: every key is derived from the one before, the last signs the canonical request."""
    given = dict(part.strip().split("=", 1) for part in request.headers["Authorization"].split(" ", 1)[1].split(","))
    _, date, service, _ = given["Credential"].split("/")
    names = given["SignedHeaders"]
    headers = "".join(f"{name}:{request.headers[name].strip()}\n" for name in names.split(";"))
    canonical = "\n".join(["POST", "/", "", headers, names, hashlib.sha256(body).hexdigest()])
    scope = f"{date}/{service}/tc3_request"
    stamp = request.headers["X-TC-Timestamp"]
    told = "\n".join(["TC3-HMAC-SHA256", stamp, scope, hashlib.sha256(canonical.encode()).hexdigest()])
    key = f"TC3{SECRET}".encode()
    for step in (date, service, "tc3_request"):
        key = hmac.digest(key, step.encode(), "sha256")
    return hmac.compare_digest(given["Signature"], hmac.new(key, told.encode(), "sha256").hexdigest())


@pytest.fixture
async def endpoint() -> AsyncIterator[Endpoint]:
    known = Endpoint()
    app = web.Application()
    app.router.add_post("/", known.handle)
    runner = web.AppRunner(app)
    await runner.setup()
    port = next(free_ports())
    await web.TCPSite(runner, LOOPBACK, port).start()
    known.url = f"{LOOPBACK}:{port}"
    yield known
    await runner.cleanup()


def gateway(url: str, secret: str = SECRET) -> Tencent:
    account = TencentAccount("key", secret, "1400000000", "ap-guangzhou", url, "http")
    return Tencent(account, "客服示范", CODES, timeout=60.0)


def message(number: str = "13800138000") -> Outgoing:
    values = (("company", "恒隔"), ("order_no", "SO-1"))
    return Outgoing(
        uuid4(), number, Words(template="order_placed", version=1, text="x", values=values), datetime.now(UTC)
    )


async def test_values_go_in_their_order_and_our_id_as_the_session(endpoint: Endpoint) -> None:
    sent = message()

    answer = await gateway(endpoint.url).send(sent)

    assert (answer.outcome, answer.reference) == ("accepted", "serial-1")
    (asked,) = endpoint.asked
    assert asked == {
        "Action": "SendSms",
        "SmsSdkAppId": "1400000000",
        "SignName": "客服示范",
        "TemplateId": "1110",
        "TemplateParamSet": ["恒隔", "SO-1"],
        "PhoneNumberSet": ["+8613800138000"],
        "SessionContext": str(sent.id),
    }


@pytest.mark.parametrize(
    ("last", "outcome", "scope"),
    [
        ("1", "permanent", "message"),
        ("5", "permanent", "message"),
        ("2", "retry_later", "message"),
        ("8", "retry_later", "message"),
        ("3", "stop", "template"),
        ("4", "stop", "provider"),
        ("6", "unknown", "message"),
        ("7", "unknown", "message"),
        ("9", "unknown", "message"),
    ],
)
async def test_every_answer_is_understood(endpoint: Endpoint, last: str, outcome: str, scope: str) -> None:
    answer = await gateway(endpoint.url).send(message(f"1380013800{last}"))

    assert (answer.outcome, answer.scope) == (outcome, scope)


async def test_a_wrong_secret_stops_the_provider(endpoint: Endpoint) -> None:
    answer = await gateway(endpoint.url, secret="wrong").send(message())

    assert (answer.outcome, answer.scope, answer.code) == ("stop", "provider", "AuthFailure.SignatureFailure")
    assert endpoint.asked == []


async def test_nobody_there_is_surely_not_sent() -> None:
    answer = await gateway(f"{LOOPBACK}:{next(free_ports())}").send(message())

    assert answer.outcome == "retry_later"


def test_it_carries_only_what_has_a_code_there() -> None:
    known = gateway("nowhere")

    assert [known.carries(Words(template=key, version=1, text="x")) for key in ("order_placed", "quote")] == [
        True,
        False,
    ]


def test_receipts_and_replies_are_read_as_tencent_pushes_them() -> None:
    known = gateway("nowhere")
    report = {
        "user_receive_time": "2026-11-23 10:00:09",
        "nationcode": "86",
        "mobile": "13800138000",
        "report_status": "FAIL",
        "errmsg": "MK:0001",
        "description": "用户号码为空号",
        "sid": "serial-1",
    }
    reply = {"mobile": "13800138000", "nationcode": "86", "sign": "客服示范", "text": "1", "time": 1764000000}

    (seen,) = known.receipts(Callback(json=[report]))
    (said,) = known.replies(Callback(json=reply))

    assert (seen.reference, seen.status, seen.reason, seen.at.hour) == ("serial-1", "undelivered", "invalid_number", 10)
    assert (said.text, said.address) == ("1", "13800138000")
    assert known.thanks() == {"result": 0, "errmsg": "OK"}
    with pytest.raises(BadCallback):
        known.receipts(Callback(json={"sid": "serial-1"}))
