"""Whatever is done to the database of a service past the service is found and named, in every collection."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from importlib import import_module
from typing import Any
from uuid import UUID, uuid4

import pytest
from bson import Binary, Int64
from pymongo import MongoClient

from kefu.surroundings import SERVICES
from shared.contracts.event import Actor
from shared.kernel.documents import Conflict, Derived, Pending, Write
from shared.kernel.mongodb import Database
from shared.kernel.seals import SealKeys
from shared.seals import verification
from shared.seals.checkpoints import UNLISTED
from shared.seals.verification import Cursor, SealFinding
from shared.service import Service
from shared.testing import SECRETS, Outbox
from shared.testing.delivery import STAFF
from shared.wire.envelope import Envelope

AT = datetime(2026, 11, 22, 8, 0, 0, 123456, tzinfo=UTC)


class Vault:
    """A service over a real database whose stores hold a few documents each, and a way past the service."""

    def __init__(self, service: Service, raw: Any) -> None:
        self.service = service
        self.evidence = service.plumbing.evidence
        self.raw = raw
        self.ids: dict[str, list[UUID]] = {}

    async def fill(self, *names: str) -> None:
        for name in names:
            ids = self.ids[name] = sorted(uuid4() for _ in range(4))
            await self.write(name, *(_born(id) for id in ids))

    async def write(self, collection: str, *writes: Write) -> None:
        outcomes = await self.service.plumbing.database.collections[collection].write(writes)
        assert outcomes == [None] * len(writes)

    async def rewrite(self, collection: str, id: UUID) -> None:
        """The next version, as the service writes it."""
        documents = self.service.plumbing.database.collections[collection]
        found = (await documents.read((id,)))[id]
        cause = uuid4()
        state = {**found.state, "count": found.version}
        await self.write(
            collection,
            Write(id, found.version, 1, state, AT, [], [cause], [*found.causes, cause], found.seal, not found.whole),
        )

    async def check(self) -> list[SealFinding]:
        _, findings = await self.evidence.check(_nothing, rest=0)
        return findings

    async def number_and_findings(self) -> tuple[int, list[SealFinding]]:
        checkpoint, findings = await self.evidence.check(_nothing, rest=0)
        return checkpoint.number, findings

    async def flaws(self) -> list[SealFinding]:
        """All that is wrong in any collection and with the row of checkpoints."""
        found = await self.evidence.broken_chain()
        for collection in self.evidence.collections:
            found += [each async for part in self.evidence.everything(collection) for each in part.findings]
        return found

    async def verify(self, collection: str) -> list[tuple[str, int | None, str]]:
        found = [each async for part in self.evidence.everything(collection) for each in part.findings]
        assert {each.collection for each in found} <= {collection}
        return [(each.record, each.version, each.flaw) for each in found]


async def _nothing() -> None:
    return None


def _born(id: UUID) -> Write:
    state = {"id": str(id), "deadlines": [{"kind": "look", "at": AT.isoformat()}], "name": f"name {id}", "count": 1}
    state |= {"ratio": 0.5, "open": True, "nothing": None, "parts": [{"size": 2**40, "tags": ["a", "b"]}]}
    cause = uuid4()
    envelope = Envelope(uuid4(), "test.told.v1", id, 1, AT, uuid4(), cause, Actor(**dict(STAFF)), None, "{}")
    return Write(id, 0, 1, state, AT, [Pending(7, envelope)], [cause], [cause])


@asynccontextmanager
async def vault_of(name: str, mongo_url: str, database: str, keys: str | None = None) -> AsyncIterator[Vault]:
    module = import_module(f"{name}.settings").Settings
    told = {"mongo_url": mongo_url, "mongo_database": database, "rabbit_url": "amqp://nowhere", **SECRETS}
    told |= {"seal_keys": keys} if keys else {}
    service = import_module(f"{name}.app").service(module.model_validate(told))
    running = asyncio.create_task(service.plumbing.group_commit.run())
    with MongoClient[dict[str, Any]](mongo_url, uuidRepresentation="standard") as client:
        try:
            await service.plumbing.database.prepare()
            yield Vault(service, client[database])
        finally:
            running.cancel()
            service.plumbing.database.close()


@pytest.fixture
async def vault(real_servers: Any, mongo_database: str) -> AsyncIterator[Vault]:
    async with vault_of("orders", real_servers.mongo_url, mongo_database) as made:
        yield made


def _change(raw: Any, vault: Vault, name: str, id: UUID) -> None:
    raw.update_one({"_id": id}, {"$set": {"state.name": "another"}})


def _remove(raw: Any, vault: Vault, name: str, id: UUID) -> None:
    raw.delete_one({"_id": id})


def _insert_a_copy(raw: Any, vault: Vault, name: str, id: UUID) -> None:
    raw.insert_one({**raw.find_one({"_id": vault.ids[name][0]}), "_id": UUID(int=5)})


def _write_with_another_key(raw: Any, vault: Vault, name: str, id: UUID) -> None:
    """Everything as the service does it, down to the checkpointed version, but for the key."""
    kept = raw.find_one({"_id": id})
    foreign = Database("mongodb://nowhere", "x", None, SealKeys.read(f"tests:{'k' * 32}", "orders"))  # type: ignore[arg-type]
    documents = foreign.documents(name, ())
    forged = documents._operation(_born(id), AT)._doc  # type: ignore[attr-defined]
    raw.replace_one({"_id": id}, {**forged, "version": kept["version"]})
    foreign.close()


NOT_SEALED = "it is not what was sealed"
WAYS: dict[Callable[[Any, Vault, str, UUID], None], tuple[int, str]] = {
    _change: (1, NOT_SEALED),
    _remove: (1, "it was removed; version 1 was there"),
    _insert_a_copy: (1, NOT_SEALED),
    _write_with_another_key: (1, NOT_SEALED),
}


@pytest.mark.requirement("R043.b")
@pytest.mark.parametrize("name", SERVICES)
async def test_in_every_collection_what_was_changed_removed_inserted_or_forged_is_named(
    real_servers: Any, mongo_database: str, name: str
) -> None:
    async with vault_of(name, real_servers.mongo_url, mongo_database) as vault:
        listed = [each for each in vault.evidence.collections if each not in UNLISTED | {"seal_checks"}]
        assert {"audit", "parked", "duties", "recurrences"} < set(listed)
        await vault.fill(*listed)
        assert await vault.check() == []

        for collection in listed:
            assert await vault.verify(collection) == []
            for way, (version, flaw) in WAYS.items():
                raw, id = vault.raw[collection], vault.ids[collection][2]
                before = list(raw.find())
                way(raw, vault, collection, id)
                named = UUID(int=5) if way is _insert_a_copy else id
                assert (str(named), version, flaw) in await vault.verify(collection), (collection, way.__name__)
                assert {record for record, _, _ in await vault.verify(collection)} == {str(named)}
                raw.delete_many({})
                raw.insert_many(before)


def _insert_one_more(raw: Any, vault: Vault, name: str, id: UUID) -> None:
    raw.insert_one({**raw.find_one({"_id": id}), "_id": UUID(int=5)})


@pytest.mark.parametrize("name", SERVICES)
async def test_what_the_evidence_itself_is_kept_in_cannot_be_changed_removed_or_added_to_unseen(
    real_servers: Any, mongo_database: str, name: str
) -> None:
    async with vault_of(name, real_servers.mongo_url, mongo_database) as vault:
        watch = vault.service.seal_watch
        watch._every *= 0
        await vault.fill("audit", "parked")
        for _ in range(2):
            assert await watch.check_if_due() == []
        await vault.service.plumbing.parking.remove(vault.ids["parked"][:1])
        assert await vault.flaws() == []

        unseen = []
        for collection in sorted(UNLISTED | {"seal_checks"}):
            raw = vault.raw[collection]
            before = list(raw.find().sort({"state.number": 1, "state.checkpoint": -1}))
            assert before, collection
            for way in (_change, _remove, _insert_one_more):
                way(raw, vault, collection, before[0]["_id"])
                if not await vault.flaws():
                    unseen.append((collection, way.__name__))
                raw.delete_many({})
                raw.insert_many(before)
        assert unseen == []
        assert await vault.flaws() == []

        vault.raw["checkpoints"].delete_one({"state.number": 2})
        assert [each.record for each in await watch.check_if_due() or ()] == ["checkpoint 2"], (
            "the last one is missed too"
        )


def _leaves(value: Any, path: tuple[str | int, ...] = ()) -> list[tuple[tuple[str | int, ...], Any]]:
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else None
    if inside is None:
        return [(path, value)]
    return [(path, value), *(each for name, within in inside for each in _leaves(within, (*path, name)))]


OTHERS: dict[type, Callable[[Any], list[Any]]] = {
    bool: lambda value: [not value, int(value)],
    Int64: lambda value: [Int64(value + 1), float(value)],
    int: lambda value: [value + 1, float(value), Int64(value)],
    float: lambda value: [value + 1],
    str: lambda value: [f"{value} ", "", None],
    bytes: lambda value: [value[:-1] + bytes([value[-1] ^ 1]), Binary(value, 5)] if value else [b"x"],
    UUID: lambda value: [uuid4(), str(value)],
    datetime: lambda value: [value.replace(year=2027), value.isoformat()],
    list: lambda value: [[*value, "more"], value[1:]] if value else [["more"]],
    dict: lambda value: [{**value, "more": 1}, dict(list(value.items())[1:]), dict(reversed(value.items()))],
    type(None): lambda value: [0, ""],
}
"""Values that differ from one of this type, some of them only by their type or their order."""


def _put(row: dict[str, Any], path: tuple[str | int, ...], value: Any) -> None:
    at: Any = row
    for step in path[:-1]:
        at = at[step]
    at[path[-1]] = value


async def test_no_stored_field_of_a_document_can_be_changed_unseen(vault: Vault) -> None:
    await vault.fill("orders")
    await vault.rewrite("orders", vault.ids["orders"][1])
    assert await vault.check() == []
    raw = vault.raw["orders"]
    for id in vault.ids["orders"][:2]:
        kept = raw.find_one({"_id": id})
        unseen = []
        for path, value in _leaves(kept)[1:]:
            for other in OTHERS[type(value)](value):
                if path == ("_id",) or _same(value, other):
                    continue
                row = raw.find_one({"_id": id})
                _put(row, path, other)
                raw.replace_one({"_id": id}, row)
                if not await vault.verify("orders"):
                    unseen.append((path, other))
                raw.replace_one({"_id": id}, kept)
        assert unseen == [(("outbox",), [])], "only an event that has been published leaves without a word"
        assert await vault.verify("orders") == []


def _same(value: Any, other: Any) -> bool:
    return type(value) is type(other) and value == other and list(value) == list(other)


async def test_a_document_that_was_taken_back_is_named_with_the_version_that_was_there(vault: Vault) -> None:
    await vault.fill("orders")
    id = vault.ids["orders"][0]
    old = vault.raw["orders"].find_one({"_id": id})
    await vault.rewrite("orders", id)
    assert await vault.check() == []

    vault.raw["orders"].replace_one({"_id": id}, old)
    back = "it was taken back to version 1; version 2 was there"
    assert await vault.verify("orders") == [(str(id), 2, back)]
    assert [each.flaw for each in await vault.check()] == [back], "another checkpoint does not make it good"
    assert await vault.verify("orders") == [(str(id), 2, back)]

    await vault.rewrite("orders", id)
    other = "its version 2 is another one than at checkpoint 2"
    assert await vault.verify("orders") == [(str(id), 2, other)]
    await vault.rewrite("orders", id)
    fork = "it does not follow from version 2, which was there at checkpoint 2"
    assert await vault.verify("orders") == [(str(id), 2, fork)]


async def test_two_documents_cannot_change_places(vault: Vault) -> None:
    await vault.fill("orders", "audit")
    assert await vault.check() == []
    raw, (one, two, *_) = vault.raw["orders"], vault.ids["orders"]
    first, second = raw.find_one({"_id": one}), raw.find_one({"_id": two})
    raw.replace_one({"_id": one}, {**second, "_id": one})
    raw.replace_one({"_id": two}, {**first, "_id": two})
    assert [record for record, _, flaw in await vault.verify("orders") if flaw == NOT_SEALED] == [str(one), str(two)]

    stranger = vault.raw["audit"].find_one()
    vault.raw["orders"].insert_one(stranger)
    assert (str(stranger["_id"]), 1, NOT_SEALED) in await vault.verify("orders")


async def test_what_a_service_writes_over_an_altered_document_says_so_for_good(vault: Vault) -> None:
    await vault.fill("orders")
    id = vault.ids["orders"][0]
    vault.raw["orders"].update_one({"_id": id}, {"$set": {"state.count": 1_000_000}})
    await vault.rewrite("orders", id)
    await vault.rewrite("orders", id)
    altered = "its version 1 had been altered when the next was written"
    assert await vault.verify("orders") == [(str(id), 3, altered)]


@pytest.mark.parametrize("id", ["text", 7, b"bytes", Binary(b"x" * 16, 0), None])
async def test_a_document_under_an_id_that_no_aggregate_has_is_named(vault: Vault, id: Any) -> None:
    await vault.fill("orders")
    vault.raw["orders"].insert_one({"_id": id, "state": {}})
    assert [flaw for _, _, flaw in await vault.verify("orders")] == ["no aggregate has such an id"]


async def test_what_came_back_after_the_service_had_removed_it_is_named(
    vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    await vault.fill("parked")
    id = vault.ids["parked"][0]
    old = vault.raw["parked"].find_one({"_id": id})
    await vault.service.plumbing.parking.remove((id,))
    monkeypatch.setattr(verification, "SKEW", timedelta(0))
    assert await vault.check() == []
    assert await vault.verify("parked") == []

    vault.raw["parked"].insert_one(old)
    assert await vault.verify("parked") == [(str(id), None, "it was not there at checkpoint 1, though it is older")]


async def test_what_the_service_removes_is_no_tampering_and_may_be_born_again(vault: Vault) -> None:
    await vault.fill("parked")
    assert await vault.check() == []
    one, two, *_ = vault.ids["parked"]
    await vault.service.plumbing.parking.remove((one, two))
    await vault.write("parked", _born(two))
    assert await vault.check() == []
    assert await vault.verify("parked") == []

    vault.raw["removals"].delete_many({})
    vault.raw["parked"].delete_one({"_id": two})
    assert await vault.verify("parked") == [(str(two), 1, "it was removed; version 1 was there")]


async def test_checkpoints_and_their_parts_cannot_be_removed_or_altered_unseen(vault: Vault) -> None:
    await vault.fill("orders")
    for _ in range(4):
        assert await vault.check() == []
    heads, parts = vault.raw["checkpoints"], vault.raw["checkpoint_leaves"]
    kept = list(heads.find())

    heads.delete_one({"state.number": 2})
    assert [each.record for each in await vault.evidence.broken_chain()] == ["checkpoint 2"]
    heads.delete_many({})
    heads.insert_many(kept)
    heads.update_one({"state.number": 3}, {"$set": {"state.previous": ""}})
    assert [each.record for each in await vault.evidence.broken_chain()] == ["checkpoint 3"]
    heads.delete_many({})
    heads.insert_many(kept)
    assert await vault.evidence.broken_chain() == []

    parts.delete_one({"state.collection": "orders", "state.checkpoint": 4})
    found = [each async for part in vault.evidence.everything("orders") for each in part.findings]
    assert [each.record for each in found] == ["orders 0 of checkpoint 4"]


async def test_a_document_of_another_key_holds_as_long_as_that_key_is_known(
    real_servers: Any, mongo_database: str
) -> None:
    id = uuid4()

    def documents(keys: str) -> Any:
        made = Database(real_servers.mongo_url, mongo_database, None, SealKeys.read(keys, "orders"))  # type: ignore[arg-type]
        return made.documents("orders", ())

    old, new = f"old:{'a' * 32}", f"new:{'b' * 32}"
    assert await documents(old).write([_born(id)]) == [None]
    rotated = documents(f"{new},{old}")
    assert [each.flaws for each in await rotated.sealed(None, 10)] == [()]
    found = (await rotated.read((id,)))[id]
    cause = uuid4()
    write = Write(id, 1, 1, found.state, AT, [], [cause], [*found.causes, cause], found.seal, not found.whole)
    assert await rotated.write([write]) == [None]
    assert [each.flaws for each in await rotated.sealed(None, 10)] == [()]
    assert (await rotated.sealed(None, 10))[0].seal.key == "new"
    assert (await documents(old).sealed(None, 10))[0].flaws[0] == "it is sealed with a key 'new' that is not known"


async def test_who_comes_to_the_same_version_by_the_same_cause_as_another_replica_has_written_nothing(
    real_servers: Any, mongo_database: str
) -> None:
    keys = SealKeys.read(f"only:{'a' * 32}", "orders")
    documents = Database(real_servers.mongo_url, mongo_database, None, keys).documents("orders", ())  # type: ignore[arg-type]
    id, lost, other, heard = (uuid4() for _ in range(4))

    async def after(name: str, *causes: UUID) -> Write:
        found = (await documents.read((id,)))[id]
        state, absorbed = {**found.state, "name": name}, [*found.causes, *causes]
        return Write(id, found.version, len(causes), state, AT, [], [*causes], absorbed, found.seal)

    assert await documents.write([_born(id)]) == [None]
    slower = await after("slower", lost, heard)
    assert await documents.write([await after("faster", other)]) == [None]
    as_slow = await after("as slow", heard)
    assert await documents.write([await after("faster still", heard)]) == [None]
    assert [type(each) for each in await documents.write([slower, as_slow])] == [Conflict, Conflict]
    kept = (await documents.read((id,)))[id]
    assert (kept.version, kept.state["name"], lost in kept.causes) == (3, "faster still", False)
    assert [each.flaws for each in await documents.sealed(None, 10)] == [()]


@pytest.mark.parametrize("name", SERVICES)
async def test_a_service_goes_through_a_rotation_of_its_keys_with_everything_whole(
    real_servers: Any, mongo_database: str, name: str
) -> None:
    old, new = f"2026-10:{'a' * 32}", f"2026-11:{'b' * 32}"
    collections: list[str] = []

    async def step(keys: str) -> tuple[int, list[SealFinding], Counter[str]]:
        async with vault_of(name, real_servers.mongo_url, mongo_database, keys) as vault:
            if not collections:
                collections.extend(each for each in vault.evidence.collections if each not in UNLISTED)
                await vault.fill(*collections)
                ids.update({each: known[2] for each, known in vault.ids.items()})
            for collection, id in ids.items():
                await vault.rewrite(collection, id)
            number, findings = await vault.number_and_findings()
            sealed: Counter[str] = Counter()
            for collection in collections:
                async for part in vault.evidence.everything(collection):
                    findings += part.findings
                    sealed.update(part.keys)
            return number, findings + await vault.evidence.broken_chain(), sealed

    ids: dict[str, UUID] = {}
    every = await step(old)
    documents = 4 * len(collections)
    assert every == (1, [], {"2026-10": documents})
    assert await step(f"{old},{new}") == (2, [], {"2026-10": documents}), "the new key is known, the old one seals"
    rewritten = {"2026-10": documents - len(collections), "2026-11": len(collections)}
    assert await step(f"{new},{old}") == (3, [], rewritten), "the new key seals"
    assert await step(f"{new},{old}") == (4, [], rewritten)


async def test_a_postponed_deadline_is_whole_and_a_moved_one_is_not(vault: Vault) -> None:
    await vault.fill("orders")
    id = vault.ids["orders"][0]
    documents = vault.service.plumbing.database.collections["orders"]
    await documents.postpone(id, 1, AT.replace(year=2030))
    assert await vault.verify("orders") == []
    await documents.postpone(id, 1, None)
    assert await vault.verify("orders") == []
    vault.raw["orders"].update_one({"_id": id}, {"$set": {"due": AT.replace(year=2031)}})
    assert await vault.verify("orders") == [(str(id), 1, "the moment of its next deadline was altered")]


async def test_what_is_derived_is_sealed_too(vault: Vault) -> None:
    id = uuid4()
    documents = vault.service.plumbing.database.collections["duties"]
    for version in (3, 9):
        await documents.derive([Derived(id, version, {"id": str(id), "version": version})])
        assert await vault.check() == []
    vault.raw["duties"].update_one({"_id": id}, {"$set": {"state.version": 3}})
    assert await vault.verify("duties") == [(str(id), 9, NOT_SEALED)]


async def test_many_documents_are_verified_part_by_part_and_none_is_left_out(vault: Vault) -> None:
    ids = sorted(uuid4() for _ in range(2600))
    await vault.write("orders", *(_born(id) for id in ids[:2300]))
    assert await vault.check() == []
    await vault.write("orders", *(_born(id) for id in ids[2300:]))
    parts = [part async for part in vault.evidence.everything("orders")]
    assert (sum(part.documents for part in parts), [part.findings for part in parts if part.findings]) == (2600, [])
    for id in (ids[0], ids[999], ids[1000], ids[2299]):
        vault.raw["orders"].delete_one({"_id": id})
    assert [record for record, _, _ in await vault.verify("orders")] == [
        str(id) for id in (ids[0], ids[999], ids[1000], ids[2299])
    ]
    cursor = Cursor(1, 1, ids[1500])
    assert Cursor.read(cursor.written("doors"), "doors") == cursor


async def test_a_check_announces_what_is_new_once_and_one_replica_checks_at_a_time(
    real_servers: Any, mongo_database: str
) -> None:
    async with (
        vault_of("orders", real_servers.mongo_url, mongo_database) as vault,
        vault_of("orders", real_servers.mongo_url, mongo_database) as other,
    ):
        outbox = Outbox()
        vault.service.plumbing.group_commit.outlet = outbox
        await vault.fill("orders")
        vault.service.seal_watch._every = vault.service.seal_watch._every * 0
        assert await vault.service.seal_watch.check_if_due() == []
        assert await other.service.seal_watch.check_if_due() is None, "an hour has not passed"
        id = vault.ids["orders"][0]
        vault.raw["orders"].delete_one({"_id": id})
        for _ in range(2):
            found = await vault.service.seal_watch.check_if_due()
            assert [each.record for each in found or ()] == [str(id)]
        announced = [envelope for envelope in outbox.envelopes if "tamper" in envelope.key]
        assert [each.key for each in announced] == ["orders.record_tamper_detected.v1"]
        assert [each.record for each in (await vault.service.seal_watch.last()).reported] == [str(id)]
