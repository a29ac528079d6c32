"""A page costs as much as what is on it, however much there is."""

from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
from pymongo import AsyncMongoClient

from shared.aggregate import Aggregate
from shared.folds import Write
from shared.mongodb import Database
from shared.rounds import Rounds
from shared.store import Index, Store
from shared.testing import Outbox

DOORS = 500
PAGE = 20


class Door(Aggregate):
    colour: str
    width: int


class Doors(Store[Door]):
    collection = "doors"
    kind = Door
    indexes = (Index("colour", "width"),)


@pytest.fixture
async def doors(real_servers, mongo_database: str) -> AsyncIterator[Doors]:
    database = Database(real_servers.mongo_url, mongo_database, Rounds(Outbox()))
    doors = Doors(database)
    await database.prepare()
    made = [Door(id=uuid4(), colour="red", width=number % 7) for number in range(DOORS)]
    await doors.documents.write([Write(door.id, 0, 1, door.model_dump(mode="json"), None, [], []) for door in made])
    yield doors
    database.close()


@pytest.mark.parametrize("sort", ["width", "-width"])
async def test_only_what_is_on_the_page_is_read(doors: Doors, real_servers, mongo_database: str, sort: str) -> None:
    async with AsyncMongoClient(real_servers.mongo_url, uuidRepresentation="standard") as client:
        watched = client[mongo_database]
        await watched.command("profile", 2)

        await doors.find({"colour": "red"}, sort=sort, limit=PAGE)

        await watched.command("profile", 0)
        (seen,) = [each async for each in watched["system.profile"].find({"command.find": "doors"})]
    assert (seen["docsExamined"], "hasSortStage" in seen) == (PAGE + 1, False)
