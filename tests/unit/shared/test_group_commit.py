"""Group commit: several decisions travel together, and an error stays with the one that caused it."""

import asyncio
import gc
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID, uuid4, uuid5

import pytest

from shared.aggregate import Aggregate, Change, Contention, NotFound, Refused, Unavailable
from shared.contracts.event import Event
from shared.kernel.batch import Work
from shared.kernel.documents import Conflict, Document, Write
from shared.kernel.group_commit import ATTEMPTS, GroupCommit
from shared.parking.store import Parking
from shared.store import Store, Touch
from shared.testing import InMemoryDatabase, InMemoryDocuments, Outbox, cause, opened


class Stamped(Event, key="post.stamped.v1"):
    """A letter got a stamp."""

    stamp: str


class Parcel(Aggregate):
    stamps: tuple[str, ...] = ()

    def stamp(self, stamp: str) -> Change["Parcel"]:
        if stamp == "forged":
            raise Refused("this stamp is forged; buy one at the counter", "forged")
        return Change(self.but(stamps=(*self.stamps, stamp)), (Stamped(stamp=stamp),))


class Parcels(Store[Parcel]):
    collection = "parcels"
    kind = Parcel


class Unremembered(Parcels):
    remembered = False


class Counting(InMemoryDocuments):
    """Documents that count how often they are asked, and can be made to fail."""

    def __init__(self) -> None:
        super().__init__("parcels", ())
        self.reads = 0
        self.writes: list[int] = []
        self.away = 0
        self.disturbed: list[Any] = []

    async def read(self, ids: Any) -> dict[UUID, Document]:
        self.reads += 1
        if self.away:
            self.away -= 1
            raise Unavailable("away")
        return await super().read(ids)

    async def write(self, writes: Any) -> Any:
        self.writes.append(len(writes))
        if self.disturbed:
            await self.disturbed.pop()()
        return await super().write(writes)


class PostOffice:
    """Parcels, whose reads are counted, and the commit that stamps them."""

    def __init__(self, **limits: float) -> None:
        self.database = InMemoryDatabase()
        self.documents = Counting()
        self.database.collections["parcels"] = self.documents
        self.outbox = Outbox()
        self.commits = self.database.group_commit = GroupCommit(self.outbox, **limits)
        self.parcels = Parcels(self.database)
        self.results: list[Any] = []

    def work(self, *touches: Touch[Any], because: Any = None) -> Work:
        return Work(because or cause(), touches, self.results.append)

    def stamping(self, id: UUID, stamp: str) -> Touch[Parcel]:
        return self.parcels.touch(id, lambda parcel: parcel.stamp(stamp))

    async def parcel(self) -> UUID:
        """One that another process has written."""
        id = uuid4()
        await GroupCommit(Outbox()).commit_all([self.work(self.parcels.birth(Change(Parcel(id=id))))])
        self.results.clear()
        self.documents.reads, self.documents.writes = 0, []
        return id

    @property
    def announced(self) -> list[Event]:
        return [opened(envelope) for envelope in self.outbox.envelopes]


async def test_decisions_on_one_aggregate_are_folded_in_order_into_one_write() -> None:
    post = PostOffice()
    id = await post.parcel()

    await post.commits.commit_all([post.work(post.stamping(id, stamp)) for stamp in ("a", "b", "c")])

    assert (await post.parcels.get(id)).stamps == ("a", "b", "c")
    assert [result[0].stamps for result in post.results] == [("a",), ("a", "b"), ("a", "b", "c")]
    assert (post.documents.writes, post.announced) == ([1], [Stamped(stamp=stamp) for stamp in ("a", "b", "c")])
    assert [envelope.sequence for envelope in post.outbox.envelopes] == [2, 3, 4]


class Sacks(Parcels):
    collection = "sacks"


async def test_aggregates_of_two_collections_may_share_an_id_and_their_events_do_not() -> None:
    post = PostOffice()
    sacks, id = Sacks(post.database), uuid4()

    for store in (post.parcels, sacks):
        await post.commits.commit_all([post.work(store.birth(Change(Parcel(id=id))))])
        await post.commits.commit_all([post.work(store.touch(id, lambda parcel: parcel.stamp("a")))])

    parcel, sack = post.outbox.envelopes
    assert [each.subject for each in (parcel, sack)] == [id, id]
    assert [each.sequence for each in (parcel, sack)] == [2, 2]
    assert parcel.id == uuid5(id, "post.stamped.v1/parcels/2.0")
    assert sack.id == uuid5(id, "post.stamped.v1/sacks/2.0")
    assert (await post.parcels.get(id)).stamps == (await sacks.get(id)).stamps == ("a",)


async def test_many_aggregates_share_one_read_and_one_write() -> None:
    post = PostOffice()
    ids = [await post.parcel() for _ in range(5)]
    post.documents.reads = 0

    await post.commits.commit_all([post.work(post.stamping(id, "a")) for id in ids])

    assert (post.documents.reads, post.documents.writes) == (1, [5])


async def test_a_birth_needs_no_read() -> None:
    post = PostOffice()

    await post.commits.commit_all([post.work(post.parcels.birth(Change(Parcel(id=uuid4()))))])

    assert (post.documents.reads, post.documents.writes) == (0, [1])


async def test_a_refusal_stays_with_its_cause_and_the_others_go_on() -> None:
    post = PostOffice()
    id = await post.parcel()

    await post.commits.commit_all([post.work(post.stamping(id, stamp)) for stamp in ("a", "forged", "b")])

    assert [getattr(result, "code", "concluded") for result in post.results] == ["concluded", "forged", "concluded"]
    assert (await post.parcels.get(id)).stamps == ("a", "b")


async def test_a_work_with_several_touches_is_concluded_when_all_are() -> None:
    post = PostOffice()
    first, second = await post.parcel(), await post.parcel()

    await post.commits.commit_all([post.work(post.stamping(first, "a"), post.stamping(second, "b"))])

    assert [[parcel.stamps for parcel in result] for result in post.results] == [[("a",), ("b",)]]


async def test_a_work_whose_one_touch_fails_reports_it_and_keeps_the_other() -> None:
    post = PostOffice()
    first, missing = await post.parcel(), uuid4()
    same = cause()

    await post.commits.commit_all([post.work(post.stamping(first, "a"), post.stamping(missing, "b"), because=same)])
    assert [type(result) for result in post.results] == [NotFound]

    await post.commits.commit_all([post.work(post.parcels.birth(Change(Parcel(id=missing))))])
    await post.commits.commit_all([post.work(post.stamping(first, "a"), post.stamping(missing, "b"), because=same)])
    assert ((await post.parcels.get(first)).stamps, (await post.parcels.get(missing)).stamps) == (("a",), ("b",))


async def test_a_work_that_wants_nothing_is_concluded_at_once() -> None:
    post = PostOffice()

    await post.commits.commit_all([post.work()])

    assert post.results == [[]]


async def test_a_database_that_was_away_is_asked_again() -> None:
    post = PostOffice()
    id = await post.parcel()
    post.documents.away = 3

    await post.commits.commit_all([post.work(post.stamping(id, "a"))])

    assert [result[0].stamps for result in post.results] == [("a",)]


async def test_a_conflict_is_decided_again_on_what_the_other_wrote() -> None:
    post = PostOffice()
    id = await post.parcel()

    async def somebody_else() -> None:
        row = post.documents.rows[id]
        other = Parcel(id=id, stamps=("other",)).model_dump(mode="json")
        await InMemoryDocuments.write(post.documents, [Write(id, row.version, 1, other, None, [], [uuid4()], [])])

    post.documents.disturbed = [somebody_else]
    await post.commits.commit_all([post.work(post.stamping(id, "mine"))])

    assert (await post.parcels.get(id)).stamps == ("other", "mine")
    assert post.announced == [Stamped(stamp="mine")]


async def test_endless_conflicts_end_as_contention(monkeypatch: pytest.MonkeyPatch) -> None:
    post = PostOffice()
    id = await post.parcel()

    async def always_disturbed(writes: Any) -> list[Exception]:
        return [Conflict() for _ in writes]

    monkeypatch.setattr(post.documents, "write", always_disturbed)
    await post.commits.commit_all([post.work(post.stamping(id, "a"))])

    assert [type(result) for result in post.results] == [Contention]


async def test_whoever_insists_outlasts_the_contention(monkeypatch: pytest.MonkeyPatch) -> None:
    post = PostOffice()
    id = await post.parcel()
    write = post.documents.write
    disturbances = iter(range(ATTEMPTS))

    async def disturbed_at_first(writes: Any) -> Any:
        return await write(writes) if next(disturbances, None) is None else [Conflict() for _ in writes]

    monkeypatch.setattr(post.documents, "write", disturbed_at_first)
    running = asyncio.create_task(post.commits.run())
    stamped = await post.commits.commit_or_wait(cause(), post.stamping(id, "a"))
    running.cancel()

    assert stamped.stamps == ("a",)


async def test_what_was_written_a_moment_ago_is_not_read_back() -> None:
    post = PostOffice()
    id = await post.parcel()

    for stamp in ("a", "b", "c"):
        await post.commits.commit_all([post.work(post.stamping(id, stamp))])

    assert (post.documents.reads, post.documents.writes) == (1, [1, 1, 1])
    assert (await post.parcels.get(id)).stamps == ("a", "b", "c")
    assert [envelope.sequence for envelope in post.outbox.envelopes] == [2, 3, 4]


async def test_what_another_has_written_since_is_decided_on_all_the_same() -> None:
    post = PostOffice()
    id = await post.parcel()
    await post.commits.commit_all([post.work(post.stamping(id, "mine"))])
    await GroupCommit(Outbox()).commit_all([post.work(post.stamping(id, "other's"))])

    await post.commits.commit_all([post.work(post.stamping(id, "mine again"))])

    assert (await post.parcels.get(id)).stamps == ("mine", "other's", "mine again")


async def test_a_refusal_is_given_for_what_is_stored_not_for_what_is_remembered() -> None:
    post = PostOffice()
    id = await post.parcel()

    def only_after_the_other(parcel: Parcel) -> Change[Parcel]:
        return parcel.stamp("mine" if "other's" in parcel.stamps else "forged")

    await post.commits.commit_all([post.work(post.stamping(id, "first"))])
    await GroupCommit(Outbox()).commit_all([post.work(post.stamping(id, "other's"))])
    await post.commits.commit_all([post.work(post.parcels.touch(id, only_after_the_other))])

    assert (await post.parcels.get(id)).stamps == ("first", "other's", "mine")


async def test_a_cause_that_was_absorbed_is_so_however_it_is_remembered() -> None:
    post = PostOffice()
    id = await post.parcel()
    same, others = cause(), cause()
    await post.commits.commit_all([post.work(post.stamping(id, "a"), because=same)])
    await GroupCommit(Outbox()).commit_all([post.work(post.stamping(id, "b"), because=others)])
    post.results.clear()

    await post.commits.commit_all([post.work(post.stamping(id, "again"), because=each) for each in (same, others)])

    assert [result[0].stamps for result in post.results] == [("a", "b"), ("a", "b")]


async def test_what_is_remembered_is_not_much_and_not_old() -> None:
    post = PostOffice()
    post.commits = GroupCommit(post.outbox, remembered=2)
    ids = [await post.parcel() for _ in range(3)]
    post.documents.reads = 0
    for stamp in ("a", "b"):
        for id in ids:
            await post.commits.commit_all([post.work(post.stamping(id, stamp))])
    assert post.documents.reads == 6

    post.commits = GroupCommit(post.outbox, remembered_for=0.0)
    for stamp in ("c", "d"):
        await post.commits.commit_all([post.work(post.stamping(ids[-1], stamp))])
    assert post.documents.reads == 8


async def test_a_state_that_cannot_be_stored_hurts_only_its_own_step_also_where_nothing_is_read_back() -> None:
    post = PostOffice()
    broken, sound = await post.parcel(), await post.parcel()
    for id in (broken, sound):
        await post.commits.commit_all([post.work(post.stamping(id, "a"))])
    post.results.clear()

    def unstorable(parcel: Parcel) -> Change[Parcel]:
        return Change(parcel.model_copy(update={"stamps": (object(),)}))

    touches = [post.parcels.touch(broken, unstorable), post.stamping(sound, "b")]
    await post.commits.commit_all([post.work(touch) for touch in touches])

    assert [type(result).__name__ for result in post.results] == ["PydanticSerializationError", "list"]
    assert [(await post.parcels.get(id)).stamps for id in (broken, sound)] == [("a",), ("a", "b")]


async def test_what_may_be_removed_and_born_again_is_never_remembered() -> None:
    post = PostOffice()
    post.parcels = Unremembered(post.database)
    id = await post.parcel()
    await post.commits.commit_all([post.work(post.stamping(id, "mine"))])
    await post.documents.remove([id])
    again = GroupCommit(Outbox())
    await again.commit_all([post.work(post.parcels.birth(Change(Parcel(id=id, stamps=("reborn",)))))])
    await again.commit_all([post.work(post.stamping(id, "other's"))])

    await post.commits.commit_all([post.work(post.stamping(id, "mine again"))])

    assert (await post.parcels.get(id)).stamps == ("reborn", "other's", "mine again")
    assert not Parking.remembered


async def test_a_document_that_cannot_be_revived_hurts_only_its_own_steps() -> None:
    post = PostOffice()
    broken, sound = await post.parcel(), await post.parcel()
    post.documents.rows[broken].state = {"id": "not an id"}

    await post.commits.commit_all([post.work(post.stamping(broken, "a")), post.work(post.stamping(sound, "b"))])

    assert [type(result).__name__ for result in post.results] == ["ValidationError", "list"]


async def test_events_that_an_earlier_process_left_behind_are_handed_on_first() -> None:
    post = PostOffice()
    id = await post.parcel()
    await post.commits.commit_all([post.work(post.stamping(id, "old"))])
    fresh = Outbox()
    restarted = GroupCommit(fresh)

    await restarted.commit_all([post.work(post.stamping(id, "new"))])

    assert [opened(envelope) for envelope in fresh.envelopes] == [Stamped(stamp="old"), Stamped(stamp="new")]


async def test_a_rehearsal_tells_the_events_and_writes_nothing() -> None:
    post = PostOffice()
    id = await post.parcel()

    events = await post.commits.rehearse(cause(), [post.stamping(id, "a")])

    assert events == [Stamped(stamp="a")]
    assert ((await post.parcels.get(id)).stamps, post.documents.writes) == ((), [])


async def test_a_full_outlet_refuses_writers_at_once() -> None:
    post = PostOffice()
    post.outbox.full = True

    with pytest.raises(Unavailable):
        await post.parcels.create(Change(Parcel(id=uuid4())), cause())


async def test_a_request_that_gave_up_is_not_committed_any_more() -> None:
    post = PostOffice(patience=0.01)
    id = await post.parcel()

    with pytest.raises(Unavailable):
        await post.parcels.apply(id, lambda parcel: parcel.stamp("late"), cause())
    running = asyncio.create_task(post.commits.run())
    await post.commits.idle.wait()
    running.cancel()

    assert (await post.parcels.get(id)).stamps == ()


class Burden:
    """What only a decision's own frame holds."""


@contextmanager
def _no_garbage_collected() -> Iterator[None]:
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


@pytest.mark.parametrize("way", ["commit", "commit_or_wait"])
async def test_what_a_refused_decision_held_is_let_go_as_soon_as_its_error_is(way: str) -> None:
    """An error names the frames that it went through: while those name it too, only a collection frees a body."""
    post = PostOffice()
    id, burdens = await post.parcel(), list[weakref.ref[Burden]]()

    def refuse(_: Parcel) -> Change[Parcel]:
        burden = Burden()
        burdens.append(weakref.ref(burden))
        raise Refused("no", "no")

    with _no_garbage_collected():
        running = asyncio.create_task(post.commits.run())
        try:
            await getattr(post.commits, way)(cause(), post.parcels.touch(id, refuse))
        except Refused as refused:
            said = refused.code
        await post.commits.idle.wait()
        await asyncio.sleep(0)  # asyncio itself holds an answer until its next turn
        held = [burden() for burden in burdens]
        running.cancel()

    assert (said, held) == ("no", [None])
