"""A page costs as much as what is on it, however much there is."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any
from uuid import UUID, uuid4

import pytest
from pydantic import BaseModel
from pymongo import AsyncMongoClient

from shared.aggregate import Aggregate
from shared.kernel.documents import Write
from shared.kernel.group_commit import GroupCommit
from shared.kernel.mongodb import Database
from shared.store import Between, Index, OneOf, Store, Where
from shared.testing import SEALS, Outbox

DOORS = 500
PAGE = 20


class Door(Aggregate):
    colour: str
    width: int
    key: str | None = None


class Doors(Store[Door]):
    collection = "doors"
    kind = Door
    indexes = (Index("colour", "width"), Index("key", where={"key": Between("", None)}))


@pytest.fixture
async def doors(real_servers, mongo_database: str) -> AsyncIterator[Doors]:
    database = Database(real_servers.mongo_url, mongo_database, GroupCommit(Outbox()), SEALS)
    doors = Doors(database)
    await database.prepare()
    keys = {number: f"key-{number}" for number in range(0, DOORS, 100)}
    made = [Door(id=uuid4(), colour="red", width=number % 7, key=keys.get(number)) for number in range(DOORS)]
    await doors.documents.write([Write(door.id, 0, 1, door.model_dump(mode="json"), None, [], [], []) for door in made])
    yield doors
    database.close()


@pytest.mark.parametrize("sort", ["width", "-width"])
async def test_only_what_is_on_the_page_is_read(doors: Doors, real_servers, mongo_database: str, sort: str) -> None:
    seen = await _seen(doors, real_servers.mongo_url, mongo_database, {"colour": "red"}, sort)

    assert (seen["docsExamined"], "hasSortStage" in seen) == (PAGE + 1, False)


class Row(BaseModel):
    """What an index has of a door."""

    id: UUID
    colour: str
    width: int


class LargeRow(Row):
    """What it has not."""

    version: int
    key: str | None


@pytest.mark.parametrize(("row", "read"), [(Row, 0), (LargeRow, PAGE + 1)])
@pytest.mark.parametrize("sort", ["width", "-width"])
async def test_rows_that_an_index_has_are_read_from_it_alone(
    doors: Doors, real_servers, mongo_database: str, row: type[BaseModel], read: int, sort: str
) -> None:
    async def rows() -> None:
        await doors.rows(row, {"colour": "red"}, sort=sort, limit=PAGE)

    seen = await _profiled(rows, real_servers.mongo_url, mongo_database)

    looked = (seen["keysExamined"], seen["docsExamined"], "hasSortStage" in seen)
    assert looked == (PAGE + 1, read, False)


@pytest.mark.parametrize(
    ("where", "read"),
    [({"key": "key-300"}, 1), ({"key": OneOf("key-0", "key-200")}, 2), ({"key": Between("", "key-3")}, 3)],
    ids=["one", "several", "a span"],
)
async def test_an_index_of_some_holds_no_others_and_serves_the_questions_about_those(
    doors: Doors, real_servers, mongo_database: str, where: Where, read: int
) -> None:
    seen = await _seen(doors, real_servers.mongo_url, mongo_database, where, "key")

    assert (seen["docsExamined"], seen["keysExamined"] <= read + 2, "hasSortStage" in seen) == (read, True, False)
    async with AsyncMongoClient(real_servers.mongo_url) as client:
        found = await client[mongo_database]["doors"].index_information()
    assert _some(found) == [{"state.key": {"$gte": ""}}]


async def test_an_index_that_holds_others_than_before_stands_beside_the_one_that_older_replicas_use(
    real_servers, mongo_database: str
) -> None:
    class Before(Doors):
        indexes = (Index("colour", "width"), Index("key"))

    class After(Doors):
        indexes = (Index("colour", "width"), Index("key", where={"colour": "red"}))

    for kind in (Before, Doors, After):
        database = Database(real_servers.mongo_url, mongo_database, GroupCommit(Outbox()), SEALS)
        kind(database)
        await database.prepare()
        database.close()

    async with AsyncMongoClient(real_servers.mongo_url) as client:
        found = await client[mongo_database]["doors"].index_information()
    assert "key+id" in found
    assert _some(found) == [{"state.key": {"$gte": ""}}, {"state.colour": {"$eq": "red"}}]


async def test_a_large_collection_gets_its_indexes_however_short_the_patience_is_otherwise(
    real_servers, mongo_database: str
) -> None:
    rows = [{"_id": number, "state": {"colour": f"c{number}", "width": number}} for number in range(60_000)]
    async with AsyncMongoClient(real_servers.mongo_url) as client:
        await client[mongo_database]["doors"].insert_many(rows)
        database = Database(real_servers.mongo_url, mongo_database, GroupCommit(Outbox()), SEALS, timeout=0.1)
        Doors(database)

        await database.prepare()

        assert "colour+width+id" in await client[mongo_database]["doors"].index_information()
    database.close()


def _some(found: Mapping[str, Any]) -> list[Any]:
    return [index["partialFilterExpression"] for index in found.values() if "partialFilterExpression" in index]


async def _seen(doors: Doors, url: str, database: str, where: Where, sort: str) -> dict[str, Any]:
    """What MongoDB did for a page of whole aggregates."""

    async def page() -> None:
        await doors.find(where, sort=sort, limit=PAGE)

    return await _profiled(page, url, database)


async def _profiled(page: Callable[[], Awaitable[None]], url: str, database: str) -> dict[str, Any]:
    """What MongoDB did for a page."""
    async with AsyncMongoClient(url, uuidRepresentation="standard") as client:
        watched = client[database]
        await watched.command("profile", 2)

        await page()

        await watched.command("profile", 0)
        (seen,) = [each async for each in watched["system.profile"].find({"command.find": "doors"})]
    return dict(seen)
