"""`python -m bench.duties [--running 1000000] [--pages 400]`: a page of duties among a million running clocks.

The list of one service is filled with rows as the relay writes them: 500 people, 8 roles, 12 kinds, 200,000 customers,
ends spread over three months. Then pages are asked for over HTTP, as a person asks: mine, my role's, of a kind, about a
customer, everything, 50 each, from the beginning and from the middle; and a colleague's day as HTML, 100 rows with
their counts. Printed are the median and the 95th percentile.
"""

import asyncio
import random
from argparse import ArgumentParser
from datetime import UTC, datetime, timedelta
from functools import partial
from time import perf_counter
from typing import Any
from uuid import UUID

import httpx
from fastapi import APIRouter
from pymongo import MongoClient
from rich.progress import Progress

from bench.questions import asked_in_memory, filled, mongod, out, show
from shared.calendar import Calendar
from shared.clocks import Announcements, Clocks
from shared.contracts.event import Event
from shared.contracts.roles import Role
from shared.duties.api import routes
from shared.duties.board import Duties, Duty
from shared.kernel.documents import stored
from shared.pages.duties import SCOPES
from shared.pages.duties import routes as days
from shared.pages.rendering import Renderer

NOW = datetime(2026, 11, 28, tzinfo=UTC)
ROLES = list(Role)[:8]
PEOPLE = [f"cs-{number:03d}" for number in range(500)]
CHUNK = 20_000
random.seed(7)
CUSTOMERS = [UUID(int=random.getrandbits(128)) for _ in range(200_000)]


def row(number: int) -> dict[str, Any]:
    """One running clock as the list has it."""
    since = NOW - timedelta(minutes=random.randrange(60 * 24 * 30))
    duty = Duty(
        id=UUID(int=random.getrandbits(128)),
        collection="complaints",
        aggregate=UUID(int=random.getrandbits(128)),
        kind=f"step_{random.randrange(12)}",
        title="投诉处理",
        about=f"2026-11-{number:07d}",
        customer_id=random.choice(CUSTOMERS),
        role=random.choice(ROLES),
        ladder=(Role.CS_MANAGER, Role.DEPUTY_GM),
        assignee=random.choice(PEOPLE) if random.random() < 0.7 else None,
        started_at=since,
        due_at=since + timedelta(minutes=random.randrange(60 * 24 * 90)),
        missed_at=None,
        held=False,
        running=True,
        ended_at=None,
        outcome=None,
        working=False,
        calendar="chinesecalendar-1.11.0",
    )
    return {"_id": duty.id, "version": 1, "state": duty.model_dump(mode="json"), "causes": [], "outbox": []}


def fill(url: str, name: str, count: int) -> None:
    """Write the rows past the store, in chunks, with progress."""
    with MongoClient[dict[str, Any]](url, uuidRepresentation="standard") as client, Progress(console=out) as progress:
        task = progress.add_task("running clocks", total=count)
        for start in range(0, count, CHUNK):
            rows = [row(number) for number in range(start, min(start + CHUNK, count))]
            client[name]["duties"].insert_many(rows, ordered=False)
            progress.advance(task, len(rows))


def pages_of(duties: Duties) -> list[APIRouter]:
    """The routes that every service has for its duties, and its day as a page."""
    clocks = Clocks(Announcements(*[Event] * 6), Calendar())
    return [routes(duties, {}, clocks), days("complaints", duties, {}, clocks, Renderer())]


def questions() -> dict[str, dict[str, Any]]:
    """What a person asks for."""
    return {
        "mine": {"assignee": random.choice(PEOPLE)},
        "my role's": {"role": random.choice(ROLES).value},
        "my role's, due before": {"role": random.choice(ROLES).value, "due_before": stored(NOW + timedelta(days=3))},
        "of a kind": {"kind": f"step_{random.randrange(12)}"},
        "about a customer": {"customer_id": str(random.choice(CUSTOMERS))},
        "everything": {},
    }


async def measure(http: httpx.AsyncClient, pages: int) -> dict[str, list[float]]:
    """Milliseconds per page, for each question; every other page goes on from the middle of the list."""
    times: dict[str, list[float]] = {name: [] for name in (*questions(), *(f"a day, {scope}" for scope in SCOPES))}
    for turn in range(pages):
        for name, asked in questions().items():
            began = perf_counter()
            answer = await http.get("/duties", params={**asked, "limit": 50})
            answer.raise_for_status()
            times[name].append((perf_counter() - began) * 1000)
            following = answer.json()["next"]
            if turn % 2 and following:
                began = perf_counter()
                (await http.get("/duties", params={**asked, "limit": 50, "after": following})).raise_for_status()
                times[name].append((perf_counter() - began) * 1000)
        for scope in SCOPES:
            began = perf_counter()
            (await http.get("/ui/duties", params={"scope": scope})).raise_for_status()
            times[f"a day, {scope}"].append((perf_counter() - began) * 1000)
    return times


async def bench(url: str, running: int, pages: int) -> None:
    """Fill, index, ask, print."""
    async with (
        filled(url, "duties", Duties, partial(fill, count=running)) as (duties, _),
        asked_in_memory(pages_of(duties), NOW) as http,
    ):
        await measure(http, 3)
        times = await measure(http, pages)
    show(f"{running:,} running clocks", times)


def main() -> None:
    """Read the arguments and run on a mongod of its own."""
    asked = ArgumentParser(description="What a page of duties costs among a million running clocks.")
    asked.add_argument("--running", type=int, default=1_000_000)
    asked.add_argument("--pages", type=int, default=400)
    arguments = asked.parse_args()
    with mongod() as url:
        asyncio.run(bench(url, arguments.running, arguments.pages))


if __name__ == "__main__":
    main()
