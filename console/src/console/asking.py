"""Where a request comes from."""

from fastapi import Request


def of_our_own_page(request: Request) -> bool:
    """Whether a page of this address made the browser ask: browsers say so, and no page can forge it."""
    return request.headers.get("sec-fetch-site") == "same-origin"
