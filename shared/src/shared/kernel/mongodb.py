"""The documents of a service in MongoDB; the only module that knows the driver."""

import re
import struct
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID
from zlib import crc32

import pymongo
from bson import Int64, decode, encode
from bson.binary import STANDARD
from bson.codec_options import CodecOptions
from bson.errors import BSONError
from bson.raw_bson import RawBSONDocument
from bson.regex import Regex
from motor.motor_asyncio import AsyncIOMotorClient
from pymongo import ASCENDING, InsertOne, ReplaceOne, UpdateOne, WriteConcern
from pymongo.errors import (
    BulkWriteError,
    ConfigurationError,
    ConnectionFailure,
    DocumentTooLarge,
    ExecutionTimeout,
    OperationFailure,
    PyMongoError,
    WTimeoutError,
)
from pymongo.operations import IndexModel

from shared.aggregate import Refused, Unavailable
from shared.contracts.event import Actor
from shared.kernel.conditions import AllOf, Beginning, Between, OneOf, Where
from shared.kernel.documents import (
    Conflict,
    Derived,
    Document,
    Excerpt,
    Index,
    Pending,
    Sealed,
    Write,
    duplicate,
    stored,
    widest,
)
from shared.kernel.group_commit import GroupCommit
from shared.kernel.seals import Content, Seal, SealKeys
from shared.wire.envelope import Envelope

DUPLICATE_KEY = 11000
"""MongoDB's code for a second document with the key of a unique index."""
INDEXED_WITHIN = 3600.0
"""Seconds that MongoDB may take to index a large collection; what is cut off would begin from nothing again."""
AWAY = {11600, 11602, 10107, 13435, 13436, 189, 91, 14031, 50, 262}
"""Server codes that mean not now: shutting down, no primary, disk full, out of time."""
PLAIN: CodecOptions[Mapping[str, Any]] = CodecOptions(tz_aware=True, uuid_representation=STANDARD)
RAW: CodecOptions[RawBSONDocument] = CodecOptions(RawBSONDocument, tz_aware=True, uuid_representation=STANDARD)
FIRST, LAST = UUID(int=0), UUID(int=2**128 - 1)
"""Every id of an aggregate lies between them, and nothing else does."""
FIELDS = {"_id", "version", "state", "causes", "outbox", "due", "postponed", "seal"}


class Database:
    """One service's own MongoDB database. Writes are acknowledged by a majority, journaled and sealed."""

    def __init__(self, url: str, name: str, group_commit: GroupCommit, seals: SealKeys, timeout: float = 8.0) -> None:
        self._client: Any = AsyncIOMotorClient(
            url,
            uuidRepresentation="standard",
            tz_aware=True,
            w="majority",
            journal=True,
            timeoutMS=int(timeout * 1000),
            serverSelectionTimeoutMS=int(timeout * 1000 / 2),
            appname=name,
        )
        self._database = self._client[name]
        self.group_commit = group_commit
        self._seals = seals
        self.collections: dict[str, MongoDocuments] = {}

    def documents(self, name: str, indexes: Sequence[Index]) -> "MongoDocuments":
        """The documents of one collection; `indexes` count where it is asked for first."""
        if name not in self.collections:
            self.collections[name] = MongoDocuments(self._database[name], indexes, self._seals)
        return self.collections[name]

    async def prepare(self) -> None:
        """Create the indexes that the stores declare; those that exist stay."""
        for documents in self.collections.values():
            await documents.prepare()

    async def ping(self) -> None:
        """Raises Unavailable when the database does not answer."""
        async with _reaching("admin"):
            await self._client.admin.command("ping")

    async def drop(self) -> None:
        """Remove everything. For tests."""
        await self._client.drop_database(self._database.name)

    def close(self) -> None:
        self._client.close()


class MongoDocuments:
    """The documents of one MongoDB collection."""

    def __init__(self, collection: Any, indexes: Sequence[Index], seals: SealKeys) -> None:
        self.name: str = collection.name
        self._seals = seals
        self._raw = collection.with_options(codec_options=RAW)
        self._collection = collection
        self._careless = collection.with_options(write_concern=WriteConcern(w=1, j=False))
        self._indexes = indexes

    async def prepare(self) -> None:
        models = [
            IndexModel([("outbox.0.written", ASCENDING)], sparse=True, name="outbox"),
            IndexModel([("due", ASCENDING)], sparse=True, name="due"),
        ]
        for index in self._indexes:
            keys = [(_path(field), ASCENDING) for field in index.fields]
            if index.unique:
                present = {keys[0][0]: {"$gt": ""}}
                models.append(
                    IndexModel(keys, name="+".join(index.fields), unique=True, partialFilterExpression=present)
                )
            else:
                some = {"partialFilterExpression": _query(index.where)} if index.where else {}
                models.append(IndexModel([*keys, ("_id", ASCENDING)], name=_named(index), **some))
        async with _reaching(self.name):
            with pymongo.timeout(INDEXED_WITHIN):
                await self._collection.create_indexes(models)

    async def read(self, ids: Sequence[UUID]) -> dict[UUID, Document]:
        async with _reaching(self.name):
            rows = await self._raw.find({"_id": {"$in": list(ids)}}).to_list(None)
        return {document.id: document for document in map(self._looked_at, rows)}

    def _looked_at(self, row: RawBSONDocument) -> Document:
        document = _document(decode(row.raw, PLAIN))
        document.whole = self._holds(row, document)
        return document

    def _holds(self, row: RawBSONDocument, document: Document) -> bool:
        """Whether the seal is that of what is there; what is there may be anything."""
        if document.seal is None:
            return False
        try:
            if type(document.version) is not (int if document.version < 2**31 else Int64):
                return False
            state: bytes = row["state"].raw
            return self._seals.holds(
                document.seal, self._content(document.id, document.version, state, document.causes)
            )
        except (AttributeError, TypeError, struct.error):
            return False

    def _content(self, id: UUID, version: int, state: bytes, causes: Sequence[UUID]) -> Content:
        return Content(self.name, id, version, state, b"".join([cause.bytes for cause in causes]))

    async def sealed(self, after: UUID | None, limit: int) -> list[Sealed]:
        some = {"_id": {"$gt" if after else "$gte": after or FIRST, "$lte": LAST}}
        async with _reaching(self.name):
            rows = await self._raw.find(some).sort("_id", ASCENDING).limit(limit).to_list(None)
        return [self._examined(row) for row in rows]

    async def strange(self, limit: int) -> list[str]:
        elsewhere = {"$nor": [{"_id": {"$gte": FIRST, "$lte": LAST}}]}
        async with _reaching(self.name):
            rows = await self._collection.find(elsewhere, {"_id": 1}).hint("_id_").limit(limit).to_list(None)
        return [repr(row["_id"])[:100] for row in rows]

    def _examined(self, row: RawBSONDocument) -> Sealed:
        """What is wrong with this document by itself. Whatever stands in it, this does not fail."""
        try:
            document = _document(decode(row.raw, PLAIN))
            flaws = [f"it has a field {name[:40]!r} that no aggregate has" for name in sorted(row.keys() - FIELDS)]
            whole = self._holds(row, document)
            flaws += self._flaws_of_seal(document, whole)
            flaws += [f"event {each} of its outbox was altered" for each in self._altered_events(document.id, row)]
            if not self._due_holds(row, document):
                flaws.append("the moment of its next deadline was altered")
            return Sealed(document.id, document.version, document.seal, whole, tuple(flaws))
        except Exception:  # noqa: BLE001
            return Sealed(row["_id"], 0, None, False, ("it is not in the form in which aggregates are kept",))

    def _flaws_of_seal(self, document: Document, whole: bool) -> list[str]:
        seal = document.seal
        if seal is None:
            return ["it was never sealed"]
        if not self._seals.knows(seal.key):
            return [f"it is sealed with a key {seal.key[:40]!r} that is not known"]
        if not whole:
            return ["it is not what was sealed"]
        return [f"its version {version} had been altered when the next was written" for version in seal.altered]

    def _altered_events(self, id: UUID, row: RawBSONDocument) -> list[str]:
        entries = [decode(entry.raw, PLAIN) for entry in row["outbox"]]
        return [str(entry.get("id"))[:40] for entry in entries if not self._event_holds(id, entry)]

    def _event_holds(self, id: UUID, entry: Mapping[str, Any]) -> bool:
        said = encode({name: value for name, value in entry.items() if name != "seal"}, codec_options=PLAIN)
        return self._seals.signed(entry.get("seal"), b"event", self.name.encode(), id.bytes, said)

    def _due_holds(self, row: RawBSONDocument, document: Document) -> bool:
        due = row.get("due")
        if due == _earliest(document.state):
            return True
        signature = row.get("postponed")
        return self._seals.signed(signature, *self._postponing(document.id, document.version, due))

    def _postponing(self, id: UUID, version: int, until: datetime | None) -> tuple[bytes, ...]:
        moment = until.astimezone(UTC).isoformat(timespec="milliseconds") if until else ""
        return b"postponed", self.name.encode(), id.bytes, str(version).encode(), moment.encode()

    async def write(self, writes: Sequence[Write]) -> Sequence[Exception | None]:
        try:
            return await self._write(writes)
        except (BSONError, OverflowError, UnicodeError, DocumentTooLarge, OperationFailure) as error:
            if len(writes) == 1:
                return [_unfit(writes[0], error)]
            return [(await self.write((write,)))[0] for write in writes]

    async def _write(self, writes: Sequence[Write]) -> Sequence[Exception | None]:
        written = datetime.now(UTC)
        outcomes: list[Exception | None] = [None] * len(writes)
        async with _reaching(self.name):
            try:
                result = await self._collection.bulk_write(
                    [self._operation(write, written) for write in writes], ordered=False
                )
                matched = result.matched_count
            except BulkWriteError as error:
                matched = error.details["nMatched"]
                _place(error, outcomes)
        updates = [place for place, write in enumerate(writes) if write.version and outcomes[place] is None]
        if matched < len(updates):
            await self._check([(place, writes[place]) for place in updates], outcomes)
        return outcomes

    async def _check(self, places: Sequence[tuple[int, Write]], outcomes: list[Exception | None]) -> None:
        """Find out which of these updates met another version: only one that was made has left its own seal.

        Another replica may have come to the same version by the same cause, and to another state.
        """
        found = await self.read([write.id for _, write in places])
        for place, write in places:
            document = found.get(write.id)
            if document is None or document.seal != write.seal:
                outcomes[place] = Conflict()

    async def find(
        self, where: Where, sort: tuple[str, int], after: tuple[Any, UUID] | None, limit: int
    ) -> list[Document]:
        return [_document(row) for row in await self._page(where, sort, after, limit)]

    async def excerpts(
        self, fields: Sequence[str], where: Where, sort: tuple[str, int], after: tuple[Any, UUID] | None, limit: int
    ) -> list[Excerpt]:
        wanted = {_place_of(field): 1 for field in widest(fields)}
        rows = await self._page(where, sort, after, limit, {"_id": 1, **wanted})
        return [Excerpt(row["_id"], row.get("version", 0), row.get("state", {})) for row in rows]

    async def _page(
        self,
        where: Where,
        sort: tuple[str, int],
        after: tuple[Any, UUID] | None,
        limit: int,
        wanted: Mapping[str, int] | None = None,
    ) -> list[Any]:
        field, direction = sort
        query = _query(where)
        order = [(_path(field), direction)] if field != "id" else []
        if after is not None:
            query = {"$and": [query, _following(field, direction, after)]}
        cursor = self._collection.find(query, wanted).sort([*order, ("_id", direction)]).limit(limit)
        async with _reaching(self.name):
            return await cursor.to_list(None)  # type: ignore[no-any-return]

    async def count(self, where: Where, limit: int) -> int:
        async with _reaching(self.name):
            return int(await self._collection.count_documents(_query(where), limit=limit))

    async def remove(self, ids: Sequence[UUID]) -> None:
        async with _reaching(self.name):
            await self._collection.delete_many({"_id": {"$in": list(ids)}})

    async def derive(self, rows: Sequence[Derived]) -> None:
        if not rows:
            return
        async with _reaching(self.name):
            try:
                await self._collection.bulk_write([self._derivation(row) for row in rows], ordered=False)
            except BulkWriteError as error:
                if any(failure["code"] != DUPLICATE_KEY for failure in error.details["writeErrors"]):
                    raise Unavailable(f"MongoDB did not write to {self.name}: {error}") from error

    async def clear(self, ids: Sequence[UUID], round: int) -> None:
        async with _reaching(self.name):
            await self._careless.update_many(
                {"_id": {"$in": list(ids)}}, {"$pull": {"outbox": {"round": Int64(round)}}}
            )

    async def unpublished(self, written_before: datetime, limit: int) -> list[Document]:
        query = {"outbox.0.written": {"$lt": written_before}}
        cursor = self._collection.find(query).sort("outbox.0.written", ASCENDING).limit(limit)
        async with _reaching(self.name):
            return [_document(row) for row in await cursor.to_list(None)]

    async def backlog(self, limit: int) -> tuple[int, datetime | None]:
        some = {"outbox.0.written": {"$gt": datetime(1970, 1, 1, tzinfo=UTC)}}
        async with _reaching(self.name):
            depth = await self._collection.count_documents(some, limit=limit)
            if not depth:
                return 0, None
            oldest = await self._collection.find_one(
                some, {"outbox.written": 1}, sort=[("outbox.0.written", ASCENDING)]
            )
        return int(depth), oldest["outbox"][0]["written"] if oldest and oldest["outbox"] else None

    async def due(self, now: datetime, limit: int, *, among: Collection[UUID] | None = None) -> list[Document]:
        where: dict[str, Any] = _among(among) | {"due": {"$lte": now}}
        cursor = self._collection.find(where).sort("due", ASCENDING).limit(limit)
        async with _reaching(self.name):
            return [_document(row) for row in await cursor.to_list(None)]

    async def next_due(self, *, among: Collection[UUID] | None = None) -> datetime | None:
        where: dict[str, Any] = _among(among) | {"due": {"$exists": True}}
        async with _reaching(self.name):
            row = await self._collection.find_one(where, {"due": 1}, sort=[("due", ASCENDING)])
        return row["due"] if row else None

    async def postpone(self, id: UUID, version: int, until: datetime | None) -> None:
        signature = {"postponed": self._seals.sign(*self._postponing(id, version, until))}
        change = {"$set": signature | {"due": until}} if until else {"$set": signature, "$unset": {"due": ""}}
        async with _reaching(self.name):
            await self._collection.update_one({"_id": id, "version": version}, change)

    def _operation(self, write: Write, written: datetime) -> InsertOne[Any] | UpdateOne:
        outbox = [self._entry(write.id, pending, written) for pending in write.outbox]
        version = write.version + write.steps
        state = encode(write.state, codec_options=PLAIN)
        content = self._content(write.id, version, state, write.absorbed)
        altered = (write.version,) if write.altered else ()
        write.seal = self._seals.seal(content, _milliseconds(written), write.before, altered=altered)
        fields = {"version": version, "state": RawBSONDocument(state, RAW), "seal": write.seal.stored()}
        if not write.version:
            row: dict[str, Any] = {"_id": write.id, **fields, "causes": write.causes, "outbox": outbox}
            if write.due is not None:
                row["due"] = write.due
            return InsertOne(row)
        change: dict[str, Any] = {
            "$set": fields,
            "$push": {"causes": {"$each": write.causes, "$slice": -len(write.absorbed)}},
        }
        if outbox:
            change["$push"]["outbox"] = {"$each": outbox}
        if write.due is None:
            change["$unset"] = {"due": ""}
        else:
            change["$set"]["due"] = write.due
        return UpdateOne({"_id": write.id, "version": write.version}, change)

    def _derivation(self, row: Derived) -> ReplaceOne[Any]:
        """Beware: where a later version is there, the upsert meets its id and fails with a duplicate key, rightly."""
        state = encode(row.state, codec_options=PLAIN)
        content = self._content(row.id, row.version, state, ())
        seal = self._seals.seal(content, _milliseconds(datetime.now(UTC)), None, chained=False)
        document = {
            "_id": row.id,
            "version": row.version,
            "state": RawBSONDocument(state, RAW),
            "seal": seal.stored(),
            "causes": [],
            "outbox": [],
        }
        return ReplaceOne({"_id": row.id, "version": {"$lt": row.version}}, document, upsert=True)

    def _entry(self, id: UUID, pending: Pending, written: datetime) -> RawBSONDocument:
        said = encode(_entry(pending, written), codec_options=PLAIN)
        signature = self._seals.sign(b"event", self.name.encode(), id.bytes, said)
        return RawBSONDocument(_joined(said, encode({"seal": signature})), RAW)


def _joined(*documents: bytes) -> bytes:
    """One BSON document with the fields of all of these, in order."""
    fields = b"".join([document[_LENGTH.size : -1] for document in documents])
    return _LENGTH.pack(_LENGTH.size + len(fields) + 1) + fields + b"\0"


_LENGTH = struct.Struct("<i")


@asynccontextmanager
async def _reaching(what: str) -> AsyncIterator[None]:
    """Turn every way in which MongoDB can be away into Unavailable; other errors pass."""
    try:
        yield
    except BulkWriteError:
        raise
    except PyMongoError as error:
        if _away(error):
            raise Unavailable(f"MongoDB does not answer for {what}: {error}") from error
        raise


def _away(error: PyMongoError) -> bool:
    away = (ConnectionFailure, ExecutionTimeout, WTimeoutError, ConfigurationError)
    return isinstance(error, away) or error.timeout or (isinstance(error, OperationFailure) and error.code in AWAY)


def _named(index: Index) -> str:
    """MongoDB keeps an index under its name: one that holds other documents than it did needs another."""
    which = f".{crc32(repr(_query(index.where)).encode()):08x}" if index.where else ""
    return "+".join((*index.fields, "id")) + which


def _entry(pending: Pending, written: datetime) -> dict[str, Any]:
    envelope = pending.envelope
    return {
        "id": envelope.id,
        "key": envelope.key,
        "round": Int64(pending.round),
        "written": written,
        "sequence": envelope.sequence,
        "at": envelope.at.isoformat(),
        "correlation": envelope.correlation,
        "causation": envelope.causation,
        "actor": {"kind": envelope.actor.kind, "id": envelope.actor.id, "role": envelope.actor.role},
        "traceparent": envelope.traceparent,
        "body": envelope.body,
    }


def _document(row: Mapping[str, Any]) -> Document:
    return Document(
        id=row["_id"],
        version=row["version"],
        state=row["state"],
        causes=row["causes"],
        outbox=[_pending(row["_id"], entry) for entry in row["outbox"]],
        seal=Seal.of(row.get("seal")),
    )


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


def _earliest(state: Mapping[str, Any]) -> datetime | None:
    """The earliest deadline of a state, as precisely as MongoDB keeps moments."""
    moments = [datetime.fromisoformat(deadline["at"]) for deadline in state.get("deadlines", ())]
    earliest = min(moments, default=None)
    return earliest and earliest.replace(microsecond=earliest.microsecond // 1000 * 1000)


def _pending(subject: UUID, entry: Mapping[str, Any]) -> Pending:
    return Pending(
        int(entry["round"]),
        Envelope(
            id=entry["id"],
            key=entry["key"],
            subject=subject,
            sequence=entry["sequence"],
            at=datetime.fromisoformat(entry["at"]),
            correlation=entry["correlation"],
            causation=entry["causation"],
            actor=Actor(**entry["actor"]),
            traceparent=entry["traceparent"],
            body=entry["body"],
        ),
    )


def _place(error: BulkWriteError, outcomes: list[Exception | None]) -> None:
    """Give every failed write of a bulk its own error."""
    for failure in error.details["writeErrors"]:
        outcomes[failure["index"]] = _failure(failure)
    for failure in error.details.get("writeConcernErrors", ()):
        raise Unavailable(f"MongoDB did not confirm a write: {failure.get('errmsg')}")


def _failure(failure: Mapping[str, Any]) -> Exception:
    if failure["code"] in AWAY:
        raise Unavailable(f"MongoDB cannot write now: {failure['errmsg']}")
    if failure["code"] != DUPLICATE_KEY:
        return Refused(f"MongoDB refused to store this: {failure['errmsg']}", "not_storable")
    fields = {name.removeprefix("state."): value for name, value in failure.get("keyValue", {}).items()}
    if "_id" in fields:
        return Conflict()
    return duplicate(fields)


def _unfit(write: Write, error: Exception) -> Refused:
    return Refused(f"aggregate {write.id} cannot be stored: {error}", "not_storable")


def _path(field: str) -> str:
    return "_id" if field == "id" else f"state.{field}"


def _place_of(field: str) -> str:
    """Where a row's field stands; unlike in a condition, `version` is the document's."""
    return "version" if field == "version" else _path(field)


def _among(ids: Collection[UUID] | None) -> dict[str, Any]:
    return {} if ids is None else {"_id": {"$in": list(ids)}}


def _query(where: Where) -> dict[str, Any]:
    """The conditions in MongoDB's words.

    Of AllOf the index walks along the first value. By itself MongoDB would sort the values and take any of them, so the
    others are asked for in a way that no index serves.
    """
    query = {_path(field): _condition(field, value) for field, value in where.items()}
    others = [
        _holds(field, other) for field, value in where.items() if isinstance(value, AllOf) for other in value.values[1:]
    ]
    return {**query, "$expr": {"$and": others}} if others else query


def _holds(field: str, wanted: Any) -> dict[str, Any]:
    """That a list holds this value, one that begins so, or one of these."""
    held = {"$ifNull": [f"${_path(field)}", []]}
    values = wanted.values if isinstance(wanted, OneOf) else (wanted,)
    plain = [stored(each) for each in values if not isinstance(each, Beginning)]
    begun = [
        {
            "$anyElementTrue": {
                "$map": {"input": held, "in": {"$eq": [{"$indexOfBytes": ["$$this", {"$literal": each.text}]}, 0]}}
            }
        }
        for each in values
        if isinstance(each, Beginning)
    ]
    return {"$or": [{"$gt": [{"$size": {"$setIntersection": [{"$literal": plain}, held]}}, 0]}, *begun]}


def _condition(field: str, value: Any) -> dict[str, Any]:
    if isinstance(value, Between):
        bounds = {"$gte": value.low, "$lt": value.high}
        return {operator: stored(bound) for operator, bound in bounds.items() if bound is not None}
    if isinstance(value, AllOf):
        return _condition(field, value.values[0])
    if isinstance(value, OneOf):
        return {"$in": [_value(field, each) for each in value.values]}
    return {"$in": [_value(field, value)]} if isinstance(value, Beginning) else {"$eq": _value(field, value)}


def _value(field: str, value: Any) -> Any:
    """Beware: a pattern of Python's own has a flag with which MongoDB walks the whole index."""
    if isinstance(value, Beginning):
        return Regex(f"^{re.escape(value.text)}")
    return value if field == "id" else stored(value)


def _following(field: str, direction: int, after: tuple[Any, UUID]) -> dict[str, Any]:
    value, id = after
    beyond = "$gt" if direction == ASCENDING else "$lt"
    if field == "id":
        return {"_id": {beyond: id}}
    path = _path(field)
    return {path: {f"{beyond}e": value}, "$or": [{path: {beyond: value}}, {path: {"$eq": value}, "_id": {beyond: id}}]}
