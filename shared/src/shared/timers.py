"""What happens when time passes: a decision for each kind of deadline, a reaction for each calendar rule."""

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from shared.aggregate import A, Aggregate, Cause, Change
from shared.calendar import Calendar, Daily, Monthly, Weekly, Yearly
from shared.clocks import CLOCKS
from shared.contracts.event import Actor
from shared.store import Store, Touch, Wanted

TIME = Actor(kind="time", id="clock")
OCCUR = "occur"
"""The kind of the deadline at which a recurrence occurs next."""

TimeDecision = Callable[[A, Cause], Change[A]]
CalendarRule = Daily | Weekly | Monthly | Yearly
RuleInForce = Callable[[datetime], CalendarRule]
"""A calendar rule that is a policy: the one in force at that moment."""
_RECURRENCES = uuid5(NAMESPACE_URL, "urn:kefu:recurrences")


@dataclass(frozen=True, slots=True)
class Timer:
    """What one kind of deadline of one collection does."""

    store: Store[Any]
    kind: str
    decide: TimeDecision[Any]

    def fire(self, id: UUID, at: datetime, version: int, now: datetime | None = None) -> tuple[Cause, Touch[Any]]:
        """The cause and the touch of this deadline; the same for the same deadline however often it is found.

        `version` is the aggregate's, so that a deadline set again for the same moment is another one.

        The decision sees the aggregate without the deadline, and its cause's time is the deadline's own; `now` is when
        the service comes to it.
        """
        cause_id = uuid5(id, f"{self.kind}@{at.astimezone(UTC).isoformat()}#{version}")
        cause = replace(_caused_by_time(cause_id, id, at, self.kind), heard_at=now)

        def decide(aggregate: Any) -> Change[Any]:
            if aggregate.deadline(self.kind) != at:
                return Change(aggregate)
            return self.decide(aggregate.done_with(self.kind), cause)

        return cause, self.store.touch(id, decide)

    def before(
        self, now: Callable[[], datetime], aggregate: Aggregate, version: int, cause: Cause
    ) -> tuple[Cause, Touch[Any]] | None:
        """What `fire` answers for a deadline that has passed before this cause and did not fire; None without one.

        A cause whose time lies ahead, as a department's clock may, lets none run out that has not passed by now.
        """
        at = aggregate.deadline(self.kind)
        if at is None or at >= cause.at:
            return None
        present = now()
        return self.fire(aggregate.id, at, version, present) if at < present else None


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One time that something has come round: the moment of the rule, and for whom or what."""

    name: str
    at: datetime
    of: str | None = None


Recurring = Callable[[Occurrence, Cause], Wanted | Awaitable[Wanted]]
ForEach = Callable[[datetime], Awaitable[Sequence[str]]]


@dataclass(frozen=True, slots=True)
class Schedule:
    """What comes round by a calendar rule, and what is done then, once for each of those whom it concerns."""

    name: str
    rule: RuleInForce
    react: Recurring
    for_each: ForEach | None = None

    @property
    def id(self) -> UUID:
        """The id of the recurrence that remembers when it occurs next."""
        return uuid5(_RECURRENCES, self.name)

    async def occurrences(self, at: datetime) -> list[tuple[Occurrence, Cause]]:
        """Each occurrence at this moment, with a cause that is the same however often it is asked for."""
        moment = at.astimezone(UTC).isoformat()
        ofs: Sequence[str | None] = [None] if self.for_each is None else await self.for_each(at)
        return [
            (
                Occurrence(self.name, at, of),
                _caused_by_time(uuid5(self.id, f"{moment}/{of or ''}"), self.id, at, self.name),
            )
            for of in ofs
        ]

    def passed(self, at: datetime, calendar: Calendar) -> tuple[Cause, Callable[["Recurrence"], Change["Recurrence"]]]:
        """The decision after all has been done for the occurrence at `at`: wait for the next one."""

        def go_on(recurrence: Recurrence) -> Change[Recurrence]:
            if recurrence.deadline(OCCUR) != at:
                return Change(recurrence)
            return Change(self._awaited(recurrence, at, calendar))

        return _caused_by_time(
            uuid5(self.id, f"{at.astimezone(UTC).isoformat()} passed"), self.id, at, self.name
        ), go_on

    def planned(self, now: datetime, calendar: Calendar) -> Callable[["Recurrence"], Change["Recurrence"]]:
        """The decision at a service's start: a new rule counts from now on, a known one goes on where it was.

        What came round during an outage by the rule that was in force then is made up for first.
        """

        def plan(recurrence: Recurrence) -> Change[Recurrence]:
            awaited = recurrence.deadline(OCCUR)
            if awaited and awaited <= now and self.rule(awaited) == recurrence.rule:
                return Change(recurrence)
            anew = self._awaited(recurrence, now, calendar)
            return Change(recurrence if awaited and recurrence.rule == anew.rule else anew)

        return plan

    def _awaited(self, recurrence: "Recurrence", since: datetime, calendar: Calendar) -> "Recurrence":
        """The next occurrence after `since`, by the rule that is in force when it comes."""
        rule = self.rule(since)
        due = rule.due(since, calendar)
        while (newer := self.rule(due)) != rule:
            rule, superseded, due = newer, due, newer.due(since, calendar)
            while due < superseded and self.rule(due) != rule:
                due = rule.due(due, calendar)
        return recurrence.but(rule=rule).awaiting(OCCUR, due)


class Recurrence(Aggregate):
    """When something comes round next: one for each schedule, however many replicas run."""

    name: str
    rule: CalendarRule


class Recurrences(Store[Recurrence]):
    """A service's recurrences."""

    collection = "recurrences"
    kind = Recurrence


class Timers:
    """`at = Timers()`, then `@at(orders, "readiness")` over a pure decision `(order, cause) -> Change`.

    A clock that ran out is decided on before anything that touches its aggregate later: the consequences of a miss do
    not depend on whether the deadline or a request comes first.

    `@at.every(Monthly(day=5, at=time(12)), for_each=account_managers)` over a reaction `(occurrence, cause)` that
    returns touches: each occurrence happens once, however many replicas run; after an outage each missed one is made up
    for, in order. A rule that is a policy is given as `lambda at: rules.on(at).monthly_reports`.
    """

    def __init__(self) -> None:
        self._timers: dict[tuple[str, str], Timer] = {}
        self.schedules: dict[str, Schedule] = {}

    def __call__(self, store: Store[A], kind: str) -> Callable[[TimeDecision[A]], TimeDecision[A]]:
        def register(decide: TimeDecision[A]) -> TimeDecision[A]:
            if (store.collection, kind) in self._timers:
                raise ValueError(f"{store.collection} has a decision for {kind!r} already")
            self._timers[store.collection, kind] = Timer(store, kind, decide)
            return decide

        return register

    def every(
        self, rule: CalendarRule | RuleInForce, *, for_each: ForEach | None = None, name: str | None = None
    ) -> Callable[[Recurring], Recurring]:
        """React whenever the rule comes round. The schedule is known by the reaction's name, or by the one given."""

        def register(react: Recurring) -> Recurring:
            in_force = rule if callable(rule) else lambda at: rule
            schedule = Schedule(name or react.__name__, in_force, react, for_each)
            if schedule.name in self.schedules:
                raise ValueError(f"there is a schedule {schedule.name!r} already")
            self.schedules[schedule.name] = schedule
            return react

        return register

    def __iter__(self) -> Iterator[Timer]:
        return iter(self._timers.values())

    def punctual(self, now: Callable[[], datetime]) -> None:
        """From now on each clock that ran out is decided on before whatever touches its aggregate later."""
        for timer in self:
            if timer.kind == CLOCKS:
                timer.store.timely = partial(timer.before, now)

    def of(self, collection: str, kind: str) -> Timer:
        """The timer of this kind. LookupError when no decision is named for it."""
        try:
            return self._timers[collection, kind]
        except KeyError:
            raise LookupError(f"no decision is named for the deadline {kind!r} of {collection}") from None

    @property
    def stores(self) -> list[Store[Any]]:
        """The stores whose aggregates have deadlines."""
        return list({timer.store.collection: timer.store for timer in self}.values())

    def keeping(self, kind: str) -> Mapping[str, Store[Any]]:
        """The stores that have a decision for this kind of deadline, by collection."""
        return {timer.store.collection: timer.store for timer in self if timer.kind == kind}


def _caused_by_time(id: UUID, correlation: UUID, at: datetime, what: str) -> Cause:
    return Cause(id=id, correlation=correlation, actor=TIME, at=at, kind="deadline", what=what)
