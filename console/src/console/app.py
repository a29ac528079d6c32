"""How the console is put together: signing in, the frame of the pages, their assets, and the stream of hints."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from pathlib import Path
from urllib.parse import parse_qs

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, StreamingResponse
from fastapi.staticfiles import StaticFiles

from console.hints import Hints
from console.people import PEOPLE
from console.session import Sessions
from console.settings import Settings
from shared.calendar import Calendar
from shared.clock import TimeSource
from shared.pages.countdown import BANDS
from shared.pages.duties import SCOPES
from shared.pages.rendering import ASSETS, Renderer

SERVICES = ("intake", "orders", "complaints", "aftersales", "notify")
"""The services whose pages are shown, by the names under which the gateway reaches them."""

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""What a page may load and do: its own scripts and styles, and requests to this address."""

_WEEKDAYS = "一二三四五六日"
_STILL_THERE = 15.0
"""Seconds after which a stream without hints says that it is alive, so that nothing between closes it."""


def console(settings: Settings) -> FastAPI:
    """The console as an application to serve."""
    sessions, render = Sessions(settings), Renderer(Path(__file__).parent / "templates")
    hints = Hints(settings.rabbit_url.get_secret_value())
    clock = TimeSource.from_file(settings.clock_file) if settings.clock_file else TimeSource()
    app = FastAPI(title="kefu console", docs_url=None, redoc_url=None, openapi_url=None, lifespan=_listening(hints))
    app.include_router(_health())
    app.include_router(_signing(sessions, render))
    app.include_router(_pages(sessions, render, clock, Calendar(settings.timezone)))
    app.include_router(_stream(sessions, hints))
    app.mount("/assets", StaticFiles(directory=ASSETS))
    app.middleware("http")(_with_policy)
    return app


def _listening(hints: Hints) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        listening = asyncio.create_task(hints.run())
        yield
        listening.cancel()
        with suppress(asyncio.CancelledError):
            await listening

    return lifespan


def _health() -> APIRouter:
    router = APIRouter(prefix="/health")

    @router.get("/ready")
    async def ready() -> JSONResponse:
        """The door opens without any service; one that is away is a line on the page."""
        return JSONResponse({"status": "ready", "sign_in": "personas: for trials, without a password"})

    return router


def _signing(sessions: Sessions, render: Renderer) -> APIRouter:
    router = APIRouter()

    @router.get("/sign-in", response_class=HTMLResponse)
    async def show_people() -> Response:
        """The people of the trial, to be one of them."""
        return render("sign-in.html", people=PEOPLE)

    @router.post("/sign-in")
    async def sign_in(request: Request) -> Response:
        """The browser acts as the person whom it names. Only our own page may send it."""
        chosen = parse_qs((await request.body()).decode("utf-8", "replace")).get("who", [""])[0]
        person = next((each for each in PEOPLE if each.id == chosen), None)
        if person is None or not _of_our_own_page(request):
            return RedirectResponse("/sign-in", 303)
        answer = RedirectResponse("/", 303)
        sessions.sign_in(person, answer)
        return answer

    @router.post("/sign-out")
    async def sign_out(request: Request) -> Response:
        """The browser acts for no person any more. Only our own page may send it."""
        answer = RedirectResponse("/sign-in", 303)
        if _of_our_own_page(request):
            sessions.sign_out(answer)
        return answer

    return router


def _of_our_own_page(request: Request) -> bool:
    return request.headers.get("sec-fetch-site") == "same-origin"


def _pages(sessions: Sessions, render: Renderer, clock: TimeSource, calendar: Calendar) -> APIRouter:
    router = APIRouter()

    @router.get("/", response_class=HTMLResponse)
    async def my_day(request: Request) -> Response:
        """The frame of a colleague's day, which the browser fills with each service's duties."""
        person = await sessions.person(request)
        if person is None:
            return RedirectResponse("/sign-in", 303)
        now = calendar.local(clock.now())
        today = f"{now.month}月{now.day}日 周{_WEEKDAYS[now.weekday()]} {now:%H:%M}"
        return render("my-day.html", person=person, now=now, today=today, bands=BANDS, scopes=SCOPES, services=SERVICES)

    return router


def _stream(sessions: Sessions, hints: Hints) -> APIRouter:
    router = APIRouter()

    @router.get("/events")
    async def events(request: Request) -> Response:
        """Hints for one open page, as server-sent events. Only for those who have signed in."""
        if await sessions.person(request) is None:
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
