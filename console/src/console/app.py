"""How the console is put together: signing in, the pages in their frame, their assets, and the stream of hints."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from pathlib import Path
from uuid import UUID

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse, StreamingResponse
from fastapi.staticfiles import StaticFiles
from starlette.middleware.sessions import SessionMiddleware

from console import company, languages, papers, trial
from console.asking import of_our_own_page
from console.frame import SCREENS, Frame, counted_for, screens_of
from console.hints import Hints
from console.session import Session, Sessions, only_ours
from console.settings import Settings
from console.typesetters import Typesetters
from shared.calendar import Calendar
from shared.language import LOCALE, _, english
from shared.middleware import ReadersLanguage
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


DECIDED = ("complaints", "orders", "aftersales")
"""The services in which matters wait for a person's signature, in the order in which they are shown."""

_LOCALE = Path(__file__).parent / "locale"
_SIGNING_IN = 600
"""Seconds within which a person comes back from the company's sign-in."""


def console(settings: Settings, still_there_seconds: float = 15) -> FastAPI:
    """The console as an application to serve.

    A stream without hints says every `still_there_seconds` that it is alive, so that nothing between closes it.
    """
    sessions, render = Sessions(settings), Renderer(Path(__file__).parent / "templates")
    hints, typesetters = Hints(settings.rabbit_url.get_secret_value()), Typesetters()
    time = TimeSource.from_file(settings.time_file) if settings.time_file else TimeSource()
    running = _running(hints, sessions, typesetters)
    app = FastAPI(title="kefu console", docs_url=None, redoc_url=None, openapi_url=None, lifespan=running)
    app.include_router(_health(sessions))
    app.include_router(_signing(settings, sessions, render, hints))
    frame = Frame(sessions, render, time, Calendar(settings.timezone))
    app.include_router(_pages(frame))
    app.include_router(_operating(frame))
    app.include_router(_screens(frame))
    app.include_router(papers.routes(frame, typesetters))
    app.include_router(_stream(sessions, hints, still_there_seconds))
    app.include_router(languages.routes(settings, sessions))
    app.mount("/assets", StaticFiles(directory=ASSETS))
    app.middleware("http")(_with_policy)
    app.add_middleware(ReadersLanguage, english=english(_LOCALE, LOCALE), under="/")
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


def _running(
    hints: Hints, sessions: Sessions, typesetters: Typesetters
) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        running = asyncio.gather(hints.run(), sessions.tokens.run())
        yield
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running
        await typesetters.close()

    return lifespan


def _health(sessions: Sessions) -> APIRouter:
    router = APIRouter(prefix="/health")

    @router.get("/ready")
    async def ready() -> JSONResponse:
        """The door opens without any service; one that is away is a line on the page."""
        tokens = sessions.tokens
        return JSONResponse({"status": "ready", "sign_in": tokens.trouble() or tokens.warning() or "ready"})

    return router


def _signing(settings: Settings, sessions: Sessions, render: Renderer, hints: Hints) -> APIRouter:
    if settings.console_login == "company":
        router = company.routes(company.Company(settings), sessions, render, hints)
    else:
        router = trial.routes(settings, sessions, render, hints)

    @router.post("/sign-out")
    async def sign_out(request: Request) -> Response:
        """The browser is signed out, and no replica sends it hints. Only our own page may ask."""
        answer = RedirectResponse("/sign-in?again=yes", 303)
        if of_our_own_page(request):
            hints.sign_out(*sessions.shown(request))
            sessions.end(answer)
        return answer

    return router


def _pages(frame: Frame) -> APIRouter:
    router = frame.router()

    @router.get("/")
    async def my_day(request: Request) -> Response:
        """The frame of a colleague's day, which the browser fills with each service's duties."""
        screens = screens_of(request.state.session.principal)
        pages = {screen.of: name for name, screen in screens.items() if screen.of}
        return frame(
            request,
            "my-day.html",
            "day",
            sheet=True,
            bands=BANDS,
            scopes=SCOPES,
            services=_titles(SERVICES),
            pages=pages,
        )

    @router.get("/decide")
    async def decide(request: Request) -> Response:
        """The frame of everything that waits for a person's signature, which each service fills."""
        return frame(request, "decide-all.html", "decide", services=_titles(DECIDED))

    @router.get("/kept")
    async def kept(request: Request) -> Response:
        """The frame of the board that shows how everybody's duties are kept, filled by the browser."""
        return frame(request, "kept.html", "kept", sheet=True, services=_titles(SERVICES))

    @router.get("/figures")
    async def figures(request: Request) -> Response:
        """The frame of the figures of a period, which each service draws whose figures the person may read."""
        counted = counted_for(request.state.session.principal)
        begin, until = (request.query_params.get(name, "") for name in ("begin", "until"))
        return frame(request, "figures.html", "figures", services=_titles(counted), begin=begin, until=until)

    return router


def _titles(services: Iterable[str]) -> dict[str, str]:
    return {name: _(SERVICES[name]) for name in services}


def _operating(frame: Frame) -> APIRouter:
    router = frame.router("/ops")

    @router.get("")
    async def ops(request: Request) -> Response:
        """The frame of the operators' page, which each service fills with how it is."""
        return frame(request, "ops.html", "ops", services=_titles(SERVICES))

    @router.get("/{service}")
    async def group(service: str, request: Request) -> Response:
        """The frame of what failed alike in one service."""
        return within(request, service, "groups")

    @router.get("/{service}/{id}")
    async def letter(service: str, id: UUID, request: Request) -> Response:
        """The frame of one message that could not be handled."""
        return within(request, service, f"letters/{id}")

    def within(request: Request, service: str, below: str) -> Response:
        if service not in SERVICES:
            return Response(status_code=404)
        url = f"/{service}/ui/ops/{below}"
        return frame(request, "screen.html", "ops", title="未处理的消息", service=service, url=url)

    return router


def _screens(frame: Frame) -> APIRouter:
    router = frame.router("/desk")

    @router.get("/{name}")
    async def listed(name: str, request: Request) -> Response:
        """The frame of a screen's list, which the browser fills with what its service draws."""
        return screen(request, name, "", sheet=True)

    @router.get("/{name}/{id}")
    async def opened(name: str, id: UUID, request: Request) -> Response:
        """The frame of one thing of a screen."""
        return screen(request, name, f"/{id}", sheet=False)

    def screen(request: Request, name: str, below: str, *, sheet: bool) -> Response:
        if (shown := SCREENS.get(name)) is None:
            return Response(status_code=404)
        url = f"{shown.path}{below}"
        return frame(request, "screen.html", name, sheet=sheet, title=shown.title, service=shown.service, url=url)

    return router


def _stream(sessions: Sessions, hints: Hints, still_there_seconds: float) -> APIRouter:
    router = APIRouter()

    @router.get("/events")
    async def events(request: Request) -> Response:
        """Hints for one open page, as server-sent events. Only for those who have signed in, and while they are."""
        session = await sessions.of(request)
        if session is None:
            return Response(status_code=401)
        told = _told(hints, sessions, session, still_there_seconds)
        return StreamingResponse(told, media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})

    return router


async def _told(hints: Hints, sessions: Sessions, session: Session, still_there_seconds: float) -> AsyncIterator[str]:
    """What an open page is told until its session ends, its person signs out, or is out: looked at with every word."""
    with hints.page(session.token) as page:
        yield ": here\n\n"
        while (left := await sessions.left(session)) and not page.signed_out:
            try:
                async with asyncio.timeout(min(still_there_seconds, left)):
                    told = await page.take()
            except TimeoutError:
                told = ()
            if await sessions.left(session) and not page.signed_out:
                yield "".join(f"data: {hint}\n\n" for hint in told) or ": still here\n\n"


async def _with_policy(request: Request, handle: Callable[[Request], Awaitable[Response]]) -> Response:
    answer = await handle(request)
    answer.headers["Content-Security-Policy"] = POLICY
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Referrer-Policy"] = "same-origin"
    return answer
