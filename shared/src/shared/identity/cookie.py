"""How a browser proves who is signed in: the token in a cookie, taken from pages of the same address alone."""

from starlette.requests import HTTPConnection

from shared.identity.principals import Forbidden

COOKIE = "kefu-session"
"""The cookie in which the console keeps a member of staff's token. No script can read it."""


def token_of_session(request: HTTPConnection) -> str | None:
    """The token of the request's cookie, if it has one.

    A browser sends the cookie whichever page made it ask; where the page came from it says in Sec-Fetch-Site, which
    no page can forge. Forbidden for a request that a page of another address made, and, unless it only reads, for one
    that does not say where it comes from.
    """
    token = request.cookies.get(COOKIE)
    if token is None:
        return None
    came_from = request.headers.get("sec-fetch-site", "")
    reads = request.scope.get("method") in {"GET", "HEAD"}
    if came_from == "same-origin" or (reads and came_from in {"", "none"}):
        return token
    raise Forbidden("a signed-in browser is heard only through the console's own pages; use a token instead")
