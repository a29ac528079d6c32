"""Twilio's API as it is documented: basic authentication on every request, and its signature on what it pushes."""

import base64
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from aiohttp import web
from twilio.request_validator import RequestValidator

from kefu_local.ports import LOOPBACK, free_ports
from notify.domain.messages.template import Words
from notify.gateways.gateway import BadCallback, Callback, Outgoing
from notify.gateways.twilio import Twilio, TwilioAccount

TOKEN = "auth-token"
CALLBACK = "https://kefu.example/callbacks/secret/twilio"
SAYS = {
    "1": (400, {"code": 21211, "message": "Invalid 'To' Phone Number"}),
    "2": (429, {"code": 20429, "message": "Too Many Requests"}),
    "3": (400, {"code": 21611, "message": "queue is full"}),
    "4": (400, {"code": 21610, "message": "unsubscribed recipient"}),
    "5": (400, {"code": 21606, "message": "this From cannot send SMS"}),
    "9": (500, {"code": 20500, "message": "Internal Server Error"}),
}


class Endpoint:
    """Knows one account, keeps what was posted, and answers by the number's last digit."""

    def __init__(self) -> None:
        self.posted: list[dict[str, str]] = []
        self.url = ""

    async def handle(self, request: web.Request) -> web.Response:
        known = base64.b64encode(f"AC1:{TOKEN}".encode()).decode()
        if request.headers.get("Authorization") != f"Basic {known}":
            return web.json_response({"code": 20003, "message": "Authenticate"}, status=401)
        if request.method == "GET":
            query = request.query
            listed = [
                {"sid": f"SM{number}", "body": each["Body"]}
                for number, each in enumerate(self.posted)
                if each["To"] == query["To"] and query["DateSent"] == f"{datetime.now(UTC):%Y-%m-%d}"
            ]
            return web.json_response({"messages": listed})
        posted = {name: str(value) for name, value in (await request.post()).items()}
        status, problem = SAYS.get(posted["To"][-1], (201, None))
        if posted["To"][-1] == "8":
            self.posted.append(posted)
            request.transport.close()
        if problem:
            return web.json_response(problem, status=status)
        self.posted.append(posted)
        return web.json_response({"sid": f"SM{len(self.posted) - 1}", "status": "queued"}, status=201)


@pytest.fixture
async def endpoint() -> AsyncIterator[Endpoint]:
    known = Endpoint()
    app = web.Application()
    app.router.add_route("*", "/2010-04-01/Accounts/AC1/Messages.json", known.handle)
    runner = web.AppRunner(app)
    await runner.setup()
    port = next(free_ports())
    await web.TCPSite(runner, LOOPBACK, port).start()
    known.url = f"http://{LOOPBACK}:{port}"
    yield known
    await runner.cleanup()


def gateway(url: str, token: str = TOKEN) -> Twilio:
    return Twilio(TwilioAccount("AC1", token, "+12025550100", url), CALLBACK, timeout=60.0)


def message(number: str = "13800138000", text: str = "尊敬的客户，您好！") -> Outgoing:
    return Outgoing(uuid4(), number, Words(template="x", version=1, text=text), datetime.now(UTC))


async def test_a_message_is_posted_with_the_address_for_its_receipt(endpoint: Endpoint) -> None:
    known = gateway(endpoint.url)

    answer = await known.send(message())

    await known.close()
    assert (answer.outcome, answer.reference) == ("accepted", "SM0")
    assert endpoint.posted == [
        {
            "To": "+8613800138000",
            "From": "+12025550100",
            "Body": "尊敬的客户，您好！",
            "StatusCallback": f"{CALLBACK}/receipts",
        }
    ]


@pytest.mark.parametrize(
    ("last", "outcome"),
    [
        ("1", "permanent"),
        ("4", "permanent"),
        ("2", "retry_later"),
        ("3", "retry_later"),
        ("5", "stop"),
        ("8", "unknown"),
        ("9", "unknown"),
    ],
)
async def test_every_answer_is_understood(endpoint: Endpoint, last: str, outcome: str) -> None:
    known = gateway(endpoint.url)

    answer = await known.send(message(f"1380013800{last}"))

    await known.close()
    assert answer.outcome == outcome


async def test_a_wrong_token_stops_the_provider(endpoint: Endpoint) -> None:
    known = gateway(endpoint.url, token="wrong")

    answer = await known.send(message())

    await known.close()
    assert (answer.outcome, answer.scope, answer.code) == ("stop", "provider", "20003")
    assert endpoint.posted == []


async def test_nobody_there_is_surely_not_sent() -> None:
    known = gateway(f"http://{LOOPBACK}:{next(free_ports())}")

    answer = await known.send(message())

    await known.close()
    assert answer.outcome == "retry_later"


async def test_an_unanswered_message_is_found_by_number_day_and_text(endpoint: Endpoint) -> None:
    known, sent, never = gateway(endpoint.url), message("13800138008", "有"), message("13800138008", "没有")
    assert (await known.send(sent)).outcome == "unknown"

    seen, unseen = await known.look_up(sent), await known.look_up(never)

    await known.close()
    assert (seen.seen, seen.reference, unseen.seen) == ("seen", "SM0", "absent")


def pushed(form: dict[str, str], what: str, token: str = TOKEN) -> Callback:
    """As Twilio pushes it: form fields, signed together with the address."""
    url = f"{CALLBACK}/{what}"
    signature = RequestValidator(token).compute_signature(url, form)
    return Callback(form=form, headers={"x-twilio-signature": signature}, url=url)


def test_receipts_and_replies_are_read_as_twilio_signs_them() -> None:
    known = gateway("http://nowhere")
    failed = {"MessageSid": "SM1", "MessageStatus": "undelivered", "ErrorCode": "30005"}
    under_way = {"MessageSid": "SM1", "MessageStatus": "sent"}
    reply = {"MessageSid": "SM9", "From": "+8613800138000", "Body": "1"}

    (seen,) = known.receipts(pushed(failed, "receipts"))
    (said,) = known.replies(pushed(reply, "replies"))

    assert (seen.reference, seen.status, seen.reason, seen.code) == ("SM1", "undelivered", "invalid_number", "30005")
    assert known.receipts(pushed(under_way, "receipts")) == ()
    assert (said.address, said.text, said.sequence) == ("13800138000", "1", "SM9")


def test_what_twilio_has_not_signed_is_refused() -> None:
    known = gateway("http://nowhere")
    form = {"MessageSid": "SM1", "MessageStatus": "delivered"}
    signed = pushed(form, "receipts")
    altered = Callback(form={**form, "MessageSid": "SM2"}, headers=signed.headers, url=signed.url)

    for forged in (pushed(form, "receipts", token="guessed"), altered, Callback(form=form, url=signed.url)):
        with pytest.raises(BadCallback, match="X-Twilio-Signature"):
            known.receipts(forged)
