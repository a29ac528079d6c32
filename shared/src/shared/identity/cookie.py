"""How a browser proves who is signed in: the token in a cookie, taken from pages of the same address alone."""

from urllib.parse import unquote

from starlette.requests import HTTPConnection

from shared.identity.principals import DrawnForAnother, Forbidden, Principal
from shared.identity.provider import is_private_line

COOKIE = "__Host-kefu-session"
"""The cookie in which the console keeps a member of staff's token. No script can read it.

Browsers take a cookie with this prefix over TLS alone, and from no other host: a neighbour under the same domain cannot
set it.
"""
LOCAL_COOKIE = "kefu-session"
"""Its name on this machine, where there is no TLS and therefore no prefix. Heard by no other host name."""
PERSON_HEADER = "Kefu-Person"
"""Whom the page that asks was drawn for: the id of a member of staff, percent-encoded."""


def token_of_session(request: HTTPConnection) -> str | None:
    """The token of the request's cookie, if it has one.

    A browser sends the cookie whichever page made it ask; where the page came from it says in Sec-Fetch-Site, which
    no page can forge. Forbidden for a request that a page of another address made, and, unless it only reads, for one
    that does not say where it comes from.
    """
    token = kept_token(request)
    if token is None:
        return None
    came_from = request.headers.get("sec-fetch-site", "")
    reads = request.scope.get("method") in {"GET", "HEAD"}
    if came_from == "same-origin" or (reads and came_from in {"", "none"}):
        return token
    raise Forbidden("a signed-in browser is heard only through the console's own pages; use a token instead")


def must_be_person_of_page(request: HTTPConnection, principal: Principal) -> None:
    """DrawnForAnother where the request names whom its page was drawn for, and that is not who is signed in.

    All pages of a browser share its cookie: one that was opened before another person signed in would act as them.
    """
    drawn_for = request.headers.get(PERSON_HEADER)
    if drawn_for is not None and unquote(drawn_for) != principal.id:
        raise DrawnForAnother("another person has signed in in this browser since; open the page again", principal)


def kept_token(request: HTTPConnection) -> str | None:
    """The token that the console left in this browser, if it did: under the one name that this host goes by."""
    if is_private_line(f"http://{request.headers.get('host', '')}"):
        return cookie_of(request, COOKIE) or cookie_of(request, LOCAL_COOKIE)
    return cookie_of(request, COOKIE)


def cookie_of(request: HTTPConnection, name: str) -> str | None:
    """The one cookie of exactly this name, as it was set; nothing where there are two.

    Names count letter by letter: a lenient reader takes blanks of other scripts off a name, and browsers let any host
    of the domain set a name that begins with such a blank.
    """
    sent = ";".join(request.headers.getlist("cookie")).split(";")
    found = [value for key, _, value in (each.strip(" \t").partition("=") for each in sent) if key == name]
    return found[0] if len(found) == 1 else None
