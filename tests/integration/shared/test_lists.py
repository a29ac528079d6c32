"""The tenth page costs no more than the first: nothing that was shown before it is looked at again."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import pytest
from pydantic import BaseModel
from pymongo import MongoClient

from kefu_local.servers import Servers
from shared.aggregate import Aggregate, Change
from shared.kernel.group_commit import GroupCommit
from shared.kernel.mongodb import Database
from shared.store import Between, Index, Page, Store
from shared.testing import SEALS, Outbox, cause

PAGE = 10
TIED = 5


class Brick(Aggregate):
    wall: str
    layer: int
    marks: tuple[str, ...] = ()


class Bricks(Store[Brick]):
    collection = "bricks"
    kind = Brick
    indexes = (Index("wall", "layer"), Index("layer"), Index("marks", "layer"))


class Row(BaseModel):
    id: UUID
    wall: str


async def whole(bricks: Bricks, where: dict[str, Any], **page: Any) -> Page[Brick]:
    return await bricks.find(where, **page)


async def rows(bricks: Bricks, where: dict[str, Any], **page: Any) -> Page[Row]:
    return await bricks.rows(Row, where, **page)


@pytest.mark.parametrize("list_bricks", [whole, rows])
@pytest.mark.parametrize(
    ("where", "sort"),
    [
        ({}, "layer"),
        ({}, "-layer"),
        ({"layer": Between(5, 15)}, "layer"),
        ({"wall": "north"}, "layer"),
        ({"wall": "north"}, "-layer"),
        ({"marks": "red"}, "layer"),
    ],
)
async def test_every_page_of_a_list_is_found_in_order(
    real_servers: Servers, mongo_database: str, where: dict[str, Any], sort: str, list_bricks: Any
) -> None:
    group_commit = GroupCommit(Outbox(), 500)
    database = Database(real_servers.mongo_url, mongo_database, group_commit, SEALS)
    bricks = Bricks(database)
    await database.prepare()
    laying = asyncio.create_task(group_commit.run())
    wall = [
        Brick(id=uuid4(), wall=wall, layer=n // TIED, marks=("red", "chipped") if n % 3 else ())
        for wall in ("north", "south")
        for n in range(400)
    ]
    await asyncio.gather(*(bricks.create(Change(brick), cause()) for brick in wall))

    with MongoClient[dict[str, Any]](real_servers.mongo_url) as client:
        profiled = client[mongo_database]
        profiled.command("profile", 2)
        found, after = list[Brick | Row](), None
        for _ in range(5):
            page = await list_bricks(bricks, where, sort=sort, after=after, limit=PAGE)
            found, after = [*found, *page.items], page.next
        profiled.command("profile", 0)
        steps = list(profiled["system.profile"].find({"op": "query"}))
    laying.cancel()
    database.close()

    assert len({brick.id for brick in found}) == 5 * PAGE
    assert [step["nreturned"] for step in steps] == [PAGE + 1] * 5
    assert max(step["docsExamined"] for step in steps) <= PAGE + 1 + 2 * TIED
    assert not any(step.get("hasSortStage") for step in steps)
