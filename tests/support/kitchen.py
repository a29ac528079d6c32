"""A kitchen: kettles whose clocks run, the list of duties that follows from them, and people who ask for it."""

from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import httpx
from fastapi import Depends, FastAPI

from shared.calendar import Calendar, Within
from shared.clocks import Announcements, Clock, Clocks, Matter, Timed
from shared.contracts.deadline import (
    DeadlineApproaching,
    DeadlineHeld,
    DeadlineMet,
    DeadlineMissed,
    DeadlineReassigned,
    DeadlineSet,
)
from shared.contracts.event import Event
from shared.contracts.roles import Role
from shared.duties.api import routes
from shared.duties.board import Duties
from shared.http import answer_problems, authenticated
from shared.identity import Principal
from shared.kernel.relay import Handed
from shared.pages import duties as pages
from shared.pages import kept
from shared.pages.rendering import Renderer
from shared.policy import Policy
from shared.store import Store
from shared.testing import InMemoryDatabase, cause
from shared.time_source import FixedTime

NOW = datetime(2026, 11, 20, 2, tzinfo=UTC)
POLICY = Policy(name="kettle", version=3, in_force_from=date(2026, 1, 1), approved_by="gm")
BOIL = Clock(
    name="boil", title="烧水", term=Within(days=6), role=Role.CS_SPECIALIST, ladder=(Role.CS_MANAGER,),
    may_be_held=True, source="003 §26.1",
)  # fmt: skip


class Set(DeadlineSet, Event, key="dutytest.deadline_set.v1"):
    """For tests."""


class Approaching(DeadlineApproaching, Event, key="dutytest.deadline_approaching.v1"):
    """For tests."""


class Missed(DeadlineMissed, Event, key="dutytest.deadline_missed.v1"):
    """For tests."""


class Met(DeadlineMet, Event, key="dutytest.deadline_met.v1"):
    """For tests."""


class Held(DeadlineHeld, Event, key="dutytest.deadline_held.v1"):
    """For tests."""


class Reassigned(DeadlineReassigned, Event, key="dutytest.deadline_reassigned.v1"):
    """For tests."""


CLOCKS = Clocks(Announcements(Set, Approaching, Missed, Met, Held, Reassigned), Calendar())


class Kettle(Timed):
    """Something that has to boil in time."""


class Kettles(Store[Kettle]):
    """For tests."""

    collection = "kettles"
    kind = Kettle


class Kitchen:
    """Kettles, the list of duties that follows from them, and people who ask for it."""

    def __init__(self) -> None:
        self.database = InMemoryDatabase()
        self.kettles = Kettles(self.database)
        self.duties = Duties(self.database)
        self.asker = Principal.staff("li", Role.CS_SPECIALIST)
        app = FastAPI()
        app.state.time = FixedTime(NOW)
        answer_problems(app)

        app.state.authenticator = SimpleNamespace(recognise=self._recognise)
        router = routes(self.duties, {"kettles": self.kettles}, CLOCKS)
        app.include_router(router, dependencies=[Depends(authenticated)])
        shown = pages.routes("kitchen", self.duties, {"kettles": self.kettles}, CLOCKS, Renderer())
        app.include_router(shown, dependencies=[Depends(authenticated)])
        board = kept.routes("kitchen", self.duties, {"kettles": self.kettles}, CLOCKS.calendar, Renderer())
        app.include_router(board, dependencies=[Depends(authenticated)])
        self.http = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://kitchen")

    async def _recognise(self, *_: str | None) -> Principal:
        return self.asker

    async def start(self, about: str, clock: Clock = BOIL, **fields: Any) -> UUID:
        """One more kettle with a running clock; the run's id."""
        because = cause(NOW)
        start = CLOCKS.start(clock, Matter(about=about), because, policy=POLICY, **fields)
        kettle = await self.kettles.create(start(Kettle(id=uuid4())), because)
        await self.follow()
        return kettle.clocks[0].id

    async def follow(self) -> None:
        """What the relay does with what was announced."""
        found = await self.kettles.documents.read(list(self.database.collections["kettles"].rows))
        handed = [Handed(self.kettles.documents, document.id, document.outbox) for document in found.values()]
        if (following := self.duties.derive(handed)) is not None:
            await following

    async def abouts(self, **asked: Any) -> list[str]:
        answer = await self.http.get("/duties", params=asked)
        assert answer.status_code == 200, answer.text
        return [item["about"] for item in answer.json()["items"]]

    async def post(self, path: str, **body: Any) -> httpx.Response:
        return await self.http.post(path, json=body, headers={"Idempotency-Key": str(uuid4())})
