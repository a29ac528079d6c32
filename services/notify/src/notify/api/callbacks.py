"""What providers push: receipts, replies and bounces. Written down, then thanked for, well within their patience."""

import hmac
import json
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

from fastapi import Request
from fastapi.responses import JSONResponse, Response
from fastapi.routing import APIRouter
from pydantic import SecretStr

from notify.gateways.gateway import BadCallback, Callback, Gateway
from notify.gateways.router import GatewayRouter
from notify.sender.inbound import Inbound
from shared.aggregate import NotFound, Refused
from shared.http import OpenRouter

T = TypeVar("T")
Taking = Callable[[Callback], Awaitable[None]]
PREFIX = "/callbacks/{secret}/{provider}"


def callback_routes(gateways: GatewayRouter, inbound: Inbound, secret: SecretStr) -> APIRouter:
    """One pair of routes for all providers. The secret in the path is what proves them: most of them sign nothing."""
    router = OpenRouter(tags=["callbacks"])

    async def take(given: str, provider: str, request: Request, pushed_in: Callable[[Gateway], Taking]) -> Response:
        gateway = gateways.named(provider)
        if gateway is None or not hmac.compare_digest(given, secret.get_secret_value()):
            raise NotFound("callback", provider)
        pushed = await _read(request)
        if not _is_probe(request, pushed):
            await pushed_in(gateway)(pushed)
        return _thanks(gateway)

    @router.get(f"{PREFIX}/receipts", response_model=None, include_in_schema=False)
    @router.post(f"{PREFIX}/receipts", response_model=None)
    async def receipts(secret: str, provider: str, request: Request) -> Response:
        """Receipts; the same one again is thanked for and has no effect."""

        def taking(gateway: Gateway) -> Taking:
            return lambda pushed: inbound.take_receipts(_parsed(gateway.receipts, pushed))

        return await take(secret, provider, request, taking)

    @router.get(f"{PREFIX}/replies", response_model=None, include_in_schema=False)
    @router.post(f"{PREFIX}/replies", response_model=None)
    async def replies(secret: str, provider: str, request: Request) -> Response:
        """What people answered; the same push again has no effect."""

        def taking(gateway: Gateway) -> Taking:
            return lambda pushed: inbound.take_replies(_parsed(gateway.replies, pushed))

        return await take(secret, provider, request, taking)

    return router


def _parsed(parse: Callable[[Callback], Sequence[T]], pushed: Callback) -> Sequence[T]:
    try:
        return parse(pushed)
    except BadCallback as error:
        raise Refused(str(error), "bad_callback") from error


async def _read(request: Request) -> Callback:
    kind = request.headers.get("content-type", "").partition(";")[0]
    body = await request.body()
    form: dict[str, str] = {}
    parsed: Any = None
    if kind == "application/x-www-form-urlencoded":
        form = {name: str(value) for name, value in (await request.form()).items()}
    elif kind == "application/json":
        try:
            parsed = json.loads(body)
        except ValueError as error:
            raise Refused(f"the body is not JSON: {error}", "bad_callback") from error
    return Callback(dict(request.query_params), form, parsed, body, dict(request.headers), str(request.url))


def _is_probe(request: Request, pushed: Callback) -> bool:
    """Some providers send a bare GET to see whether this address answers."""
    return request.method == "GET" and not pushed.query


def _thanks(gateway: Gateway) -> Response:
    thanks = gateway.thanks()
    return Response(thanks, media_type="text/plain") if isinstance(thanks, str) else JSONResponse(thanks)
