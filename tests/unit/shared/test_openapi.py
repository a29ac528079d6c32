"""The API's document, as a running service hands it out."""

import threading
from typing import Any

import httpx
from fastapi import FastAPI

from shared.openapi import documented


async def test_others_are_served_while_the_document_is_made() -> None:
    app = documented(FastAPI(title="kefu workshop"))
    made = app.openapi
    threads: list[int] = []

    def making() -> dict[str, Any]:
        if app.openapi_schema is None:
            threads.append(threading.get_ident())
        return made()

    app.openapi = making  # type: ignore[method-assign]
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as http:
        answers = [await http.get("/openapi.json") for _ in range(2)]

    assert [answer.json()["info"]["title"] for answer in answers] == ["kefu workshop"] * 2
    assert len(threads) == 1
    assert threading.get_ident() not in threads
