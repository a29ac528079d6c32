"""An SMS gateway for one machine: takes every message, sends none, and shows what it took."""

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import httpx
from fastapi import APIRouter, BackgroundTasks
from pydantic import BaseModel, ConfigDict, Field, model_validator

from kefu_local.kept import Kept


class Sms(BaseModel):
    """A message as a client submits it: its words, or a template the provider knows and what to fill in."""

    model_config = ConfigDict(extra="forbid")

    id: str = Field(min_length=1, max_length=128, examples=["6f1c…"], description="The sender's own, once per message.")
    to: str = Field(pattern=r"^\+?[0-9]{5,20}$", examples=["+8613800138000"])
    text: str | None = Field(default=None, max_length=2000, examples=["【客服】您的订单已发货。"])
    template: str | None = Field(default=None, max_length=64)
    variables: dict[str, str] = {}

    @model_validator(mode="after")
    def _says_something(self) -> "Sms":
        if self.text is None and self.template is None:
            raise ValueError("either text or template is needed")
        return self


def routes(kept: Kept, receipt_url: Callable[[], str | None]) -> APIRouter:
    """`POST /messages`, `GET /messages`. Each one is reported as delivered where `receipt_url` says, if anywhere."""
    router = APIRouter(tags=["sms"])
    seen = {entry["id"] for entry in kept}
    http = httpx.AsyncClient(timeout=5, trust_env=False)

    @router.post("/messages", status_code=202)
    async def take(sms: Sms, afterwards: BackgroundTasks) -> dict[str, Any]:
        again = sms.id in seen
        seen.add(sms.id)
        kept.add(**sms.model_dump(), at=datetime.now(UTC).isoformat(), again=again)
        if url := receipt_url():
            afterwards.add_task(_report, http, url, sms.id)
        return {"id": sms.id, "status": "accepted", "again": again}

    @router.get("/messages")
    async def show(id: str | None = None, to: str | None = None) -> list[dict[str, Any]]:
        return kept.where(id=id, to=to)

    return router


async def _report(http: httpx.AsyncClient, url: str, sms_id: str) -> None:
    """Once: a sender that is away meanwhile has to ask for it, as some providers have it."""
    receipt = {"id": sms_id, "status": "delivered", "at": datetime.now(UTC).isoformat()}
    with suppress(httpx.TransportError):
        await http.post(url, json=receipt)
