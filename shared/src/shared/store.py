"""Where aggregates are kept: one document, one write. The only module that knows the MongoDB driver."""

import base64
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any, ClassVar, Generic, Protocol
from uuid import UUID

from bson import Int64
from bson.errors import BSONError
from motor.motor_asyncio import AsyncIOMotorClient
from pymongo import ASCENDING, DESCENDING, InsertOne, UpdateOne, WriteConcern
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

from shared.aggregate import A, Cause, Change, Decision, NotFound, Refused, Unavailable
from shared.contracts.event import Actor
from shared.envelope import Envelope
from shared.rounds import Conflict, Document, Documents, Pending, Rounds, Touch, Write

CAUSES_KEPT = 400
DUPLICATE_KEY = 11000
AWAY = {11600, 11602, 10107, 13435, 13436, 189, 91, 14031, 50, 262}
"""Server codes that mean not now: shutting down, no primary, disk full, out of time."""


@dataclass(frozen=True, slots=True)
class Index:
    """An index over fields of the state. A unique one ignores aggregates that lack its first field.

    Any other ends with the id, as every sorted question does: so a page is read in order, and nothing else is.
    """

    fields: tuple[str, ...]
    unique: bool

    def __init__(self, *fields: str, unique: bool = False) -> None:
        object.__setattr__(self, "fields", fields)
        object.__setattr__(self, "unique", unique)


@dataclass(frozen=True, slots=True)
class Between:
    """From `low` up to but without `high`; nothing leaves that side open."""

    low: Any = None
    high: Any = None


@dataclass(frozen=True, slots=True)
class OneOf:
    """Any of these values."""

    values: tuple[Any, ...]

    def __init__(self, *values: Any) -> None:
        object.__setattr__(self, "values", values)


@dataclass(frozen=True, slots=True)
class Page(Generic[A]):
    """Some aggregates in order, and the cursor of what follows, if anything does."""

    items: tuple[A, ...]
    next: str | None


Where = Mapping[str, Any]


class Queryable(Documents, Protocol):
    """Documents that also answer questions. Held by MongoDB or, in unit tests, by memory."""

    async def find(
        self, where: Where, sort: tuple[str, int], after: tuple[Any, UUID] | None, limit: int
    ) -> list[Document]: ...

    async def count(self, where: Where, limit: int) -> int: ...

    async def remove(self, ids: Sequence[UUID]) -> None: ...

    async def clear(self, ids: Sequence[UUID], round: int) -> None:
        """Forget the published events of one round. May be lost in a crash; the events are then published again."""
        ...

    async def unpublished(self, written_before: datetime, limit: int) -> list[Document]: ...

    async def backlog(self, limit: int) -> tuple[int, datetime | None]:
        """How many aggregates have events to publish, counted up to a limit, and since when."""
        ...

    async def due(self, now: datetime, limit: int) -> list[Document]: ...

    async def next_due(self) -> datetime | None: ...

    async def postpone(self, id: UUID, version: int, until: datetime | None) -> None:
        """Take an aggregate out of the deadlines' way, unless it was written since. Its next write brings it back."""
        ...


class DatabaseLike(Protocol):
    """What a store needs: a place for its documents and the rounds that write them."""

    rounds: Rounds

    def documents(self, name: str, indexes: Sequence[Index]) -> Queryable: ...


class Store(Generic[A]):
    """A collection of aggregates: state, outbox and absorbed causes in one document, changed by one write.

    Whatever returns has been journaled by a majority. A cause touches an aggregate at most once: the same cause
    again returns the aggregate as it is now and announces nothing.
    """

    collection: ClassVar[str]
    kind: type[A]
    indexes: ClassVar[tuple[Index, ...]] = ()

    def __init__(self, database: DatabaseLike) -> None:
        self.documents = database.documents(self.collection, self.indexes)
        self.rounds = database.rounds

    @property
    def noun(self) -> str:
        """What one of these is called in messages to people."""
        return self.kind.__name__.lower()

    def revive(self, state: Mapping[str, Any]) -> A:
        """The aggregate that was stored as this state."""
        return self.kind.model_validate(state)

    async def get(self, id: UUID) -> A:
        """The aggregate as it was last written. Raises NotFound."""
        found = await self.documents.read((id,))
        if id not in found:
            raise NotFound(self.noun, id)
        return self.revive(found[id].state)

    async def find(
        self, where: Where | None = None, *, sort: str = "id", after: str | None = None, limit: int = 50
    ) -> Page[A]:
        """One page of the aggregates whose fields equal, lie Between or are OneOf the given values.

        `sort` is a field, with a minus for descending; ties are broken by id. `after` is a Page's `next`.
        """
        field, direction = _sort(sort)
        found = await self.documents.find(where or {}, (field, direction), _read_cursor(after), limit + 1)
        items = tuple(self.revive(document.state) for document in found[:limit])
        more = len(found) > limit
        return Page(items, _cursor(found[limit - 1], field) if more else None)

    async def each(self, where: Where | None = None, *, sort: str = "id") -> AsyncIterator[A]:
        """All of them, page by page; what is written meanwhile may or may not be among them."""
        after = None
        while True:
            page = await self.find(where, sort=sort, after=after, limit=500)
            for item in page.items:
                yield item
            if page.next is None:
                return
            after = page.next

    async def count(self, where: Where | None = None, limit: int = 1_000_000_000) -> int:
        """How many there are, counted up to a limit."""
        return await self.documents.count(where or {}, limit)

    async def create(self, change: Change[A], cause: Cause) -> A:
        """A birth. Refused if the id is taken by another cause or a unique field by another aggregate."""
        return await self.rounds.perform(cause, self.birth(change))

    async def apply(self, id: UUID, decide: Decision[A], cause: Cause, start: A | None = None) -> A:
        """Decide on the aggregate and store what comes of it. `decide` may run more than once: keep it pure.

        Without `start` an aggregate that does not exist raises NotFound; with it the decision begins there.
        """
        return await self.rounds.perform(cause, self.touch(id, decide, start))

    def birth(self, change: Change[A]) -> Touch[A]:
        """A birth for a reaction to return."""
        return Touch(self, change.state.id, born=change)

    def touch(self, id: UUID, decide: Decision[A], start: A | None = None) -> Touch[A]:
        """A decision for a reaction to return."""
        return Touch(self, id, decide=decide, start=start)


class Database:
    """One service's own MongoDB database. Writes are acknowledged by a majority and journaled."""

    def __init__(self, url: str, name: str, rounds: Rounds, timeout: float = 8.0) -> None:
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
        self.rounds = rounds
        self.collections: dict[str, MongoDocuments] = {}

    def documents(self, name: str, indexes: Sequence[Index]) -> "MongoDocuments":
        if name not in self.collections:
            self.collections[name] = MongoDocuments(self._database[name], indexes)
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

    def __init__(self, collection: Any, indexes: Sequence[Index]) -> None:
        self.name: str = collection.name
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
                models.append(IndexModel([*keys, ("_id", ASCENDING)], name="+".join((*index.fields, "id"))))
        async with _reaching(self.name):
            await self._collection.create_indexes(models)

    async def read(self, ids: Sequence[UUID]) -> dict[UUID, Document]:
        async with _reaching(self.name):
            rows = await self._collection.find({"_id": {"$in": list(ids)}}).to_list(None)
        return {row["_id"]: _document(row) for row in rows}

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
                    [_operation(write, written) for write in writes], ordered=False
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
        """Find out which of these updates met another version."""
        found = await self.read([write.id for _, write in places])
        for place, write in places:
            document = found.get(write.id)
            made = document and document.version == write.version + write.steps and write.causes[-1] in document.causes
            if not made:
                outcomes[place] = Conflict()

    async def find(
        self, where: Where, sort: tuple[str, int], after: tuple[Any, UUID] | None, limit: int
    ) -> list[Document]:
        field, direction = sort
        query = _query(where)
        order = [(_path(field), direction)] if field != "id" else []
        if after is not None:
            query = {"$and": [query, _following(field, direction, after)]}
        cursor = self._collection.find(query).sort([*order, ("_id", direction)]).limit(limit)
        async with _reaching(self.name):
            return [_document(row) for row in await cursor.to_list(None)]

    async def count(self, where: Where, limit: int) -> int:
        async with _reaching(self.name):
            return int(await self._collection.count_documents(_query(where), limit=limit))

    async def remove(self, ids: Sequence[UUID]) -> None:
        async with _reaching(self.name):
            await self._collection.delete_many({"_id": {"$in": list(ids)}})

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

    async def due(self, now: datetime, limit: int) -> list[Document]:
        cursor = self._collection.find({"due": {"$lte": now}}).sort("due", ASCENDING).limit(limit)
        async with _reaching(self.name):
            return [_document(row) for row in await cursor.to_list(None)]

    async def next_due(self) -> datetime | None:
        async with _reaching(self.name):
            row = await self._collection.find_one({"due": {"$exists": True}}, {"due": 1}, sort=[("due", ASCENDING)])
        return row["due"] if row else None

    async def postpone(self, id: UUID, version: int, until: datetime | None) -> None:
        change = {"$set": {"due": until}} if until else {"$unset": {"due": ""}}
        async with _reaching(self.name):
            await self._collection.update_one({"_id": id, "version": version}, change)


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


def _operation(write: Write, written: datetime) -> InsertOne[Any] | UpdateOne:
    outbox = [_entry(pending, written) for pending in write.outbox]
    if not write.version:
        row: dict[str, Any] = {
            "_id": write.id,
            "version": write.steps,
            "state": write.state,
            "causes": write.causes,
            "outbox": outbox,
        }
        if write.due is not None:
            row["due"] = write.due
        return InsertOne(row)
    change: dict[str, Any] = {
        "$set": {"version": write.version + write.steps, "state": write.state},
        "$push": {"causes": {"$each": write.causes, "$slice": -CAUSES_KEPT}},
    }
    if outbox:
        change["$push"]["outbox"] = {"$each": outbox}
    if write.due is None:
        change["$unset"] = {"due": ""}
    else:
        change["$set"]["due"] = write.due
    return UpdateOne({"_id": write.id, "version": write.version}, change)


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
    )


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


def duplicate(fields: Mapping[str, Any]) -> Refused:
    """What a taken unique field is answered with."""
    taken = ", ".join(f"{name} {value!r}" for name, value in fields.items())
    return Refused(f"{taken} is taken already", "duplicate")


def _unfit(write: Write, error: Exception) -> Refused:
    return Refused(f"aggregate {write.id} cannot be stored: {error}", "not_storable")


def _path(field: str) -> str:
    return "_id" if field == "id" else f"state.{field}"


def _query(where: Where) -> dict[str, Any]:
    return {_path(field): _condition(field, value) for field, value in where.items()}


def _condition(field: str, value: Any) -> dict[str, Any]:
    if isinstance(value, Between):
        bounds = {"$gte": value.low, "$lt": value.high}
        return {operator: stored(bound) for operator, bound in bounds.items() if bound is not None}
    if isinstance(value, OneOf):
        return {"$in": [each if field == "id" else stored(each) for each in value.values]}
    return {"$eq": value if field == "id" else stored(value)}


def stored(value: Any) -> Any:
    """A value in the form in which it stands in a stored state. Texts stay texts, whatever they contain."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, UUID | Decimal):
        return str(value)
    if value is None or isinstance(value, str | int | float | bool):
        return value
    raise TypeError(f"a query compares with plain values, Between or OneOf, not with {type(value).__name__}")


def _following(field: str, direction: int, after: tuple[Any, UUID]) -> dict[str, Any]:
    value, id = after
    beyond = "$gt" if direction == ASCENDING else "$lt"
    if field == "id":
        return {"_id": {beyond: id}}
    path = _path(field)
    return {path: {f"{beyond}e": value}, "$or": [{path: {beyond: value}}, {path: {"$eq": value}, "_id": {beyond: id}}]}


def _sort(sort: str) -> tuple[str, int]:
    return (sort[1:], DESCENDING) if sort.startswith("-") else (sort, ASCENDING)


def _cursor(document: Document, field: str) -> str:
    value = None if field == "id" else reach(document.state, field)
    return base64.urlsafe_b64encode(json.dumps([value, str(document.id)]).encode()).decode()


def _read_cursor(cursor: str | None) -> tuple[Any, UUID] | None:
    if cursor is None:
        return None
    try:
        value, id = json.loads(base64.urlsafe_b64decode(cursor))
        if isinstance(value, dict | list):
            raise ValueError("not a plain value")
        return value, UUID(id)
    except (ValueError, TypeError):
        raise Refused("this cursor is not one that a list has returned; start without one", "bad_cursor") from None


def reach(state: Mapping[str, Any], field: str) -> Any:
    """The value of a dotted field, or nothing."""
    value: Any = state
    for name in field.split("."):
        value = value.get(name) if isinstance(value, Mapping) else None
    return value
