"""The HTTP door of a service over memory, built once and asked by many tests."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import uuid4

from fastapi import APIRouter, FastAPI
from httpx import ASGITransport, AsyncClient, Response

from shared.clock import FixedClock
from shared.http import Authenticator, answer_problems, guarded
from shared.identity import DepartmentKeys, LocalKey, StaffTokens, create_key_pair, issue_token


@dataclass(frozen=True)
class FrontOffice:
    """Where staff ask over HTTP. The clock stands still."""

    app: FastAPI
    private: str

    @classmethod
    def opened(cls, routers: Iterable[APIRouter], folder: Path, at: datetime) -> "FrontOffice":
        """The door with these routes, whose keys are in the folder."""
        create_key_pair(folder / "private.pem", folder / "public.pem")
        app = FastAPI()
        app.state.clock = FixedClock(at)
        app.state.authenticator = Authenticator(
            StaffTokens(LocalKey(folder / "public.pem", "kefu", "kefu")), DepartmentKeys(None)
        )
        answer_problems(app)
        for router in routers:
            app.include_router(router, dependencies=guarded())
        return cls(app, (folder / "private.pem").read_text())

    @asynccontextmanager
    async def counter(self) -> AsyncIterator["Counter"]:
        """Somewhere to ask, for as long as the block runs."""
        async with AsyncClient(transport=ASGITransport(self.app), base_url="http://office") as client:
            yield Counter(client, self.private)


@dataclass(frozen=True)
class Counter:
    """`await ask("cs_manager", "POST", path, body)` asks as somebody in that role."""

    client: AsyncClient
    private: str

    async def __call__(
        self, role: str, method: str, path: str, body: object = None, key: str | None = None, who: str = "01"
    ) -> Response:
        token = issue_token(self.private, f"{role}-{who}", role)
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": key or str(uuid4())}
        return await self.client.request(method, path, json=body, headers=headers)
