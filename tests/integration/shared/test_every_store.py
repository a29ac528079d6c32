"""One suite for every place in which aggregates are kept: memory and MongoDB."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from pydantic import AliasPath, BaseModel, ConfigDict, Field

from shared.aggregate import Aggregate, Change, NotFound, Refused
from shared.contracts.event import Event, Instant, Part
from shared.kernel.batch import Work
from shared.kernel.documents import Derived
from shared.kernel.group_commit import GroupCommit
from shared.kernel.mongodb import Database
from shared.store import AllOf, Beginning, Between, Index, OneOf, OtherList, Store
from shared.testing import SEALS, InMemoryDatabase, Outbox, cause, opened

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)


class Painted(Event, key="workshop.painted.v1"):
    """A door has a colour."""

    colour: str


class Hinge(Part):
    metal: str
    size: int


class Fittings(Part):
    lock: str
    hinges: tuple[Hinge, ...] = ()


class Door(Aggregate):
    number: str | None = None
    colour: str = "none"
    width: int = 0
    tags: tuple[str, ...] = ()
    text: str = ""
    fittings: Fittings | None = None
    painted_at: Instant | None = None

    def paint(self, colour: str) -> Change["Door"]:
        if self.colour == "black":
            raise Refused("a black door stays black", "black")
        return Change(self.but(colour=colour), (Painted(colour=colour),))


class Doors(Store[Door]):
    collection = "doors"
    kind = Door
    indexes = (Index("number", unique=True), Index("colour", "width"))


class Place:
    """A store under test, its outbox, and a group commit that runs."""

    def __init__(self, database: Any, outbox: Outbox, second: Any, bounded: bool) -> None:
        self.doors = Doors(database)
        self.twin = Doors(second)
        self.outbox = outbox
        self.group_commit: GroupCommit = database.group_commit
        self.bounded = bounded

    @property
    def announced(self) -> list[Event]:
        return [opened(envelope) for envelope in self.outbox.envelopes]


@pytest.fixture(params=["memory", "mongo"])
async def place(request: pytest.FixtureRequest) -> AsyncIterator[Place]:
    if request.param == "memory":
        database = InMemoryDatabase()
        yield Place(database, database.outbox, database, bounded=False)
        return
    servers, name = request.getfixturevalue("real_servers"), request.getfixturevalue("mongo_database")
    outbox = Outbox()
    commits = [GroupCommit(outbox), GroupCommit(outbox)]
    databases = [Database(servers.mongo_url, name, each, SEALS) for each in commits]
    running = [asyncio.create_task(each.run()) for each in commits]
    place = Place(databases[0], outbox, databases[1], bounded=True)
    await databases[0].prepare()
    yield place
    for task in running:
        task.cancel()
    for database in databases:
        database.close()


async def born(place: Place, **fields: Any) -> Door:
    return await place.doors.create(Change(Door(id=uuid4(), **fields)), cause())


async def test_what_is_created_can_be_read_back_as_it_was(place: Place) -> None:
    door = Door(id=uuid4(), number="D-1", width=90, tags=("oak", "left")).awaiting("check", NOW)

    assert await place.doors.create(Change(door), cause()) == door
    assert await place.doors.get(door.id) == door


async def test_an_unknown_id_is_not_found(place: Place) -> None:
    with pytest.raises(NotFound):
        await place.doors.get(uuid4())
    with pytest.raises(NotFound):
        await place.doors.apply(uuid4(), lambda door: door.paint("red"), cause())


async def test_a_decision_changes_the_state_and_announces_its_events(place: Place) -> None:
    door = await born(place)

    painted = await place.doors.apply(door.id, lambda door: door.paint("red"), cause())

    assert painted == door.but(colour="red") == await place.doors.get(door.id)
    assert place.announced == [Painted(colour="red")]


async def test_the_same_cause_touches_an_aggregate_once(place: Place) -> None:
    door, same = await born(place), cause()

    await place.doors.apply(door.id, lambda door: door.paint("red"), same)
    again = await place.doors.apply(door.id, lambda door: door.paint("blue"), same)

    assert again.colour == "red"
    assert place.announced == [Painted(colour="red")]


async def test_the_same_cause_thirty_times_at_once_has_one_effect(place: Place) -> None:
    door, same = await born(place), cause()

    await asyncio.gather(*(place.doors.apply(door.id, lambda door: door.paint("red"), same) for _ in range(30)))

    assert place.announced == [Painted(colour="red")]


async def test_a_birth_from_the_same_cause_is_the_same_birth(place: Place) -> None:
    same = cause()
    first = await place.doors.create(Change(Door(id=same.derive("door"))), same)

    assert await place.doors.create(Change(Door(id=same.derive("door"))), same) == first


async def test_a_birth_under_a_taken_id_is_refused(place: Place) -> None:
    door = await born(place)

    with pytest.raises(Refused) as refusal:
        await place.doors.create(Change(Door(id=door.id)), cause())
    assert refusal.value.code == "already_exists"


async def test_a_taken_unique_field_is_refused_with_its_name(place: Place) -> None:
    await born(place, number="D-7")

    with pytest.raises(Refused) as refusal:
        await born(place, number="D-7")
    assert (refusal.value.code, refusal.value.detail) == ("duplicate", "number 'D-7' is taken already")


async def test_many_aggregates_may_lack_a_unique_field(place: Place) -> None:
    await born(place)
    await born(place)

    assert await place.doors.count() == 2


async def test_a_key_used_for_another_request_is_refused(place: Place) -> None:
    door = await born(place)
    one, other = uuid4(), uuid4()
    key = uuid4()
    await place.doors.apply(door.id, lambda door: door.paint("red"), cause(id=key, fingerprint=one))

    with pytest.raises(Refused) as refusal:
        await place.doors.apply(door.id, lambda door: door.paint("blue"), cause(id=key, fingerprint=other))
    assert refusal.value.code == "idempotency_key_reused"


async def test_a_request_has_no_second_effect_for_a_day_however_much_happens_meanwhile(place: Place) -> None:
    door = await born(place)
    key, wish, others = uuid4(), uuid4(), 250

    def wider(door: Door) -> Change[Door]:
        return Change(door.but(width=door.width + 1))

    async def asked(id: UUID, fingerprint: UUID, at: datetime) -> int:
        return (await place.doors.apply(door.id, wider, cause(at, id=id, fingerprint=fingerprint))).width

    first = await asked(key, wish, NOW)
    for _ in range(others):
        await asked(uuid4(), uuid4(), NOW + timedelta(hours=23))
    assert await asked(key, wish, NOW + timedelta(hours=23)) == first + others, "absorbed"
    with pytest.raises(Refused, match="used before with another request"):
        await asked(key, uuid4(), NOW + timedelta(hours=23))

    await asked(uuid4(), uuid4(), NOW + timedelta(hours=25))
    assert await asked(key, wish, NOW + timedelta(hours=25)) == first + others + 2, "it is new again"
    (found,) = (await place.doors.documents.read((door.id,))).values()
    assert found.whole


async def test_an_early_fact_begins_the_aggregate(place: Place) -> None:
    blank = Door(id=uuid4())

    assert (await place.doors.apply(blank.id, lambda door: door.paint("red"), cause(), start=blank)).colour == "red"
    assert (await place.doors.apply(blank.id, lambda door: door.paint("blue"), cause(), start=blank)).colour == "blue"


async def test_a_refusal_leaves_nothing_behind(place: Place) -> None:
    door = await born(place, colour="black")
    refused = cause()

    with pytest.raises(Refused):
        await place.doors.apply(door.id, lambda door: door.paint("red"), refused)

    assert await place.doors.get(door.id) == door
    assert place.announced == []


async def test_fifty_writers_on_one_aggregate_all_succeed(place: Place) -> None:
    door = await born(place)

    def widen(door: Door) -> Change[Door]:
        return Change(door.but(width=door.width + 1))

    stores = [place.doors, place.twin]
    await asyncio.gather(*(stores[turn % 2].apply(door.id, widen, cause()) for turn in range(50)))

    assert (await place.doors.get(door.id)).width == 50


async def test_event_ids_follow_from_the_aggregate_and_its_version(place: Place) -> None:
    door = await born(place)
    await place.doors.apply(door.id, lambda door: door.paint("red"), cause())
    await place.doors.apply(door.id, lambda door: door.paint("blue"), cause())

    sequences = [envelope.sequence for envelope in place.outbox.envelopes]
    assert sequences == [2, 3]
    assert len({envelope.id for envelope in place.outbox.envelopes}) == 2


async def test_lists_are_filtered_sorted_and_paged(place: Place) -> None:
    for width in (90, 70, 80, 100):
        await born(place, colour="red", width=width)
    await born(place, colour="blue", width=60)

    first = await place.doors.find({"colour": "red"}, sort="-width", limit=3)
    rest = await place.doors.find({"colour": "red"}, sort="-width", limit=3, after=first.next)

    assert [door.width for door in first.items] == [100, 90, 80]
    assert ([door.width for door in rest.items], rest.next) == ([70], None)


async def test_a_range_takes_in_its_low_end_and_not_its_high_end(place: Place) -> None:
    for width in (1, 2, 3):
        await born(place, width=width)

    assert [door.width for door in (await place.doors.find({"width": Between(1, 3)}, sort="width")).items] == [1, 2]
    assert [door.width for door in (await place.doors.find({"width": OneOf(1, 3)}, sort="width")).items] == [1, 3]
    assert await place.doors.count({"width": Between(2)}) == 2


async def test_all_of_finds_lists_that_hold_every_value(place: Place) -> None:
    both = await born(place, tags=("left", "oak", "old"))
    await born(place, tags=("oak",))
    await born(place)

    assert (await place.doors.find({"tags": AllOf("oak", "left")})).items == (both,)
    assert await place.doors.count({"tags": AllOf("oak")}) == 2
    assert await place.doors.count({"tags": AllOf("oak", "pine")}) == 0


async def test_a_list_is_found_by_what_one_of_its_values_begins_with_or_by_one_of_several(place: Place) -> None:
    both = await born(place, tags=("0008+1", "oak"))
    await born(place, tags=("10008", "pine"))
    untold = await born(place, tags=("0009", "00"))

    async def found(wanted: Any) -> tuple[Door, ...]:
        page = await place.doors.find({"tags": wanted})
        assert await place.doors.count({"tags": wanted}) == len(page.items)
        return page.items

    assert await found(Beginning("0008")) == (both,)
    assert await found(Beginning("0008+")) == (both,)
    assert await found(Beginning("000.")) == ()
    assert set(await found(Beginning("000"))) == {both, untold}
    assert set(await found(OneOf("00", Beginning("0008")))) == {both, untold}
    assert await found(AllOf(Beginning("000"), OneOf("oak", "pine"))) == (both,)
    assert await found(AllOf("oak", OneOf("pine", Beginning("0008")))) == (both,)
    assert await found(AllOf("oak", Beginning("1000"))) == ()
    assert await found(AllOf(OneOf("oak", "pine", "00"), OneOf(Beginning("0009"), "none"))) == (untold,)


async def test_a_condition_that_is_none_does_not_count_and_what_lacks_a_field_is_asked_for(place: Place) -> None:
    named, bare = await born(place, number="D-1", width=1), await born(place, width=2)

    everything = {"number": None, "colour": None, "width": Between(None, None)}
    assert (await place.doors.find(everything, sort="width")).items == (named, bare)
    assert await place.doors.count(everything) == 2
    assert [door async for door in place.doors.each({"colour": None, "number": OneOf(None)})] == [bare]


class Row(BaseModel):
    """A door in a list."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: UUID
    version: int
    colour: str
    lock: str | None = Field(default="none", validation_alias=AliasPath("fittings", "lock"))
    hinge: str | None = Field(default=None, validation_alias=AliasPath("fittings", "hinges", 0, "metal"))
    since: datetime | None = Field(default=None, validation_alias="painted_at")


async def test_rows_have_the_fields_that_they_name_and_no_others(place: Place) -> None:
    fittings = Fittings(lock="L-1", hinges=(Hinge(metal="brass", size=3), Hinge(metal="steel", size=4)))
    oak = await born(place, colour="red", fittings=fittings, painted_at=NOW)
    oak = await place.doors.apply(oak.id, lambda door: door.paint("blue"), cause())
    bare = await born(place, colour="green", fittings=None)

    page = await place.doors.rows(Row, {"colour": OneOf("blue", "green")}, sort="colour")

    assert page.items == (
        Row.model_construct(id=oak.id, version=2, colour="blue", lock="L-1", hinge="brass", since=NOW),
        Row.model_construct(id=bare.id, version=1, colour="green", lock="none", hinge=None, since=None),
    )


async def test_rows_are_filtered_sorted_and_paged_as_aggregates_are(place: Place) -> None:
    for width in (90, 70, 80, 100):
        await born(place, colour="red", width=width)
    await born(place, colour="blue", width=60)

    class Narrow(BaseModel):
        colour: str

    for sort in ("-width", "width", "id", "-id", "fittings.lock", "colour"):
        found, shown = [], []
        whole, rows = None, None
        for _ in range(2):
            doors = await place.doors.find({"colour": "red", "number": None}, sort=sort, after=whole, limit=2)
            page = await place.doors.rows(Row, {"colour": "red", "number": None}, sort=sort, after=rows, limit=2)
            narrow = await place.doors.rows(Narrow, {"colour": "red"}, sort=sort, after=rows, limit=2)
            assert page.next == doors.next == narrow.next
            found, shown = [*found, *doors.items], [*shown, *page.items]
            whole = rows = page.next
        assert ([row.id for row in shown], whole) == ([door.id for door in found], None)


async def test_a_list_field_is_found_by_its_elements(place: Place) -> None:
    oak = await born(place, tags=("oak", "left"))
    await born(place, tags=("pine",))

    assert (await place.doors.find({"tags": "oak"})).items == (oak,)


async def test_an_operator_in_a_value_is_only_a_text(place: Place) -> None:
    await born(place, text="secret")

    assert (await place.doors.find({"text": '{"$gt": ""}'})).items == ()
    with pytest.raises(TypeError):
        await place.doors.find({"text": {"$gt": ""}})


async def test_a_forged_cursor_is_refused(place: Place) -> None:
    for cursor in ("nonsense", "eyIkZ3QiOiAxfQ=="):
        with pytest.raises(Refused) as refusal:
            await place.doors.find(after=cursor)
        assert refusal.value.code == "bad_cursor"


async def test_a_cursor_goes_on_with_the_list_that_returned_it_and_no_other(place: Place) -> None:
    for width in (90, 70, 80):
        await born(place, colour="red", width=width)
    reds: dict[str, Any] = {"colour": OneOf("red", "blue"), "painted_at": None, "width": Between(60, 200)}

    begun = (await place.doors.find(reds, sort="width", limit=1)).next
    same = {"width": Between(60, 200), "colour": OneOf("blue", "red")}
    assert [door.width for door in (await place.doors.find(same, sort="width", after=begun)).items] == [80, 90]

    others: tuple[tuple[dict[str, Any], str], ...] = (
        (reds, "-width"),
        (reds, "colour"),
        (reds, "id"),
        ({}, "width"),
        ({**reds, "colour": OneOf("red")}, "width"),
        ({**reds, "colour": AllOf("red", "blue")}, "width"),
        ({**reds, "colour": OneOf("red", Beginning("blue"))}, "width"),
        ({**reds, "width": Between(60, 201)}, "width"),
        ({**reds, "number": OneOf(None)}, "width"),
    )
    for where, sort in others:
        with pytest.raises(OtherList):
            await place.doors.find(where, sort=sort, after=begun)
        with pytest.raises(OtherList):
            await place.doors.rows(Row, where, sort=sort, after=begun)


async def test_a_list_that_ends_now_goes_on_a_moment_later(place: Place) -> None:
    for minutes in (1, 2, 3):
        await born(place, painted_at=NOW + timedelta(minutes=minutes))

    def until(minutes: int) -> dict[str, Between]:
        return {"painted_at": Between(None, NOW + timedelta(minutes=minutes), by_now=True)}

    first = await place.doors.find(until(3), sort="painted_at", limit=1)
    second = await place.doors.find(until(4), sort="painted_at", after=first.next)
    assert [door.painted_at for door in (*first.items, *second.items)] == [
        NOW + timedelta(minutes=minutes) for minutes in (1, 2, 3)
    ]


async def test_each_walks_over_all_of_them_in_order(place: Place) -> None:
    for width in (3, 1, 2):
        await born(place, width=width)

    assert [door.width async for door in place.doors.each(sort="width")] == [1, 2, 3]


async def test_the_earliest_deadline_is_the_one_that_is_due(place: Place) -> None:
    door = Door(id=uuid4()).awaiting("late", NOW + timedelta(days=2)).awaiting("soon", NOW + timedelta(days=1))
    await place.doors.create(Change(door), cause())

    assert await place.doors.documents.next_due() == NOW + timedelta(days=1)
    assert await place.doors.documents.due(NOW, 10) == []
    assert [row.id for row in await place.doors.documents.due(NOW + timedelta(days=1), 10)] == [door.id]


async def test_what_is_due_among_some_documents_is_asked_for_without_the_others(place: Place) -> None:
    one, other = (Door(id=uuid4()).awaiting("late", NOW + timedelta(days=days)) for days in (1, 2))
    for door in (one, other):
        await place.doors.create(Change(door), cause())
    documents, later = place.doors.documents, NOW + timedelta(days=3)

    assert await documents.next_due(among=[other.id]) == NOW + timedelta(days=2)
    assert [row.id for row in await documents.due(later, 10, among=[other.id])] == [other.id]
    assert (await documents.next_due(among=[]), await documents.due(later, 10, among=[])) == (None, [])


async def test_published_events_are_cleared_by_their_round(place: Place) -> None:
    door = await born(place)
    await place.doors.apply(door.id, lambda door: door.paint("red"), cause())
    documents = place.doors.documents
    later = datetime.now(UTC) + timedelta(seconds=1)

    [row] = await documents.unpublished(later, 10)
    assert (await documents.backlog(10))[0] == 1
    await documents.clear((door.id,), row.outbox[0].round)

    assert await documents.unpublished(later, 10) == []
    assert (await documents.backlog(10)) == (0, None)


async def test_an_error_stays_with_the_work_that_caused_it(place: Place) -> None:
    doors = [await born(place) for _ in range(3)]
    results: list[Any] = []

    def too_large(door: Door) -> Change[Door]:
        return Change(door.but(text="x" * 17_000_000))

    def broken(door: Door) -> Change[Door]:
        raise RuntimeError("broken")

    def huge(door: Door) -> Change[Door]:
        return Change(door.but(width=2**80))

    decisions = [lambda door: door.paint("red"), broken, huge, too_large, lambda door: door.paint("blue")]
    touches = [place.doors.touch(doors[turn % 3].id, decide) for turn, decide in enumerate(decisions)]
    await place.group_commit.commit_all([Work(cause(), (touch,), results.append) for touch in touches])

    kinds = sorted(type(result).__name__ if isinstance(result, Exception) else "settled" for result in results)
    unfit = ["Refused", "Refused"] if place.bounded else ["settled", "settled"]
    assert kinds == sorted([*unfit, "RuntimeError", "settled", "settled"])
    assert [(await place.doors.get(door.id)).colour for door in doors] == ["red", "blue", "none"]


async def test_what_is_derived_is_written_unless_what_is_there_follows_from_a_later_version(place: Place) -> None:
    id, documents = uuid4(), place.doors.documents
    state = Door(id=id, colour="red").model_dump(mode="json")

    await documents.derive([Derived(id, 2, state), Derived(uuid4(), 1, state | {"colour": "blue"})])
    await documents.derive([Derived(id, 1, state | {"colour": "old"}), Derived(id, 2, state | {"colour": "same"})])
    assert (await documents.read((id,)))[id].state["colour"] == "red"

    await documents.derive([Derived(id, 3, state | {"colour": "new"})])
    await documents.derive([])
    assert (await documents.read((id,)))[id].state["colour"] == "new"
    assert await place.doors.count() == 2
