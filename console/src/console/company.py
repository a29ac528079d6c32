"""Signing in at the company's identity provider: OpenID Connect, authorization code with PKCE (RFC 6749, RFC 7636)."""

from collections.abc import Mapping
from typing import Any

import httpx2
import structlog
from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.httpx_client import AsyncOAuth2Client
from authlib.integrations.starlette_client import OAuth
from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse
from joserfc.errors import JoseError

from console.asking import of_our_own_page
from console.hints import Hints
from console.languages import choice
from console.session import RENEWAL_PATH, Renewal, Session, Sessions
from console.settings import Settings
from shared.identity import DrawnForAnother, Forbidden, TurnedAway, Unauthenticated
from shared.identity.cookie import must_be_person_of_page
from shared.identity.provider import is_private_line, trusting
from shared.pages.rendering import Renderer

log = structlog.get_logger()

PATIENCE = 5.0
"""Seconds that the provider has for an answer."""
RENEWED_BEFORE = 60
"""Seconds before a session's end from which on it is renewed."""
_OVER = "登录已过期，请重新登录。"
_LARGEST_COOKIE = 4000
"""Characters that every browser keeps in one cookie."""


class SignInFailed(Exception):
    """The provider is away or proves nothing. `said` is what the person reads, in Chinese."""

    def __init__(self, said: str, status: int) -> None:
        super().__init__(said)
        self.said = said
        self.status = status


class Company:
    """The company's identity provider as the console uses it."""

    def __init__(self, settings: Settings) -> None:
        self._issuer = settings.oidc_issuer
        self._back = f"{settings.console_url}/sign-in/done"
        secret = settings.oidc_client_secret.get_secret_value() if settings.oidc_client_secret else None
        line: dict[str, Any] = {
            "verify": trusting(settings.oidc_authority_file), "timeout": PATIENCE, "trust_env": False,
        }  # fmt: skip
        known: dict[str, Any] = {"client_id": settings.oidc_client_id, "client_secret": secret}
        if secret is None:
            line["token_endpoint_auth_method"] = "none"  # noqa: S105
        self._renewing = known | line
        self._provider = OAuth().register(
            "company",
            server_metadata_url=f"{(self._issuer or '').rstrip('/')}/.well-known/openid-configuration",
            client_kwargs={"scope": settings.oidc_scope, "code_challenge_method": "S256", **line},
            **known,
        )

    async def begin(self, request: Request, *, again: bool) -> Response:
        """Send the browser to the provider; `again` asks for the password even of one who is signed in there."""
        try:
            await self._endpoints()
            answer: Response = await self._provider.authorize_redirect(
                request, self._back, **({"prompt": "login"} if again else {})
            )
        except (httpx2.HTTPError, ValueError) as error:
            raise _away(error) from None
        return answer

    async def end(self, request: Request) -> Mapping[str, Any]:
        """What the provider gives for the code with which the browser comes back. SignInFailed when nothing."""
        try:
            await self._endpoints()
            given: Mapping[str, Any] = await self._provider.authorize_access_token(request)
        except (OAuthError, JoseError) as error:
            log.info("sign_in_refused", reason=type(error).__name__)
            raise SignInFailed("登录没有完成，请重新登录。", 400) from None
        except (httpx2.HTTPError, ValueError) as error:
            raise _away(error) from None
        return given

    async def renew(self, renewal: Renewal | None) -> tuple[Mapping[str, Any], Renewal]:
        """What the provider gives for what it gave before, and what it gives the next for, as long as that.

        SignInFailed when it gives no more.
        """
        if renewal is None:
            raise SignInFailed(_OVER, 401)
        try:
            async with AsyncOAuth2Client(**self._renewing) as client:
                endpoints = await self._endpoints()
                given: Mapping[str, Any] = await client.refresh_token(endpoints["token_endpoint"], renewal.text)
        except OAuthError:
            raise SignInFailed(_OVER, 401) from None
        except (httpx2.HTTPError, ValueError) as error:
            raise _away(error) from None
        return given, Renewal(str(given.get("refresh_token") or renewal.text), renewal.ends)

    async def _endpoints(self) -> Mapping[str, Any]:
        said: Mapping[str, Any] = await self._provider.load_server_metadata()
        needed = ("authorization_endpoint", "token_endpoint", "jwks_uri")
        if said.get("issuer") != self._issuer or not all(is_private_line(str(said.get(name))) for name in needed):
            raise ValueError("the discovery document speaks for another issuer, or names an open line")
        return said


def routes(company: Company, sessions: Sessions, render: Renderer, hints: Hints) -> APIRouter:
    """The sign-in page, the way to the provider and back, and the renewal of a session."""
    router = APIRouter()
    _signing(router, company, sessions, render, hints)
    _renewing(router, company, sessions, hints)
    return router


def _signing(router: APIRouter, company: Company, sessions: Sessions, render: Renderer, hints: Hints) -> None:
    @router.get("/sign-in", response_class=HTMLResponse)
    async def show_door(again: str = "") -> Response:
        """The way to the company's sign-in."""
        here = "/sign-in?again=yes" if again else "/sign-in"
        return render("door.html", again=bool(again), said=None, **choice(here))

    @router.get("/sign-in/start")
    async def start(request: Request, again: str = "") -> Response:
        """To the company's sign-in."""
        try:
            return await company.begin(request, again=bool(again))
        except SignInFailed as failed:
            return _told(render, failed)

    @router.get("/sign-in/done")
    async def done(request: Request) -> Response:
        """Back from the company's sign-in: the browser acts as this person, and as none before."""
        try:
            given = await company.end(request)
            session = await _session(given, sessions)
        except SignInFailed as failed:
            return _told(render, failed)
        answer = RedirectResponse("/", 303)
        hints.sign_out(*sessions.shown(request))
        sessions.keep(session, answer)
        if text := given.get("refresh_token"):
            sessions.keep_renewal(Renewal.begun(str(text)), answer)
        else:
            sessions.forget_renewal(answer)
        return answer


def _renewing(router: APIRouter, company: Company, sessions: Sessions, hints: Hints) -> None:
    @router.post(f"{RENEWAL_PATH}/renew")
    async def renew(request: Request) -> Response:
        """A new token for a session that ends soon and is not left meanwhile. Only our own page may ask."""
        if not of_our_own_page(request):
            return Response(status_code=403)
        session = await sessions.of(request)
        if session and session.seconds > RENEWED_BEFORE:
            return _renewed(request, session)
        try:
            given, renewal = await company.renew(sessions.renewal(request))
            session = await _session(given, sessions)
        except SignInFailed as failed:
            return JSONResponse({"detail": failed.said}, failed.status)
        if hints.has_left(*sessions.shown(request)):
            return JSONResponse({"detail": _OVER}, 401)
        answer = _renewed(request, session)
        sessions.keep(session, answer)
        sessions.keep_renewal(renewal, answer)
        return answer


def _renewed(request: Request, session: Session) -> JSONResponse:
    """For how long the session lasts, for a page that was drawn for its person."""
    try:
        must_be_person_of_page(request, session.principal)
    except DrawnForAnother as refused:
        return JSONResponse({"code": refused.code}, 403)
    return JSONResponse({"seconds": session.seconds})


async def _session(given: Mapping[str, Any], sessions: Sessions) -> Session:
    """By the first of the given tokens that lets the person in at the services. SignInFailed when none does."""
    refusals: list[TurnedAway] = []
    for name in ("access_token", "id_token"):
        try:
            session = await sessions.read(str(given.get(name, "")))
        except TurnedAway as refused:
            refusals.append(refused)
            continue
        if len(session.token) > _LARGEST_COOKIE:
            raise SignInFailed("您在公司目录里的群组太多，浏览器放不下，请联系系统运维。", 403)
        return session
    log.info("sign_in_turned_away", reasons=[type(each).__name__ for each in refusals])
    if any(isinstance(each, Unauthenticated) and each.who for each in refusals):
        raise SignInFailed("您的账号已停用，请联系系统运维。", 403)
    if any(isinstance(each, Forbidden) for each in refusals):
        raise SignInFailed("您的公司账号在客服系统里还没有岗位，请联系系统运维。", 403)
    raise SignInFailed("公司登录系统的答复不能证明您是谁，请联系系统运维。", 502)


def _away(error: Exception) -> SignInFailed:
    log.warning("identity_provider_away", reason=type(error).__name__)
    return SignInFailed("公司登录系统暂时没有答复，请稍后再试。", 503)


def _told(render: Renderer, failed: SignInFailed) -> Response:
    page = render("door.html", again=False, said=failed.said, **choice("/sign-in"))
    page.status_code = failed.status
    return page
