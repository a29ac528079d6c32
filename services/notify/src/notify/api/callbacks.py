"""What providers push: receipts, replies and bounces; written down, then thanked for, well within their patience."""

import hmac
import json
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from fastapi import Request
from fastapi.responses import JSONResponse, Response
from fastapi.routing import APIRouter
from pydantic import SecretStr

from notify.gateways.gateway import BadCallback, Callback, Gateway
from notify.gateways.router import GatewayRouter
from notify.sender.inbound import Inbound
from shared.aggregate import NotFound, Refused
from shared.http import OpenRouter, leave_evidence

T = TypeVar("T")
Taking = Callable[[Callback], Awaitable[None]]
PREFIX = "/callbacks/{secret}/{provider}"


@dataclass(frozen=True, slots=True)
class Callbacks:
    """What proves a provider, and under which address it reaches us, which is what it signs."""

    secrets: tuple[SecretStr, ...]
    url: str | None = None

    def prove(self, given: str) -> bool:
        """Whether this is one of the secrets, compared in a time that tells nothing."""
        tried = [hmac.compare_digest(given.encode(), each.get_secret_value().encode()) for each in self.secrets]
        return any(tried)

    def address(self, request: Request) -> str:
        """The address that the provider asked, as it knows it: before any gateway of ours."""
        if self.url is None:
            return str(request.url)
        query = f"?{request.url.query}" if request.url.query else ""
        return f"{self.url.rstrip('/')}{request.url.path}{query}"


def callback_routes(gateways: GatewayRouter, inbound: Inbound, callbacks: Callbacks) -> APIRouter:
    """One pair of routes for all providers. A secret in the path proves them; Twilio has to have signed as well."""
    router = OpenRouter(tags=["callbacks"])

    async def take(given: str, provider: str, request: Request, pushed_in: Callable[[Gateway], Taking]) -> Response:
        gateway = gateways.named(provider)
        if gateway is None or not callbacks.prove(given):
            leave_evidence(request, "unproved_callback")
            raise NotFound("callback", provider)
        with _evident(request):
            pushed = await _read(request, callbacks.address(request))
            if not _is_probe(request, pushed):
                await pushed_in(gateway)(pushed)
        return _thanks(gateway)

    @router.get(f"{PREFIX}/receipts", response_model=None, name="receipts_by_get")
    @router.post(f"{PREFIX}/receipts", response_model=None)
    async def receipts(secret: str, provider: str, request: Request) -> Response:
        """Receipts; the same one again is thanked for and has no effect."""

        def taking(gateway: Gateway) -> Taking:
            return lambda pushed: inbound.take_receipts(_parsed(gateway.receipts, pushed))

        return await take(secret, provider, request, taking)

    @router.get(f"{PREFIX}/replies", response_model=None, name="replies_by_get")
    @router.post(f"{PREFIX}/replies", response_model=None)
    async def replies(secret: str, provider: str, request: Request) -> Response:
        """What people answered; the same push again has no effect."""

        def taking(gateway: Gateway) -> Taking:
            return lambda pushed: inbound.take_replies(_parsed(gateway.replies, pushed))

        return await take(secret, provider, request, taking)

    return router


@contextmanager
def _evident(request: Request) -> Iterator[None]:
    """What is refused here, such as a wrong signature, is in the audit trail."""
    try:
        yield
    except Refused as refused:
        leave_evidence(request, refused.code)
        raise


def _parsed(parse: Callable[[Callback], Sequence[T]], pushed: Callback) -> Sequence[T]:
    try:
        return parse(pushed)
    except BadCallback as error:
        raise Refused(str(error), "bad_callback") from error


async def _read(request: Request, address: str) -> Callback:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    body = await request.body()
    form: dict[str, str] = {}
    parsed: Any = None
    if kind == "application/x-www-form-urlencoded":
        form = {name: str(value) for name, value in (await request.form()).items()}
    elif kind == "application/json":
        try:
            parsed = json.loads(body)
            json.dumps(parsed, ensure_ascii=False).encode()  # half a character can be neither kept nor hashed
        except (ValueError, RecursionError) as error:
            raise Refused(f"the body is not JSON: {type(error).__name__}", "bad_callback") from error
    return Callback(dict(request.query_params), form, parsed, body, dict(request.headers), address)


def _is_probe(request: Request, pushed: Callback) -> bool:
    """Some providers send a bare GET to see whether this address answers."""
    return request.method == "GET" and not pushed.query


def _thanks(gateway: Gateway) -> Response:
    thanks = gateway.thanks()
    return Response(thanks, media_type="text/plain") if isinstance(thanks, str) else JSONResponse(thanks)
