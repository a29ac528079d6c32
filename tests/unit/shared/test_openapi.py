"""The API's document, as a running service hands it out."""

import asyncio
import threading
from typing import Any

import httpx
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from shared.openapi import documented


async def test_the_document_is_made_once_for_all_who_ask_at_once_and_others_are_served_meanwhile() -> None:
    asking = threading.Barrier(2)
    threads: list[int] = []

    def asked() -> dict[str, Any]:
        if app.openapi_schema is None:
            asking.wait(60)
        return made()

    def making(**given: Any) -> dict[str, Any]:
        threads.append(threading.get_ident())
        return get_openapi(**given)

    app = documented(FastAPI(title="kefu workshop"), making)
    made = app.openapi
    app.openapi = asked  # type: ignore[method-assign]
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as http:
        answers = await asyncio.gather(*(http.get("/openapi.json") for _ in range(2)))

    assert [answer.json()["info"]["title"] for answer in answers] == ["kefu workshop"] * 2
    assert len(threads) == 1
    assert threading.get_ident() not in threads
