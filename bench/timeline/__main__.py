"""`python -m bench.timeline [--entries 1000000] [--questions 200]`: a page of a timeline among a million entries.

Intake's collection is filled with the facts of three years about 20,000 customers: of every ten entries three are about
100 dealers, which have some 3,000 each, and every tenth dealer has a second file that leads to the first. Then pages
of 50 are asked for over HTTP: of a customer and of a dealer, of one kind of facts, as of a day, and deep in the list.
Printed are the median and the 95th percentile.
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
from pymongo import MongoClient
from rich.progress import Progress

from bench.find.__main__ import drawn
from bench.questions import asked_in_memory, filled, mongod, out, show
from intake.api.history import routes
from intake.domain.customer import Customer
from intake.domain.moment import Moment, facts_about_customers
from intake.domain.parts.absorbed import Absorbed
from intake.store import Stores
from shared.contracts.event import Actor
from shared.kernel.documents import stored

NOW = datetime(2026, 11, 28, tzinfo=UTC)
YEARS = timedelta(days=3 * 365)
PAGE, CHUNK = 50, 20_000
KEYS = sorted(fact.key for fact in facts_about_customers())
random.seed(7)
CUSTOMERS = [UUID(int=random.getrandbits(128)) for _ in range(20_000)]
DEALERS, MERGED = CUSTOMERS[:100], dict(zip(CUSTOMERS[:100:10], CUSTOMERS[-10:], strict=True))
"""A dealer's second file, by the first."""


def moment(number: int) -> dict[str, Any]:
    """One fact as the timeline has it."""
    customer_id = random.choice(DEALERS if random.random() < 0.3 else CUSTOMERS)
    fact = Moment(
        id=UUID(int=random.getrandbits(128)),
        customer_id=random.choice((customer_id, MERGED.get(customer_id, customer_id))),
        at=NOW - random.random() * YEARS,
        key=random.choice(KEYS),
        subject=UUID(int=random.getrandbits(128)),
        sequence=1,
        actor=Actor(kind="staff", id=f"cs-{number % 500:03d}", role="cs_specialist"),
        said={"order_no": f"SO-2026-{number:07d}", "reason": "客户来电，要求本周五之前送到工地", "days": number % 30},
    )
    return _document(fact)


def file(place: int) -> dict[str, Any]:
    """A customer's file; of a dealer with a second one that it leads here, and of that one where it leads."""
    id, (particulars, order_no) = CUSTOMERS[place], drawn(place)
    second = MERGED.get(id)
    absorbed = (Absorbed(customer_id=second, at=NOW, said=particulars, papers=()),) if second else ()
    leads_to = next((first for first, other in MERGED.items() if other == id), None)
    return _document(
        Customer(
            id=id, particulars=particulars, source="cs", papers=(order_no,), absorbed=absorbed, merged_into=leads_to
        )
    )


def _document(aggregate: Moment | Customer) -> dict[str, Any]:
    return {
        "_id": aggregate.id,
        "version": 1,
        "state": aggregate.model_dump(mode="json"),
        "causes": [],
        "outbox": [],
    }


def fill(url: str, name: str, count: int) -> None:
    """Write files and facts past the stores, in chunks, with progress."""
    with MongoClient[dict[str, Any]](url, uuidRepresentation="standard") as client, Progress(console=out) as progress:
        client[name]["customers"].insert_many([file(place) for place in range(len(CUSTOMERS))], ordered=False)
        task = progress.add_task("entries", total=count)
        for start in range(0, count, CHUNK):
            new = [moment(number) for number in range(start, min(start + CHUNK, count))]
            client[name]["moments"].insert_many(new, ordered=False)
            progress.advance(task, len(new))


def questions() -> dict[str, tuple[UUID, dict[str, Any]]]:
    """Whose page is asked for, and how."""
    customer, dealer, merged = random.choice(CUSTOMERS), random.choice(DEALERS), random.choice(list(MERGED))
    key, then = random.choice(KEYS), stored(NOW - random.random() * YEARS)
    return {
        "a customer's": (customer, {}),
        "a customer's, of a kind": (customer, {"key": key}),
        "a customer's, as of a day": (customer, {"as_of": then}),
        "a dealer's": (dealer, {}),
        "a dealer's, of a kind": (dealer, {"key": key}),
        "a dealer's, as of a day": (dealer, {"as_of": then}),
        "a dealer's, of a kind, as of a day": (dealer, {"key": key, "as_of": then}),
        "of two merged files": (merged, {}),
        "of two merged files, as of a day": (merged, {"as_of": then}),
    }


async def measure(http: httpx.AsyncClient, turns: int) -> dict[str, list[float]]:
    """Milliseconds per page, for each question, and of pages deep in a dealer's list and in that of merged files."""
    times: dict[str, list[float]] = {}

    async def ask(name: str, customer: UUID, params: dict[str, Any]) -> str | None:
        began = perf_counter()
        answer = await http.get(f"/customers/{customer}/timeline", params={**params, "limit": PAGE})
        answer.raise_for_status()
        times.setdefault(name, []).append((perf_counter() - began) * 1000)
        following: str | None = answer.json()["next"]
        return following

    for _ in range(turns):
        for name, (customer, params) in questions().items():
            await ask(name, customer, params)
    for name, customers in {"deep in a dealer's": DEALERS, "deep in that of two merged files": list(MERGED)}.items():
        while len(times.get(name, ())) < turns:
            customer, after = random.choice(customers), None
            while after := await ask(name, customer, {"after": after} if after else {}):
                pass
    return times


async def bench(url: str, entries: int, turns: int) -> None:
    """Fill, index, ask, print."""
    async with (
        filled(url, "timeline", Stores.on, partial(fill, count=entries)) as (stores, _),
        asked_in_memory([routes(stores)], NOW) as http,
    ):
        await measure(http, 3)
        times = await measure(http, turns)
    show(f"{entries:,} entries", times)


def main() -> None:
    """Read the arguments and run on a mongod of its own."""
    given = ArgumentParser(description="What a page of a customer's timeline costs among a million entries.")
    given.add_argument("--entries", type=int, default=1_000_000)
    given.add_argument("--questions", type=int, default=200)
    asked = given.parse_args()
    with mongod() as url:
        asyncio.run(bench(url, asked.entries, asked.questions))


if __name__ == "__main__":
    main()
