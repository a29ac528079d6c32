"""A chat group for one machine: takes what Apprise posts as JSON, and shows what it took."""

from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict

from kefu_local.kept import Kept


class Post(BaseModel):
    """What Apprise posts to a `json://` address; of it the text counts."""

    model_config = ConfigDict(extra="ignore")

    title: str = ""
    message: str


def routes(kept: Kept) -> APIRouter:
    """`POST /chat`, `GET /chat`."""
    router = APIRouter(tags=["chat"])

    @router.post("/chat", status_code=202)
    async def take(post: Post) -> None:
        kept.add(text=post.message, at=datetime.now(UTC).isoformat())

    @router.get("/chat")
    async def show() -> list[dict[str, Any]]:
        return list(kept)

    return router
