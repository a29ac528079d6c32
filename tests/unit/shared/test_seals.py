"""What is stored is sealed with a key that the database does not have."""

from collections.abc import Callable
from datetime import UTC, datetime, time
from importlib import import_module
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.aggregate import Aggregate, Change
from shared.audit.trail import Asked
from shared.calendar import Daily
from shared.contracts.aftersales import RecordTamperDetectedByAftersales
from shared.contracts.complaints import RecordTamperDetectedByComplaints
from shared.contracts.event import Event
from shared.contracts.intake import RecordTamperDetectedByIntake
from shared.contracts.notify import RecordTamperDetectedByNotify
from shared.contracts.orders import RecordTamperDetectedByOrders
from shared.contracts.roles import Role
from shared.kernel.documents import Document
from shared.kernel.seals import BEFORE_KEPT, Content, Seal, SealKeys
from shared.seals.check import ID, SealCheck
from shared.seals.checkpoints import RestoreAcceptance
from shared.seals.verification import Evidence, SealFinding
from shared.service import Service
from shared.settings import ServiceSettings
from shared.store import Store
from shared.testing import InMemoryDatabase, World, cause, in_memory, nowhere
from shared.timers import Recurrence, Recurrences

OLD, NEW = f"old:{'a' * 32}", f"new:{'b' * 32}"
KEYS = SealKeys.read(NEW, "orders")
contents = st.builds(
    Content, st.text(max_size=9), st.uuids(), st.integers(0, 2**40), st.binary(max_size=40), st.binary(max_size=40)
)
moments = st.integers(0, 2**45)
versions = st.lists(st.integers(0, 2**40), max_size=3)


@given(contents, contents, moments, versions)
def test_a_seal_holds_for_what_was_sealed_and_for_nothing_else(
    content: Content, other: Content, at: int, altered: list[int]
) -> None:
    seal = KEYS.seal(content, at, None, altered=altered)
    assert KEYS.holds(seal, content)
    assert KEYS.holds(seal, other) == (other == content)


@given(contents, moments, moments, versions, versions)
def test_a_seal_holds_with_its_own_fields_alone(
    content: Content, at: int, other: int, altered: list[int], others: list[int]
) -> None:
    seal = KEYS.seal(content, at, KEYS.seal(content, at, None), altered=altered)
    assert KEYS.holds(seal, content)
    for forged in (
        Seal(seal.key, seal.mac, other, seal.before, seal.altered),
        Seal(seal.key, seal.mac, seal.at, seal.before, tuple(dict.fromkeys(others))),
        Seal(seal.key, seal.mac, seal.at, b"", seal.altered),
        Seal(seal.key, seal.mac, seal.at, None, seal.altered),
        Seal(seal.key, seal.mac[::-1], seal.at, seal.before, seal.altered),
        Seal("old", seal.mac, seal.at, seal.before, seal.altered),
    ):
        assert KEYS.holds(forged, content) == (forged == seal)


@given(contents, moments)
def test_the_newest_key_signs_and_every_known_one_verifies(content: Content, at: int) -> None:
    before = SealKeys.read(OLD, "orders").seal(content, at, None)
    rotated = SealKeys.read(f"{NEW}, {OLD}", "orders")
    after = rotated.seal(content, at, before)
    assert (before.key, after.key) == ("old", "new")
    assert rotated.holds(before, content)
    assert rotated.holds(after, content)
    assert not KEYS.holds(before, content)


@given(contents, moments)
def test_what_one_service_has_sealed_does_not_hold_in_another(content: Content, at: int) -> None:
    assert not SealKeys.read(NEW, "intake").holds(KEYS.seal(content, at, None), content)


def test_a_seal_tells_whether_a_write_is_among_those_before_it_as_far_as_it_reaches() -> None:
    seals = [KEYS.seal(Content("orders", UUID(int=1), 1, b"1"), 1, None)]
    for version in range(2, BEFORE_KEPT + 3):
        seals.append(KEYS.seal(Content("orders", UUID(int=1), version, b"n"), version, seals[-1]))
    assert [seals[-1].follows(each.mac) for each in seals] == [None, *[True] * (BEFORE_KEPT + 1)]
    assert seals[3].follows(b"x" * 16) is False
    assert seals[-1].follows(b"x" * 16) is None


@pytest.mark.parametrize("text", ["", "no-colon", f":{'a' * 32}", f"a:{'a' * 31}", f"{OLD},{OLD}"])
def test_keys_that_are_none_are_refused_and_not_shown(text: str) -> None:
    with pytest.raises(ValueError, match=r"id:key|bytes") as refused:
        SealKeys.read(text, "orders")
    assert "aaa" not in str(refused.value)


class Box(Aggregate):
    content: str = ""


class Boxes(Store[Box]):
    collection = "boxes"
    kind = Box


class Room:
    """Boxes in a database in memory, four of them, a checkpoint made."""

    def __init__(self) -> None:
        self.database = InMemoryDatabase()
        self.boxes = Boxes(self.database)
        self.evidence = Evidence(self.database)
        self.rows: dict[UUID, Document] = self.database.collections["boxes"].rows

    async def furnish(self) -> list[UUID]:
        ids = sorted(uuid4() for _ in range(4))
        for id in ids:
            await self.boxes.create(Change(Box(id=id)), cause())
            await self.fill(id, "first")
        assert await self.check() == []
        return ids

    async def fill(self, id: UUID, content: str) -> None:
        await self.boxes.apply(id, lambda box: Change(box.but(content=content)), cause())

    async def check(self) -> list[tuple[str, int | None]]:
        async def beat() -> None:
            return None

        _, findings = await self.evidence.check(beat, rest=0)
        assert {each.collection for each in findings} <= {"boxes"}
        return [(each.record, each.version) for each in findings]

    async def find(self) -> list[tuple[str, int | None]]:
        parts = [part async for part in self.evidence.everything("boxes")]
        return [(each.record, each.version) for part in parts for each in part.findings]


def _changed(rows: dict[UUID, Document], id: UUID, other: UUID) -> None:
    rows[id].state["content"] = "forged"


def _absorbed(rows: dict[UUID, Document], id: UUID, other: UUID) -> None:
    rows[id].causes.append(uuid4())


def _counted_up(rows: dict[UUID, Document], id: UUID, other: UUID) -> None:
    rows[id].version += 1


def _removed(rows: dict[UUID, Document], id: UUID, other: UUID) -> None:
    del rows[id]


def _under_another_id(rows: dict[UUID, Document], id: UUID, other: UUID) -> None:
    rows[id] = Document(id, 2, rows[other].state, rows[other].causes, [], rows[other].seal)


WAYS: list[tuple[Callable[[dict[UUID, Document], UUID, UUID], None], int]] = [
    (_changed, 2),
    (_absorbed, 2),
    (_counted_up, 3),
    (_removed, 2),
    (_under_another_id, 2),
]


@pytest.mark.requirement("R043.b")
@pytest.mark.parametrize(("way", "version"), WAYS)
async def test_what_was_done_to_a_document_is_named(way: Callable[..., None], version: int) -> None:
    room = Room()
    ids = await room.furnish()
    way(room.rows, ids[2], ids[0])
    assert (str(ids[2]), version) in await room.find()
    assert {record for record, _ in await room.find()} == {str(ids[2])}
    assert {record for record, _ in await room.check()} == {str(ids[2])}
    assert {record for record, _ in await room.find()} == {str(ids[2])}, "the next checkpoint does not make it good"


async def test_a_document_that_was_taken_back_and_lived_on_is_named() -> None:
    room = Room()
    one, *_ = await room.furnish()
    old = room.rows[one]
    await room.fill(one, "second")
    assert await room.check() == []
    room.rows[one] = old
    for content in ("another second", "third"):
        await room.fill(one, content)
        assert await room.find() == [(str(one), 3)]


async def test_what_is_whole_is_found_whole_whatever_goes_on() -> None:
    room = Room()
    ids = await room.furnish()
    for turn in range(40):
        await room.fill(ids[turn % 3], f"turn {turn}")
        await room.boxes.create(Change(Box(id=uuid4())), cause())
        assert await room.find() == []
        if turn % 7 == 0:
            assert await room.check() == []


async def test_a_write_over_an_altered_document_says_for_good_that_it_was_altered() -> None:
    room = Room()
    one, *_ = await room.furnish()
    room.rows[one].state["content"] = "forged"
    for content in ("second", "third"):
        await room.fill(one, content)
    parts = [part async for part in room.evidence.everything("boxes")]
    assert [each.flaw for part in parts for each in part.findings] == [
        "its version 2 had been altered when the next was written"
    ]


class Restored:
    """A service whose recurrences were put back to an earlier copy past it; the check has named what is missing."""

    async def make(self) -> "Restored":
        settings = nowhere(ServiceSettings, seal_check_every=3600)
        self.service = Service(in_memory("boxes", settings, at=datetime(2026, 3, 2, 4, tzinfo=UTC)))
        self.world = World(self.service)
        self.watch = self.service.seal_watch
        await self.enter("kept")
        backup = dict(self.rows)
        await self.enter("lost")
        assert await self.watch.check_if_due() == []
        self.rows.clear()
        self.rows.update(backup)
        return self

    @property
    def rows(self) -> dict[UUID, Document]:
        return self.world.database.collections["recurrences"].rows

    async def enter(self, name: str) -> None:
        once = cause()
        entry = Recurrence(id=once.derive(name), name=name, rule=Daily(at=time(12)))
        await Recurrences(self.service.plumbing.database).create(Change(entry), once)

    async def seals(self) -> dict[str, Any]:
        answer: dict[str, Any] = (await self.world.ask(Role.OPERATOR, "GET", "/seals")).json()
        return answer

    async def propose(
        self, code: str, role: Role = Role.OPERATOR, reason: str = "the volume was lost"
    ) -> httpx.Response:
        body = {"backup": "dump of 03:00", "reason": reason, "code": code}
        return await self.world.ask(role, "POST", "/seals/acceptance", body, by="ops-1")

    async def confirm(self, proposal: str, by: str = "ops-2", role: Role = Role.OPERATOR) -> httpx.Response:
        return await self.world.ask(role, "POST", "/seals/acceptance/confirm", {"proposal": proposal}, by=by)

    async def accept(self) -> httpx.Response:
        """Two operators accept what is there now."""
        proposed = await self.propose((await self.seals())["checkpoint"]["code"])
        return await self.confirm(proposed.json()["proposed"]["id"])

    async def flaws(self) -> list[str]:
        found = [
            each async for part in self.service.plumbing.evidence.everything("recurrences") for each in part.findings
        ]
        return [each.flaw for each in found]


REMOVED = "it was removed; version 1 was there"


async def test_a_restored_backup_is_accepted_with_a_reason_and_verification_begins_anew_with_it() -> None:
    restored = await Restored().make()
    assert await restored.flaws() == [REMOVED]
    code = (await restored.seals())["checkpoint"]["code"]
    accepted = await restored.accept()
    acceptance = {
        "by": {"kind": "staff", "id": "ops-1", "role": "operator"},
        "at": "2026-03-02T04:00:00.000000Z",
        "reason": "the volume was lost",
        "backup": "dump of 03:00",
        "seen": code,
        "confirmed_by": {"kind": "staff", "id": "ops-2", "role": "operator"},
    }
    assert (accepted.status_code, accepted.json()["accepting"]) == (202, acceptance)

    assert await restored.watch.check_if_due() == [], "it is due now"
    assert await restored.flaws() == []
    said = await restored.seals()
    assert (said["accepted"], said["accepting"]) == ({"checkpoint": 2, "acceptance": acceptance}, None)
    trail = (await restored.service.plumbing.trail.audit.entries(Asked(kind="act"))).items
    assert {(each.who, each.route, each.status) for each in trail} == {
        ("ops-2", "/seals/acceptance/confirm", 202),
        ("ops-1", "/seals/acceptance", 202),
    }

    restored.rows.clear()
    assert await restored.flaws() == [REMOVED], "what is done after it is found as ever"


async def test_what_a_check_had_found_before_is_told_as_accepted() -> None:
    restored = await Restored().make()
    restored.watch._every *= 0
    await restored.watch.check_if_due()
    assert [(each["flaw"], each["accepted"]) for each in (await restored.seals())["reported"]] == [(REMOVED, False)]
    await restored.accept()
    await restored.watch.check_if_due()
    assert [(each["flaw"], each["accepted"]) for each in (await restored.seals())["reported"]] == [(REMOVED, True)]


async def test_checkpoints_that_went_with_the_restore_are_accepted_with_it() -> None:
    restored = await Restored().make()
    checkpoints = restored.world.database.collections["checkpoints"].rows
    restored.watch._every *= 0
    await restored.watch.check_if_due()
    first, second = sorted(checkpoints, key=lambda id: checkpoints[id].state["number"])
    del checkpoints[first]
    assert [each["record"] for each in (await restored.seals())["findings"]] == ["checkpoint 1"]
    await restored.accept()
    assert await restored.watch.check_if_due() == []
    assert (await restored.seals())["findings"] == []
    del checkpoints[second]
    assert (await restored.seals())["findings"] == [], "the row begins with the checkpoint that accepted it"


@pytest.mark.parametrize("spelling", ["ops-1", "OPS-1"])
async def test_a_restored_backup_is_accepted_by_two_operators(spelling: str) -> None:
    restored = await Restored().make()
    proposed = (await restored.propose((await restored.seals())["checkpoint"]["code"])).json()["proposed"]
    assert restored.watch._every.total_seconds() > 0
    assert await restored.watch.check_if_due() is None, "nothing is due before it is confirmed"

    own = await restored.confirm(proposed["id"], by=spelling)
    assert (own.status_code, own.json()["code"]) == (409, "four_eyes")
    assert (await restored.seals())["accepting"] is None
    assert await restored.flaws() == [REMOVED]
    assert (await restored.confirm(proposed["id"], by="ops-2")).status_code == 202


async def test_what_is_confirmed_is_the_proposal_that_was_read_and_no_later_one() -> None:
    restored = await Restored().make()
    code = (await restored.seals())["checkpoint"]["code"]
    nothing = await restored.confirm(str(uuid4()))
    read = (await restored.propose(code)).json()["proposed"]["id"]
    await restored.propose(code, reason="another reason")
    other = await restored.confirm(read)
    assert [nothing.json()["code"], other.json()["code"]] == ["nothing_to_confirm", "not_as_seen"]
    assert (await restored.confirm(read, role=Role.GM)).status_code == 403


async def test_a_check_that_comes_between_makes_both_operators_look_again() -> None:
    restored = await Restored().make()
    proposed = (await restored.propose((await restored.seals())["checkpoint"]["code"])).json()["proposed"]["id"]
    restored.watch._every *= 0
    await restored.watch.check_if_due()
    late = await restored.confirm(proposed)
    assert (late.status_code, late.json()["code"]) == (409, "nothing_to_confirm")
    assert await restored.flaws() == [REMOVED]


async def test_an_acceptance_names_the_checkpoint_that_was_seen_and_is_an_operator_s() -> None:
    restored = await Restored().make()
    before = (await restored.seals())["checkpoint"]["code"]
    restored.watch._every *= 0
    await restored.watch.check_if_due()
    refused = await restored.propose(before)
    assert (refused.status_code, refused.json()["code"]) == (409, "not_as_seen")
    assert (await restored.propose(before, Role.GM)).status_code == 403
    assert await restored.flaws() == [REMOVED]


async def test_a_document_whose_seal_does_not_hold_is_not_accepted_with_a_backup() -> None:
    restored = await Restored().make()
    next(iter(restored.rows.values())).state["name"] = "forged"
    await restored.accept()
    assert [each.flaw for each in await restored.watch.check_if_due() or ()] == ["it is not what was sealed"]
    assert await restored.flaws() == ["it is not what was sealed"]


def test_a_check_announces_what_it_did_not_know() -> None:
    moment = cause().at
    found = [SealFinding(collection="boxes", record="1", version=2, flaw="it is not what was sealed")]
    first = SealCheck(id=ID).done(1, found, moment, moment, RecordTamperDetectedByOrders)
    assert first.events == (
        RecordTamperDetectedByOrders(
            collection="boxes", record="1", version=2, flaw="it is not what was sealed", found_at=moment
        ),
    )
    assert first.state.done(2, found, moment, moment, RecordTamperDetectedByOrders).events == ()
    acceptance = RestoreAcceptance(by=cause().actor, at=moment, reason="lost", backup="dump", seen="")
    anew = first.state.done(2, [], moment, moment, RecordTamperDetectedByOrders, acceptance)
    assert anew.events == ()
    assert anew.state.done(3, found, moment, moment, RecordTamperDetectedByOrders).events == first.events


@pytest.mark.requirement("R043.c")
@pytest.mark.parametrize(
    ("name", "announced"),
    [
        ("intake", RecordTamperDetectedByIntake),
        ("orders", RecordTamperDetectedByOrders),
        ("complaints", RecordTamperDetectedByComplaints),
        ("aftersales", RecordTamperDetectedByAftersales),
        ("notify", RecordTamperDetectedByNotify),
    ],
)
async def test_every_service_announces_what_its_check_has_found(name: str, announced: type[Event]) -> None:
    settings = nowhere(import_module(f"{name}.settings").Settings, seal_check_every=1e-6)
    service = import_module(f"{name}.app").service(settings, in_memory(name, settings, at=cause().at))
    world = World(service)
    once = cause()
    entry = Recurrence(id=once.derive("entry"), name="entry", rule=Daily(at=time(12)))
    await Recurrences(service.plumbing.database).create(Change(entry), once)
    assert await service.seal_watch.check_if_due() == []

    world.database.collections["recurrences"].rows.clear()
    await service.seal_watch.check_if_due()
    await service.seal_watch.check_if_due()
    assert world.announced == (
        announced(
            collection="recurrences",
            record=str(entry.id),
            version=1,
            flaw="it was removed; version 1 was there",
            found_at=world.now,
        ),
    )
