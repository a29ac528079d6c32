"""Papers as PDF: the browser fetches a paper from its service, as its reader, and hands it to the console."""

import re
from html import unescape
from urllib.parse import quote, unquote, urlencode, urlsplit

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from console.asking import of_our_own_page
from console.frame import Frame
from console.session import Sessions
from console.typesetters import NoPdf, Typesetters
from shared.language import _
from shared.pages.words import SERVICES

LARGEST = 1024 * 1024
"""Bytes of a paper's HTML; the gateway takes no larger body."""

_ADDRESS = re.compile(rf"/({'|'.join(SERVICES)})/ui/papers/[\w%.~/-]+(\?[\w%.~=&+-]*)?", re.ASCII)
_HEAD = 4096
"""Bytes of a paper within which its title stands."""
_TITLE = re.compile(r"<title>(.*?)</title>", re.DOTALL)
_UNFIT = re.compile(r'[\x00-\x1f\x7f\\/:*?"<>|]+')
"""What no file system has in a name."""
_LONGEST_NAME = 100


def routes(frame: Frame, typesetters: Typesetters) -> APIRouter:
    """The page that downloads a paper as PDF, and what makes the PDF."""
    router = APIRouter()
    router.include_router(_pages(frame))
    router.include_router(_making(frame.sessions, typesetters))
    return router


def _pages(frame: Frame) -> APIRouter:
    router = frame.router()

    @router.get("/pdf")
    async def offer(paper: str, request: Request, shown: str = "") -> Response:
        """The page on which the browser fetches a paper and downloads its PDF: at once when a page of ours led here.

        What was `shown` before, and is read in another language now, waits for its reader to say so.
        """
        if (service := service_of(paper)) is None:
            return Response(status_code=404)
        at_once = of_our_own_page(request) and not shown
        again = f"/pdf?{urlencode({'paper': paper, 'shown': 'yes'})}"
        service = _(SERVICES[service])
        return frame(request, "pdf.html", "pdf", paper=paper, service=service, at_once=at_once, chosen_at=again)

    return router


def _making(sessions: Sessions, typesetters: Typesetters) -> APIRouter:
    router = APIRouter()

    @router.post("/pdf")
    async def make(request: Request) -> Response:
        """A paper's HTML as PDF; neither is kept. For those who have signed in, and from our own page alone."""
        if await sessions.of(request) is None:
            return Response(status_code=401)
        if not of_our_own_page(request):
            return Response(status_code=403)
        if (html := await _body(request)) is None:
            return Response(status_code=413)
        try:
            pdf = await typesetters.pdf_of(html)
        except NoPdf as error:
            return JSONResponse({"said": _(error.said)}, error.status)
        named = {
            "Content-Disposition": attachment(name_of(html)),
            "Cache-Control": "no-store",
        }
        return Response(pdf, media_type="application/pdf", headers=named)

    return router


async def _body(request: Request) -> bytes | None:
    """What is handed in; nothing when it is larger than a paper may be."""
    html = bytearray()
    async for part in request.stream():
        html += part
        if len(html) > LARGEST:
            return None
    return bytes(html)


def service_of(address: str) -> str | None:
    """The service whose paper has this address; nothing for an address of anything but a paper."""
    found = _ADDRESS.fullmatch(address)
    if found is None or {".", ".."} & set(unquote(urlsplit(address).path).split("/")):
        return None
    return found[1]


def name_of(html: bytes) -> str:
    """What the file of a paper is called: its title, the form's name with its number, as a browser would call it."""
    found = _TITLE.search(html[:_HEAD].decode("utf-8", "replace"))
    return _UNFIT.sub("-", unescape(found[1]).strip())[:_LONGEST_NAME] if found else "paper"


def attachment(name: str) -> str:
    """The header by which a browser keeps a PDF under this name (RFC 6266)."""
    return f"attachment; filename=\"paper.pdf\"; filename*=UTF-8''{quote(name, safe='')}.pdf"
