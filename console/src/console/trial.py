"""Signing in on a trial: as one of its people, without a password."""

from pathlib import Path
from urllib.parse import parse_qs

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from console.asking import of_our_own_page
from console.hints import Hints
from console.languages import choice
from console.people import PEOPLE, Person
from console.session import LONGEST, Sessions
from console.settings import Settings
from shared.identity import issue_token
from shared.pages.rendering import Renderer


def routes(settings: Settings, sessions: Sessions, render: Renderer, hints: Hints) -> APIRouter:
    """The sign-in page with the people of the trial."""
    router = APIRouter()

    @router.get("/sign-in", response_class=HTMLResponse)
    async def show_people() -> Response:
        """The people of the trial, to be one of them."""
        return render("sign-in.html", people=PEOPLE, **choice("/sign-in"))

    @router.post("/sign-in")
    async def sign_in(request: Request) -> Response:
        """The browser acts as the person whom it names, and as none before. Only our own page may send it."""
        chosen = parse_qs((await request.body()).decode("utf-8", "replace")).get("who", [""])[0]
        person = next((each for each in PEOPLE if each.id == chosen), None)
        if person is None or not of_our_own_page(request):
            return RedirectResponse("/sign-in", 303)
        answer = RedirectResponse("/", 303)
        hints.sign_out(*sessions.shown(request))
        sessions.keep(await sessions.read(_token(settings, settings.jwt_private_key_file, person)), answer)
        return answer

    return router


def _token(settings: Settings, key: Path | None, person: Person) -> str:
    assert key is not None
    return issue_token(
        key.read_text(encoding="utf-8"),
        person.id,
        *(role.value for role in person.roles),
        name=person.name,
        lifetime=LONGEST,
        issuer=settings.jwt_issuer,
        audience=settings.jwt_audience,
    )
