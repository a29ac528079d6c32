"""How the console is put together: signing in, the frame of the pages, their assets, and the stream of hints."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, StreamingResponse
from fastapi.staticfiles import StaticFiles
from starlette.middleware.sessions import SessionMiddleware

from console import company, trial
from console.asking import of_our_own_page
from console.hints import Hints
from console.session import Session, Sessions, only_ours
from console.settings import Settings
from shared.calendar import Calendar
from shared.pages.countdown import BANDS
from shared.pages.duties import SCOPES
from shared.pages.rendering import ASSETS, Renderer
from shared.pages.words import SERVICES
from shared.time_source import TimeSource

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""What a page may load and do: its own scripts and styles, and requests to this address."""


@dataclass(frozen=True, slots=True)
class Screen:
    """A page in the frame: its title, which service draws it where, and whether the navigation leads to it."""

    title: str
    service: str
    path: str
    in_rail: bool = True


SCREENS = {
    "customers": Screen("客户与来电", "intake", "/intake/ui/customers"),
    "orders": Screen("订单", "orders", "/orders/ui/orders"),
    "complaints": Screen("客诉", "complaints", "/complaints/ui/complaints"),
    "requests": Screen("售后登记", "aftersales", "/aftersales/ui/service-requests"),
    "dispatch": Screen("派工", "aftersales", "/aftersales/ui/dispatch"),
    "services": Screen("服务凭证", "aftersales", "/aftersales/ui/service-orders", in_rail=False),
    "visits": Screen("上门", "aftersales", "/aftersales/ui/visits"),
    "settlements": Screen("售后结算", "aftersales", "/aftersales/ui/settlements"),
}
"""The screens beside the day, by their names in addresses."""

DECIDED = ("complaints", "orders", "aftersales")
"""The services in which matters wait for a person's signature, in the order in which they are shown."""

Framed = Callable[[Session, str], dict[str, object]]
"""What the frame shows to a person who is at this place."""

_WEEKDAYS = "一二三四五六日"
_SIGNING_IN = 600
"""Seconds within which a person comes back from the company's sign-in."""
_STILL_THERE = 15.0
"""Seconds after which a stream without hints says that it is alive, so that nothing between closes it."""


def console(settings: Settings) -> FastAPI:
    """The console as an application to serve."""
    sessions, render = Sessions(settings), Renderer(Path(__file__).parent / "templates")
    hints = Hints(settings.rabbit_url.get_secret_value())
    time = TimeSource.from_file(settings.time_file) if settings.time_file else TimeSource()
    app = FastAPI(
        title="kefu console", docs_url=None, redoc_url=None, openapi_url=None, lifespan=_running(hints, sessions)
    )
    app.include_router(_health(sessions))
    app.include_router(_signing(settings, sessions, render))
    framed = _frame(time, Calendar(settings.timezone))
    app.include_router(_pages(sessions, render, framed))
    app.include_router(_screens(sessions, render, framed))
    app.include_router(_stream(sessions, hints))
    app.mount("/assets", StaticFiles(directory=ASSETS))
    app.middleware("http")(_with_policy)
    if settings.session_key is not None:
        app.add_middleware(
            SessionMiddleware,
            settings.session_key.get_secret_value(),
            session_cookie=only_ours("kefu-signing-in", settings),
            path="/" if settings.over_tls else "/sign-in",
            max_age=_SIGNING_IN,
            https_only=settings.over_tls,
        )
    return app


def _running(hints: Hints, sessions: Sessions) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        running = asyncio.gather(hints.run(), sessions.tokens.run())
        yield
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running

    return lifespan


def _health(sessions: Sessions) -> APIRouter:
    router = APIRouter(prefix="/health")

    @router.get("/ready")
    async def ready() -> JSONResponse:
        """The door opens without any service; one that is away is a line on the page."""
        return JSONResponse({"status": "ready", "sign_in": sessions.tokens.trouble() or "ready"})

    return router


def _signing(settings: Settings, sessions: Sessions, render: Renderer) -> APIRouter:
    if settings.console_login == "company":
        router = company.routes(company.Company(settings), sessions, render)
    else:
        router = trial.routes(settings, sessions, render)

    @router.post("/sign-out")
    async def sign_out(request: Request) -> Response:
        """The browser acts for no person any more. Only our own page may send it."""
        answer = RedirectResponse("/sign-in?again=yes", 303)
        if of_our_own_page(request):
            sessions.end(answer)
        return answer

    return router


def _pages(sessions: Sessions, render: Renderer, framed: Framed) -> APIRouter:
    router = APIRouter()

    @router.get("/", response_class=HTMLResponse)
    async def my_day(request: Request) -> Response:
        """The frame of a colleague's day, which the browser fills with each service's duties."""
        session = await sessions.of(request)
        if session is None:
            return RedirectResponse("/sign-in", 303)
        return render(
            "my-day.html", **framed(session, "day"), sheet=True, bands=BANDS, scopes=SCOPES, services=dict(SERVICES)
        )

    @router.get("/decide", response_class=HTMLResponse)
    async def decide(request: Request) -> Response:
        """The frame of everything that waits for a person's signature, which each service fills."""
        session = await sessions.of(request)
        if session is None:
            return RedirectResponse("/sign-in", 303)
        services = {name: SERVICES[name] for name in DECIDED}
        return render("decide-all.html", **framed(session, "decide"), sheet=False, services=services)

    @router.get("/kept", response_class=HTMLResponse)
    async def kept(request: Request) -> Response:
        """The frame of the board that shows how everybody's duties are kept, filled by the browser."""
        session = await sessions.of(request)
        if session is None:
            return RedirectResponse("/sign-in", 303)
        return render("kept.html", **framed(session, "kept"), sheet=True, services=dict(SERVICES))

    _operating(router, sessions, render, framed)
    return router


def _operating(router: APIRouter, sessions: Sessions, render: Renderer, framed: Framed) -> None:
    @router.get("/ops", response_class=HTMLResponse)
    async def ops(request: Request) -> Response:
        """The frame of the operators' page, which each service fills with how it is."""
        session = await sessions.of(request)
        if session is None:
            return RedirectResponse("/sign-in", 303)
        return render("ops.html", **framed(session, "ops"), sheet=False, services=dict(SERVICES))

    @router.get("/ops/{service}", response_class=HTMLResponse)
    async def group(service: str, request: Request) -> Response:
        """The frame of what failed alike in one service."""
        return await within(request, service, "groups")

    @router.get("/ops/{service}/{id}", response_class=HTMLResponse)
    async def letter(service: str, id: UUID, request: Request) -> Response:
        """The frame of one message that could not be handled."""
        return await within(request, service, f"letters/{id}")

    async def within(request: Request, service: str, below: str) -> Response:
        session = await sessions.of(request)
        if session is None:
            return RedirectResponse("/sign-in", 303)
        if service not in SERVICES:
            return Response(status_code=404)
        shown = {"title": "未处理的消息", "service": service, "url": f"/{service}/ui/ops/{below}"}
        return render("screen.html", **framed(session, "ops"), sheet=False, **shown)


def _screens(sessions: Sessions, render: Renderer, framed: Framed) -> APIRouter:
    router = APIRouter(prefix="/desk")

    @router.get("/{name}", response_class=HTMLResponse)
    async def listed(name: str, request: Request) -> Response:
        """The frame of a screen's list, which the browser fills with what its service draws."""
        return await screen(request, name, "", sheet=True)

    @router.get("/{name}/{id}", response_class=HTMLResponse)
    async def opened(name: str, id: UUID, request: Request) -> Response:
        """The frame of one thing of a screen."""
        return await screen(request, name, f"/{id}", sheet=False)

    async def screen(request: Request, name: str, below: str, *, sheet: bool) -> Response:
        session = await sessions.of(request)
        if session is None:
            return RedirectResponse("/sign-in", 303)
        if (shown := SCREENS.get(name)) is None:
            return Response(status_code=404)
        url = f"{shown.path}{below}"
        return render(
            "screen.html", **framed(session, name), sheet=sheet, title=shown.title, service=shown.service, url=url
        )

    return router


def _frame(time: TimeSource, calendar: Calendar) -> Framed:
    def framed(session: Session, here: str) -> dict[str, object]:
        now = calendar.local(time.now())
        today = f"{now.month}月{now.day}日 周{_WEEKDAYS[now.weekday()]} {now:%H:%M}"
        return {
            "session": session,
            "now": now,
            "today": today,
            "here": here,
            "zone": calendar.zone.key,
            "screens": SCREENS,
        }

    return framed


def _stream(sessions: Sessions, hints: Hints) -> APIRouter:
    router = APIRouter()

    @router.get("/events")
    async def events(request: Request) -> Response:
        """Hints for one open page, as server-sent events. Only for those who have signed in."""
        if await sessions.of(request) is None:
            return Response(status_code=401)
        return StreamingResponse(_told(hints), media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})

    return router


async def _told(hints: Hints) -> AsyncIterator[str]:
    with hints.page() as page:
        yield ": here\n\n"
        while True:
            try:
                async with asyncio.timeout(_STILL_THERE):
                    told = await page.take()
            except TimeoutError:
                yield ": still here\n\n"
                continue
            for hint in told:
                yield f"data: {hint}\n\n"


async def _with_policy(request: Request, handle: Callable[[Request], Awaitable[Response]]) -> Response:
    answer = await handle(request)
    answer.headers["Content-Security-Policy"] = POLICY
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Referrer-Policy"] = "same-origin"
    return answer
