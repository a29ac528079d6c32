"""Which language a person reads: chosen once in the frame, kept in the browser, heard by every service."""

from hashlib import sha256
from urllib.parse import parse_qs

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse

from console.asking import of_our_own_page
from console.session import Sessions
from console.settings import Settings
from shared.language import LANGUAGE_COOKIE, LANGUAGES, english_of_scripts

_KEPT = 365 * 86_400
"""Seconds for which a browser keeps the choice."""


def routes(settings: Settings, sessions: Sessions) -> APIRouter:
    """The choice of a language, and what the browser's scripts say in English."""
    router = APIRouter()
    said = bytes(JSONResponse(english_of_scripts()).body)
    named = {"Cache-Control": "private, no-cache", "ETag": f'"{sha256(said).hexdigest()}"'}

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
                LANGUAGE_COOKIE, language, max_age=_KEPT, httponly=True, samesite="lax", secure=settings.over_tls
            )
        return answer

    @router.get("/words/en.json")
    async def words(request: Request) -> Response:
        """What the scripts say in English, by what they say in Chinese; a browser that has it still is told so."""
        if await sessions.of(request) is None:
            return Response(status_code=401)
        if request.headers.get("if-none-match", "").removeprefix("W/") == named["ETag"]:
            return Response(status_code=304, headers=named)
        return Response(said, media_type="application/json", headers=named)

    return router


def choice(here: str) -> dict[str, object]:
    """What a page needs to show the choice: the languages, and the address at which the person goes on."""
    return {"languages": LANGUAGES, "chosen_at": here}


def _is_ours(address: str) -> bool:
    """Whether this is a path of this host, as a browser reads it."""
    return address.startswith("/") and not address.startswith(("//", "/\\")) and address.isprintable()
