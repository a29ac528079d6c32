"""The audit trail: one entry for each refusal, each reading of personal data, each act of an operator, each export."""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Literal, Self
from uuid import UUID, uuid4

import structlog
from fastapi.responses import HTMLResponse
from fastapi.routing import APIRoute
from pydantic import TypeAdapter
from pydantic.errors import PydanticUserError

from shared.aggregate import Aggregate, Cause, Change, Unavailable
from shared.calendar import Calendar
from shared.contracts.event import Actor, Instant, Part
from shared.contracts.roles import Role
from shared.http import without_secret
from shared.identity import Principal
from shared.identity.reach import REACH
from shared.kernel.batch import Work
from shared.kernel.group_commit import GroupCommit
from shared.plain import printable
from shared.policy import Policies
from shared.retention import AuditPolicy, Expired, expired
from shared.seals.checkpoints import Removals
from shared.store import BadCursor, Between, DatabaseLike, Index, Page, Store, Where
from shared.time_source import TimeSource

log = structlog.get_logger()

AuditKind = Literal["refused", "read", "act", "export"]
NAMED = frozenset({"customer", "customer_name", "contact", "contact_name", "complainant", "id_card"})
"""Fields that name a customer, or the person whom we speak to there."""
PERSONAL = REACH | NAMED
"""Fields that make an answer personal data; a model that `x-personal` marks is personal whatever its fields are."""

EXPORTED = ("text/csv", "application/vnd.", "application/pdf", "application/zip")
CHARACTERS_KEPT = 300
"""Characters that are kept of a path, a reason, an address."""

FLUSH_AFTER = 60.0
"""Seconds after which refusals that were only counted are written at the latest."""

SWEEP_TRAIL_EVERY = 3600.0
"""Seconds between two sweeps of the retention."""

EACH_MINUTE, ALL_MINUTE = 30, 600
"""Refusals of one source, and of all together, that have an entry of their own within a minute; others are counted."""

PAGES_SWEPT = 1000
"""Pages that one sweep of the retention removes at most."""

GATHER = 0.5
"""Seconds for which entries are gathered, to be written together: what a process loses that is killed."""

FULL = 200
"""Entries of a page, which is then written without waiting longer."""

PAGES_READ_TOGETHER = 20
"""Pages that are read together when entries are looked up."""

SPANNED = timedelta(seconds=2 * FLUSH_AFTER)
"""The times of a page's entries lie less far apart: a refusal that was only counted comes a minute later."""


class AuditEntry(Part):
    """Who did or tried what, when, from where, and why they say.

    The path is the one that was asked for; of a query only the names of its parameters are kept. `actor` is absent for
    those who proved no identity.
    """

    id: UUID
    at: Instant
    kind: AuditKind
    actor: Actor | None
    who: str
    method: str
    route: str
    path: str
    asked_by: tuple[str, ...] = ()
    status: int
    code: str | None
    origin: str
    forwarded_for: str | None
    reason: str | None
    times: int = 1
    """How many such refusals the entry stands for: of a flood the first have an entry each, the others one together."""


class AuditPage(Aggregate):
    """Entries that were written together, in order. Never changed; removed when its time is over.

    `at` is the time of the last entry. By `kind`, `who` and `route` the pages are found that have such an entry.
    """

    at: Instant
    kind: frozenset[AuditKind]
    who: frozenset[str]
    route: frozenset[str]
    entries: tuple[AuditEntry, ...]

    @classmethod
    def of(cls, entries: Sequence[AuditEntry]) -> Self:
        """A page of these, of which there is at least one."""
        ordered = sorted(entries, key=lambda entry: entry.at)
        return cls(
            id=ordered[0].id,
            at=ordered[-1].at,
            kind=frozenset(entry.kind for entry in ordered),
            who=frozenset(entry.who for entry in ordered),
            route=frozenset(entry.route for entry in ordered),
            entries=tuple(ordered),
        )


class Floods:
    """Bounds what refusals write: so many a minute of each source, so many of all, and one count of the others."""

    def __init__(self) -> None:
        self._minute: datetime | None = None
        self._seen: Counter[str] = Counter()
        self._all = 0
        self._beyond: dict[str, AuditEntry] = {}

    def admit(self, entry: AuditEntry, source: str) -> Sequence[AuditEntry]:
        """What is to be written now: the entry, unless there are too many, and the counts of the minute before."""
        minute = entry.at.replace(second=0, microsecond=0)
        counted = self.flush() if minute != self._minute else ()
        self._minute = minute
        if source not in self._seen and len(self._seen) >= ALL_MINUTE:
            source, entry = OTHERS, entry.but(who=OTHERS, actor=None)
        self._seen[source] += 1
        self._all += 1
        if self._seen[source] <= EACH_MINUTE and self._all <= ALL_MINUTE:
            return (*counted, entry)
        known = self._beyond.get(source)
        self._beyond[source] = known.but(times=known.times + 1) if known else entry
        return counted

    def flush(self) -> Sequence[AuditEntry]:
        """The counts that have no entry yet."""
        counted = tuple(self._beyond.values())
        self._beyond = {}
        self._seen.clear()
        self._all = 0
        return counted


OTHERS = "others"
"""The sources beyond those that are counted by themselves."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Which entries are looked up; what is None does not count."""

    who: str | None = None
    kind: AuditKind | None = None
    route: str | None = None
    since: datetime | None = None
    until: datetime | None = None

    def means(self, entry: AuditEntry) -> bool:
        """Whether this is one of them."""
        return (
            self.who in (None, entry.who)
            and self.kind in (None, entry.kind)
            and self.route in (None, entry.route)
            and (self.since is None or self.since <= entry.at)
            and (self.until is None or entry.at < self.until)
        )

    @property
    def pages(self) -> Where:
        """On which pages they can stand."""
        latest = self.until and self.until + SPANNED
        return {"who": self.who, "kind": self.kind, "route": self.route, "at": Between(low=self.since, high=latest)}


LATEST_FIRST = "-at"


class Audit(Store[AuditPage]):
    """A service's audit trail. Pages are only born."""

    collection = "audit"
    kind = AuditPage
    indexes = (Index("at"), Index("who", "at"), Index("kind", "at"), Index("route", "at"))
    remembered = False

    def __init__(self, database: DatabaseLike) -> None:
        super().__init__(database)
        self._removals = Removals(database)

    def revive(self, state: Mapping[str, Any]) -> AuditPage:
        """A page; an entry that was written before there were pages is one of its own."""
        if "entries" in state:
            return super().revive(state)
        known = {name: state[name] for name in AuditEntry.model_fields if name in state}
        return AuditPage.of((AuditEntry.model_validate(known),))

    async def entries(self, asked: Asked, *, after: str | None = None, limit: int = 50) -> Page[AuditEntry]:
        """Some of these entries, the latest first; of several processes page by page. `after` is a Page's `next`."""
        begun, skip, known = _read_place(after)
        self.place(known, asked.pages, sort=LATEST_FIRST)
        pages = (await self.find({"id": begun})).items if begun else ()
        found: list[AuditEntry] = []
        while True:
            for page in pages:
                wanted = [entry for entry in reversed(page.entries) if asked.means(entry)][skip:]
                room = limit - len(found)
                if wanted and not room:
                    return Page(tuple(found), known)
                found += wanted[:room]
                through = self.cursor(page.at, page.id, asked.pages, sort=LATEST_FIRST)
                if wanted[room:]:
                    return Page(tuple(found), f"{page.id}.{skip + room}.{through}")
                skip, known = 0, through
            following = await self.find(asked.pages, sort=LATEST_FIRST, after=known, limit=PAGES_READ_TOGETHER)
            pages = following.items
            if not pages:
                return Page(tuple(found), None)

    async def forget(self, period: Expired) -> int:
        """Remove some of the pages of that period, the oldest first; how many these were."""
        old = (
            await self.find({"at": Between(low=period.since, high=period.until)}, sort="at", limit=PAGES_SWEPT)
        ).items
        if old:
            await self._removals.remove(self.documents, [page.id for page in old])
        return len(old)


def _read_place(after: str | None) -> tuple[UUID | None, int, str | None]:
    """The page that was begun, how many of its entries were returned, and the cursor of the pages behind it."""
    page, _, rest = (after or "").partition(".")
    count, _, known = rest.partition(".")
    if not rest:
        return None, 0, after
    if not count.isdecimal():
        raise BadCursor
    try:
        return UUID(page), int(count[:9]), known
    except ValueError:
        raise BadCursor from None


class AuditTrail:
    """Takes entries without making a request wait: they are written a moment later, many together."""

    def __init__(
        self,
        audit: Audit,
        group_commit: GroupCommit,
        time: TimeSource,
        calendar: Calendar,
        policies: Policies[AuditPolicy],
    ) -> None:
        self.audit = audit
        self._group_commit = group_commit
        self._time = time
        self._calendar = calendar
        self._policies = policies
        self._floods = Floods()
        self._flushing: asyncio.TimerHandle | None = None
        self._gathered: list[AuditEntry] = []
        self._handing_on: asyncio.TimerHandle | None = None

    async def keep(self) -> None:
        """Remove what the policy keeps no longer, now and then, until cancelled."""
        while True:
            try:
                await self.sweep()
            except Unavailable as error:
                log.warning("retention_waits", reason=error)
            await asyncio.sleep(SWEEP_TRAIL_EVERY)

    async def sweep(self) -> None:
        """Remove the entries whose time is over by the version of the policy in force on their day."""
        for period in expired(self._policies, self._calendar, self._time.now()):
            while await self.audit.forget(period):
                pass

    def note(self, scope: Mapping[str, Any], status: int, content_type: str) -> None:
        """Keep an entry about this request and its answer, if it is one of those that are evidence."""
        try:
            self._note(scope, status, content_type)
        except Exception:
            log.exception("audit_not_noted", route=getattr(scope.get("route"), "path", "-"), status=status)

    def _note(self, scope: Mapping[str, Any], status: int, content_type: str) -> None:
        kind = noted(scope, status, content_type)
        if kind is None:
            return
        entry = _entry(scope, kind, status, self._time.now())
        if kind == "refused":
            self._refused(entry)
        else:
            self._write(entry)

    def note_refused_message(self, department: str, key: str, code: str, queue: str) -> None:
        """Keep an entry about a message that was refused to the department whose it is, at the gateway."""
        entry = AuditEntry(
            id=uuid4(),
            at=self._time.now(),
            kind="refused",
            actor=Actor(kind="department", id=department),
            who=department,
            method="AMQP",
            route=queue,
            path=_plain(key) or "",
            status=422,
            code=_plain(code),
            origin=queue,
            forwarded_for=None,
            reason=None,
        )
        self._refused(entry)

    def _refused(self, entry: AuditEntry) -> None:
        source = f"{entry.who} {entry.origin} {(entry.forwarded_for or '').rpartition(',')[2].strip()}"
        self._write_refusals(self._floods.admit(entry, source))
        if self._flushing is None:
            self._flushing = asyncio.get_running_loop().call_later(FLUSH_AFTER, self.flush)

    def flush(self) -> None:
        """Hand on all that is not written yet, the counts of refusals too: after a minute, and before the end."""
        if self._flushing is not None:
            self._flushing.cancel()
            self._flushing = None
        self._write_refusals(self._floods.flush())
        self.hand_on()

    def _write_refusals(self, refusals: Sequence[AuditEntry]) -> None:
        for each in refusals:
            what = {"route": each.route, "status": each.status, "code": each.code, "times": each.times}
            log.warning("refused", entry=each.id, **what)
            self._write(each)

    def _write(self, entry: AuditEntry) -> None:
        self._gathered.append(entry)
        if len(self._gathered) >= FULL:
            self.hand_on()
        elif self._handing_on is None:
            self._handing_on = asyncio.get_running_loop().call_later(GATHER, self.hand_on)

    def hand_on(self) -> None:
        """Hand what was gathered to the group commit, which does not give up before it is written."""
        if self._handing_on is not None:
            self._handing_on.cancel()
            self._handing_on = None
        entries, self._gathered = self._gathered, []
        if entries:
            page = AuditPage.of(entries)
            cause = Cause(id=page.id, correlation=page.id, actor=TRAIL, at=page.at)
            self._group_commit.submit((Work(cause, (self.audit.birth(Change(page)),), _written),))


TRAIL = Actor(kind="service", id="audit")


def noted(scope: Mapping[str, Any], status: int, content_type: str) -> AuditKind | None:
    """What makes a request evidence; None for the others."""
    state = scope.get("state", {})
    route = scope.get("route")
    if status in {401, 403} or state.get("overstepped") or state.get("evidence"):
        return "refused"
    principal: Principal | None = state.get("principal")
    if principal is None or status >= 400:
        return None
    if content_type.startswith(EXPORTED) or state.get("exported"):
        return "export"
    if scope["method"] == "GET":
        personal = state.get("personal") or (isinstance(route, APIRoute) and answers_personally(route))
        return "read" if personal and principal.kind == "staff" else None
    actor: Actor | None = state.get("actor")
    return "act" if actor and actor.role == Role.OPERATOR else None


def answers_personally(route: APIRoute) -> bool:
    """Whether the answer of a route can hold personal data: it follows from the model, so no list is to be kept.

    A page has no model, and any page can hold some.
    """
    if route.response_class is HTMLResponse:
        return True
    return route.response_model is not None and _personal(route.response_model)


@lru_cache(maxsize=1024)
def _personal(model: Any) -> bool:
    try:
        schema = TypeAdapter(model).json_schema(mode="serialization")
    except PydanticUserError:
        return True
    return not schema or _says_who(schema)


def _says_who(schema: Any) -> bool:
    """Whether a part of an answer with this JSON schema can say who a person is, or anything at all."""
    if isinstance(schema, list):
        return any(_says_who(each) for each in schema)
    if not isinstance(schema, dict):
        return False
    anything = schema.get("additionalProperties") is True or "JsonValue" in schema.get("$defs", ())
    named = not PERSONAL.isdisjoint(schema.get("properties", ()))
    return anything or named or bool(schema.get("x-personal")) or any(_says_who(each) for each in schema.values())


def _entry(scope: Mapping[str, Any], kind: AuditKind, status: int, now: datetime) -> AuditEntry:
    """Every value is of its field's type already, and each request has one: none is looked at again."""
    state = scope.get("state", {})
    headers = dict(scope["headers"])
    principal: Principal | None = state.get("principal")
    actor: Actor | None = state.get("actor")
    if actor is None and principal is not None:
        actor = _actor(principal)
    client = scope.get("client")
    query = scope.get("query_string", b"").decode("latin-1")
    names = [part.partition("=")[0] for part in query.split("&") if part] if query else ()
    return AuditEntry.model_construct(
        id=uuid4(),
        at=now,
        kind=kind,
        actor=actor,
        who=principal.id if principal else "unknown",
        method=_plain(scope["method"]) or "",
        route=getattr(scope.get("route"), "path", "-"),
        path=_plain(without_secret(scope["path"])) or "",
        asked_by=tuple(sorted({(_plain(name) or "")[:40] for name in names}))[:20],
        status=status,
        code=state.get("problem"),
        origin=client[0] if client else "unknown",
        forwarded_for=_header(headers, b"x-forwarded-for"),
        reason=_header(headers, b"reason"),
    )


@lru_cache(maxsize=1024)
def _actor(principal: Principal) -> Actor:
    return Actor(kind=principal.kind, id=principal.id, role=min(principal.roles, default=None))


def _header(headers: Mapping[bytes, bytes], name: bytes) -> str | None:
    value = headers.get(name)
    return None if value is None else printable(value.decode("latin-1"), CHARACTERS_KEPT)


def _plain(text: str | None) -> str | None:
    return None if text is None else printable(text, CHARACTERS_KEPT)


def _written(result: object) -> None:
    if isinstance(result, Exception):
        log.error("audit_not_written", reason=result)
