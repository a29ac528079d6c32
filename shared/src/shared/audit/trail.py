"""The audit trail: one entry for each refusal, each reading of personal data, each act of an operator, each export."""

import asyncio
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, Literal
from uuid import uuid4

import structlog
from fastapi.responses import HTMLResponse
from fastapi.routing import APIRoute
from pydantic import TypeAdapter
from pydantic.errors import PydanticUserError

from shared.aggregate import Aggregate, Cause, Change, Unavailable
from shared.calendar import Calendar
from shared.clock import TimeSource
from shared.contracts.event import Actor, Instant
from shared.contracts.roles import Role
from shared.http import without_secret
from shared.identity import Principal
from shared.kernel.batch import Work
from shared.kernel.group_commit import GroupCommit
from shared.plain import printable
from shared.policy import Policies
from shared.retention import AuditPolicy, Expired, expired
from shared.seals.checkpoints import Removals
from shared.store import Between, DatabaseLike, Index, Store

log = structlog.get_logger()

AuditKind = Literal["refused", "read", "act", "export"]
PERSONAL = ('"x-personal"', '"mobile"', '"email"', '"contact_name"', '"id_card"', '"site_address"', '"address"')
"""Names of fields that make an answer personal data, as they stand in its JSON schema; `x-personal` marks a model."""

EXPORTED = ("text/csv", "application/vnd.", "application/pdf", "application/zip")
LONGEST = 300
"""Characters that are kept of a path, a reason, an address."""

FLUSH_AFTER = 60.0
"""Seconds after which refusals that were only counted are written at the latest."""

SWEEP_EVERY = 3600.0
"""Seconds between two sweeps of the retention."""

EACH_MINUTE, ALL_MINUTE = 30, 600
"""Refusals of one source, and of all together, that have an entry of their own within a minute; others are counted."""

SWEPT = 1000
"""Entries that one sweep of the retention removes at most."""


class AuditEntry(Aggregate):
    """Who did or tried what, when, from where, and why they say. Never changed; removed when its time is over.

    The path is the one that was asked for; of a query only the names of its parameters are kept. `actor` is absent for
    those who proved no identity.
    """

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


class Audit(Store[AuditEntry]):
    """A service's audit trail. Entries are only born."""

    collection = "audit"
    kind = AuditEntry
    indexes = (Index("at"), Index("who", "at"), Index("kind", "at"), Index("route", "at"))

    def __init__(self, database: DatabaseLike) -> None:
        super().__init__(database)
        self._removals = Removals(database)

    async def forget(self, period: Expired) -> int:
        """Remove some of the entries of that period, the oldest first; how many these were."""
        old = (await self.find({"at": Between(low=period.since, high=period.until)}, sort="at", limit=SWEPT)).items
        if old:
            await self._removals.remove(self.documents, [entry.id for entry in old])
        return len(old)


class AuditTrail:
    """Takes entries without making a request wait: they are written with the next commit."""

    def __init__(
        self,
        audit: Audit,
        group_commit: GroupCommit,
        clock: TimeSource,
        calendar: Calendar,
        policies: Policies[AuditPolicy],
    ) -> None:
        self.audit = audit
        self._group_commit = group_commit
        self._clock = clock
        self._calendar = calendar
        self._policies = policies
        self._floods = Floods()
        self._flushing: asyncio.TimerHandle | None = None

    async def keep(self) -> None:
        """Remove what the policy keeps no longer, now and then, until cancelled."""
        while True:
            try:
                await self.sweep()
            except Unavailable as error:
                log.warning("retention_waits", reason=error)
            await asyncio.sleep(SWEEP_EVERY)

    async def sweep(self) -> None:
        """Remove the entries whose time is over by the version of the policy in force on their day."""
        for period in expired(self._policies, self._calendar, self._clock.now()):
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
        entry = _entry(scope, kind, status, self._clock.now())
        if kind == "refused":
            self._refused(entry)
        else:
            self._write(entry)

    def note_refused_message(self, department: str, key: str, code: str, queue: str) -> None:
        """Keep an entry about a message that was refused to the department whose it is, at the gateway."""
        entry = AuditEntry(
            id=uuid4(),
            at=self._clock.now(),
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
        """Write the counts of refusals that have no entry of their own yet: after a minute, and before the end."""
        if self._flushing is not None:
            self._flushing.cancel()
            self._flushing = None
        self._write_refusals(self._floods.flush())

    def _write_refusals(self, refusals: Sequence[AuditEntry]) -> None:
        for each in refusals:
            what = {"route": each.route, "status": each.status, "code": each.code, "times": each.times}
            log.warning("refused", entry=each.id, **what)
            self._write(each)

    def _write(self, entry: AuditEntry) -> None:
        cause = Cause(id=entry.id, correlation=entry.id, actor=entry.actor or UNKNOWN, at=entry.at)
        self._group_commit.submit((Work(cause, (self.audit.birth(Change(entry)),), _written),))


UNKNOWN = Actor(kind="service", id="unknown")


def noted(scope: Mapping[str, Any], status: int, content_type: str) -> AuditKind | None:
    """What makes a request evidence; None for the others."""
    state = scope.get("state", {})
    route = scope.get("route")
    if status in {401, 403} or state.get("overstepped") or state.get("evidence"):
        return "refused"
    principal: Principal | None = state.get("principal")
    if principal is None or status >= 400:
        return None
    if content_type.startswith(EXPORTED):
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
        schema = json.dumps(TypeAdapter(model).json_schema())
    except PydanticUserError:
        return True
    return any(name in schema for name in PERSONAL)


def _entry(scope: Mapping[str, Any], kind: AuditKind, status: int, now: datetime) -> AuditEntry:
    state = scope.get("state", {})
    headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
    principal: Principal | None = state.get("principal")
    actor: Actor | None = state.get("actor")
    if actor is None and principal is not None:
        actor = Actor(kind=principal.kind, id=principal.id, role=min(principal.roles, default=None))
    client = scope.get("client")
    names = [part.partition("=")[0] for part in scope.get("query_string", b"").decode("latin-1").split("&") if part]
    return AuditEntry(
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
        forwarded_for=_plain(headers.get(b"x-forwarded-for")),
        reason=_plain(headers.get(b"reason")),
    )


def _plain(text: str | None) -> str | None:
    return None if text is None else printable(text, LONGEST)


def _written(result: object) -> None:
    if isinstance(result, Exception):
        log.error("audit_not_written", reason=result)
