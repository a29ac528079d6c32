"""Which language a person reads: chosen once in the frame, kept in the browser, heard by every service."""

from urllib.parse import parse_qs

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse

from console.asking import of_our_own_page
from console.session import Sessions
from console.settings import Settings
from shared.language import LANGUAGE_COOKIE, LANGUAGES, english_of_scripts

_A_YEAR = 365 * 86_400
_AN_HOUR = 3_600


def routes(settings: Settings, sessions: Sessions) -> APIRouter:
    """The choice of a language, and what the browser's scripts say in English."""
    router = APIRouter()
    said = english_of_scripts()

    @router.post("/language")
    async def choose(request: Request) -> Response:
        """From now on this browser shows pages in the language; it goes on where it was. Only our own page may ask."""
        if not of_our_own_page(request):
            return RedirectResponse("/sign-in", 303)
        asked = parse_qs((await request.body()).decode("utf-8", "replace"))
        language, here = (asked.get(name, [""])[0] for name in ("language", "here"))
        answer = RedirectResponse(here if _is_ours(here) else "/", 303)
        if language in LANGUAGES:
            answer.set_cookie(
                LANGUAGE_COOKIE, language, max_age=_A_YEAR, httponly=True, samesite="lax", secure=settings.over_tls
            )
        return answer

    @router.get("/words/en.json")
    async def words(request: Request) -> Response:
        """What the scripts say in English, by what they say in Chinese."""
        if await sessions.of(request) is None:
            return Response(status_code=401)
        return JSONResponse(said, headers={"Cache-Control": f"private, max-age={_AN_HOUR}"})

    return router


def choice(here: str) -> dict[str, object]:
    """What a page needs to show the choice: the languages, and the address at which the person goes on."""
    return {"languages": LANGUAGES, "chosen_at": here}


def _is_ours(address: str) -> bool:
    """Whether this is a path of this host, as a browser reads it."""
    return address.startswith("/") and not address.startswith(("//", "/\\")) and address.isprintable()
