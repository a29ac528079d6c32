"""Where aggregates are kept: Store, the only way to the database, and Touch, a decision that a reaction returns."""

import base64
import json
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import blake2b
from typing import Annotated, Any, ClassVar, Generic, Protocol, TypeVar
from uuid import UUID

from pydantic import AliasChoices, AliasPath, BaseModel, Field, TypeAdapter

from shared.aggregate import A, Aggregate, Cause, Change, Decision, NotFound, Refused
from shared.contracts.roles import Role
from shared.kernel.conditions import AllOf, Beginning, Between, OneOf, Where
from shared.kernel.documents import Document, Documents, Excerpt, Index, reach, stored
from shared.kernel.group_commit import GroupCommit
from shared.kernel.touch import Touch, Wanted

__all__ = [
    "AllOf",
    "BadCursor",
    "Beginning",
    "Between",
    "DatabaseLike",
    "Index",
    "OneOf",
    "Page",
    "Store",
    "Touch",
    "Wanted",
    "Where",
]

T = TypeVar("T")
BeforeCause = Callable[[Any, int, Cause], tuple[Cause, Touch[Any]] | None]
"""What time decides about an aggregate of this version before a cause touches it; None where nothing is overdue."""
RowT = TypeVar("RowT", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some aggregates, or rows of them, in order, and the cursor of what follows, if anything does."""

    items: tuple[T, ...]
    next: str | None


class BadCursor(Refused):
    """A cursor that no list has returned, or another list than the one that is asked to go on: 422 over HTTP."""

    code = "bad_cursor"

    def __init__(self) -> None:
        super().__init__("this cursor is not one that a list has returned; start without one")


class OtherList(BadCursor):
    """A cursor that a list has returned in another order or under other conditions."""

    code = "other_list"

    def __init__(self) -> None:
        Refused.__init__(
            self,
            "this cursor goes on with another list; give it to the list that has returned it, in the same order and "
            "with the same conditions, or start without one",
        )


class DatabaseLike(Protocol):
    """What a store needs: a place for its documents and the group commit that writes them."""

    group_commit: GroupCommit

    def documents(self, name: str, indexes: Sequence[Index]) -> Documents:
        """The documents of this collection, which has these indexes."""
        ...


class Store(Generic[A]):
    """A collection of aggregates: state, outbox and absorbed causes in one document, changed by one write.

    Whatever returns has been journaled by a majority. A cause touches an aggregate at most once: the same cause
    again returns the aggregate as it is now and announces nothing.
    """

    collection: ClassVar[str]
    kind: type[A]
    indexes: ClassVar[tuple[Index, ...]] = ()
    remembered: ClassVar[bool] = True
    """Whether a decision may begin with what this process wrote last; not where aggregates are removed and reborn."""
    confidential_to: ClassVar[frozenset[Role]] = frozenset()
    """Who alone may see that there are duties about these aggregates; nothing where every colleague may."""

    def __init__(self, database: DatabaseLike) -> None:
        self.documents = database.documents(self.collection, self.indexes)
        self.group_commit = database.group_commit
        self.timely: BeforeCause = _nothing_overdue

    @property
    def noun(self) -> str:
        """What one of these is called in messages to people."""
        return self.kind.__name__.lower()

    def revive(self, state: Mapping[str, Any]) -> A:
        """The aggregate that was stored as this state."""
        return self.kind.model_validate(state)

    def ran_out(self, aggregate: A, version: int, cause: Cause) -> tuple[Cause, Touch[A]] | None:
        """The decision about a clock that ran out before this cause and was not announced yet; `timers` name it."""
        return self.timely(aggregate, version, cause)

    async def get(self, id: UUID) -> A:
        """The aggregate as it was last written. Raises NotFound."""
        found = await self.documents.read((id,))
        if id not in found:
            raise NotFound(self.noun, id)
        return self.revive(found[id].state)

    async def find(
        self, where: Where | None = None, *, sort: str = "id", after: str | None = None, limit: int = 50
    ) -> Page[A]:
        """One page of the aggregates whose fields equal, lie Between, are OneOf or hold AllOf the given values.

        A condition that is None does not count, so that a route hands its optional filters on as they are; what lacks
        a field is asked for by OneOf(None). `sort` is a field, with a minus for descending; ties are broken by id.
        `after` is a Page's `next`, of the same sort and conditions. Raises BadCursor.
        """
        field, direction = _sort(sort)
        place = self.place(after, where, sort=sort)
        found = await self.documents.find(_asked(where), (field, direction), place, limit + 1)
        items = tuple(self.revive(document.state) for document in found[:limit])
        return Page(items, self._next(found, limit, where, sort))

    async def rows(
        self,
        row: type[RowT],
        where: Where | None = None,
        *,
        sort: str = "id",
        after: str | None = None,
        limit: int = 50,
    ) -> Page[RowT]:
        """One page, found and sorted as by `find`, of which only the fields of the model `row` are read.

        Its fields are named as those of the state, or reach into them by
        `Field(validation_alias=AliasPath("customer", "name"))`; `id` and `version` are the aggregate's. Where one index
        holds them all, MongoDB reads no document. A field that was added after an aggregate was written takes the
        row's default.
        """
        field, direction = _sort(sort)
        fields, names = _fields(row)
        wanted = fields if field == "id" else (*fields, field)
        place = self.place(after, where, sort=sort)
        found = await self.documents.excerpts(wanted, _asked(where), (field, direction), place, limit + 1)
        items = tuple(row.model_validate(_named(each, names)) for each in found[:limit])
        return Page(items, self._next(found, limit, where, sort))

    def place(self, after: str | None, where: Where | None = None, *, sort: str = "id") -> tuple[Any, UUID] | None:
        """Where a cursor says that this list goes on: the only reader of cursors. Raises BadCursor."""
        if after is None:
            return None
        value, id, of = _read_cursor(after)
        if of != _list_of(self.collection, where, sort):
            raise OtherList
        return value, id

    def cursor(self, value: Any, id: UUID, where: Where | None = None, *, sort: str = "id") -> str:
        """The cursor of what follows the aggregate with this id, of which the field that sorts has this value."""
        said = [stored(value), str(id), _list_of(self.collection, where, sort)]
        return base64.urlsafe_b64encode(json.dumps(said).encode()).decode()

    def _next(self, found: Sequence[Document | Excerpt], limit: int, where: Where | None, sort: str) -> str | None:
        """The cursor of what follows the first `limit` of these, if there are more."""
        if len(found) <= limit:
            return None
        field, _ = _sort(sort)
        last = found[limit - 1]
        return self.cursor(None if field == "id" else reach(last.state, field), last.id, where, sort=sort)

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

    async def each_row(self, row: type[RowT], where: Where | None = None, *, sort: str = "id") -> AsyncIterator[RowT]:
        """All of them, page by page, of which only the fields of the model `row` are read."""
        after = None
        while True:
            page = await self.rows(row, where, sort=sort, after=after, limit=500)
            for item in page.items:
                yield item
            if page.next is None:
                return
            after = page.next

    async def count(self, where: Where | None = None, limit: int = 1_000_000_000) -> int:
        """How many there are, counted up to a limit."""
        return await self.documents.count(_asked(where), limit)

    async def tampered(self, *ids: UUID) -> frozenset[UUID]:
        """Which of these aggregates are not what the service left, or once were not: their seals tell."""
        found = await self.documents.read(ids)
        return frozenset(id for id, each in found.items() if not each.whole or (each.seal and each.seal.altered))

    async def made(self, cause: Cause, *ids: UUID) -> A | None:
        """What this cause has given birth to under one of these ids, as it is now; None when it has not.

        Refused with `idempotency_key_reused` for another request with the same key.
        """
        found = await self.documents.read(ids)
        born = next((each.id for each in found.values() if cause.id in each.causes), None)
        return await self.apply(born, Change, cause) if born else None

    async def create(self, change: Change[A], cause: Cause) -> A:
        """A birth. Refused if the id is taken by another cause or a unique field by another aggregate."""
        return await self.group_commit.commit(cause, self.birth(change))

    async def apply(self, id: UUID, decide: Decision[A], cause: Cause, start: A | None = None) -> A:
        """Decide on the aggregate and store what comes of it. `decide` may run more than once: keep it pure.

        Without `start` an aggregate that does not exist raises NotFound; with it the decision begins there.
        """
        return await self.group_commit.commit(cause, self.touch(id, decide, start))

    def birth(self, change: Change[A]) -> Touch[A]:
        """A birth for a reaction to return."""
        return Touch(self, change.state.id, born=change)

    def touch(self, id: UUID, decide: Decision[A], start: A | None = None) -> Touch[A]:
        """A decision for a reaction to return."""
        return Touch(self, id, decide=decide, start=start)


_Stored = (
    bool
    | Annotated[int, Field(ge=-(2**63), lt=2**63)]
    | Annotated[float, Field(allow_inf_nan=False)]
    | Annotated[str, Field(max_length=20_000)]
    | None
)
_Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{16}$")]
_CURSOR: TypeAdapter[tuple[_Stored, UUID, _Digest]] = TypeAdapter(tuple[_Stored, UUID, _Digest])
"""A value that a state can have, an id and the list that they are of. Anything else was not made by a list, and MongoDB
might not take it."""


def _nothing_overdue(aggregate: Aggregate, version: int, cause: Cause) -> None:
    return None


def _sort(sort: str) -> tuple[str, int]:
    return (sort[1:], -1) if sort.startswith("-") else (sort, 1)


def _asked(where: Where | None) -> Where:
    """The conditions that say something."""
    return {field: value for field, value in (where or {}).items() if value is not None and value != Between()}


@cache
def _fields(row: type[BaseModel]) -> tuple[tuple[str, ...], frozenset[str]]:
    """The dotted fields that a row reads, and the names under which it expects them at the top."""
    fields = tuple(path for name, field in row.model_fields.items() for path in _paths(field.validation_alias or name))
    return fields, frozenset(path.split(".")[0] for path in fields)


def _paths(alias: str | AliasPath | AliasChoices) -> tuple[str, ...]:
    """Up to the first place in a list: of a list all is read."""
    if isinstance(alias, AliasChoices):
        return tuple(path for choice in alias.choices for path in _paths(choice))
    steps: Sequence[str | int] = alias.path if isinstance(alias, AliasPath) else (alias,)
    places = [at for at, step in enumerate(steps) if isinstance(step, int)]
    return (".".join(str(step) for step in steps[: min(places, default=len(steps))]),)


def _named(excerpt: Excerpt, names: frozenset[str]) -> dict[str, Any]:
    """What a row is made of, without the field that only the cursor needs."""
    own = {"id": excerpt.id, "version": excerpt.version}
    return {name: value for name, value in {**excerpt.state, **own}.items() if name in names}


def _list_of(collection: str, where: Where | None, sort: str) -> str:
    """A digest of a list: of what it lists, in which order and under which conditions. No value can be read from it."""
    asked = {field: _compared(value) for field, value in _asked(where).items()}
    return blake2b(json.dumps([collection, sort, asked], sort_keys=True).encode(), digest_size=8).hexdigest()


def _compared(wanted: Any) -> Any:
    """A condition as cursors compare it: whatever order its values have, and whatever time it is now."""
    if isinstance(wanted, Between):
        return ["between"] if wanted.by_now else ["between", stored(wanted.low), stored(wanted.high)]
    if isinstance(wanted, OneOf | AllOf):
        return [type(wanted).__name__, *sorted(json.dumps(_compared(value)) for value in wanted.values)]
    if isinstance(wanted, Beginning):
        return ["Beginning", wanted.text]
    return stored(wanted)


def _read_cursor(cursor: str) -> tuple[Any, UUID, str]:
    try:
        return _CURSOR.validate_json(base64.b64decode(cursor, altchars=b"-_", validate=True), strict=True)
    except ValueError:
        raise BadCursor from None
