"""Clocks: terms that people have to keep; while one runs it is a duty, and it can explain itself."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal, NamedTuple, Self, TypeVar
from uuid import UUID

from pydantic import Field, model_validator

from shared.aggregate import Aggregate, Cause, Change, NotFound, Refused
from shared.calendar import Calendar, Daily, Term, Within
from shared.contracts.deadline import RunningDeadline
from shared.contracts.event import Actor, Event, Frozen, Instant, Part
from shared.contracts.roles import Role
from shared.contracts.vocabulary import CustomerId, Line, Prose, StaffId
from shared.policy import Policy

CLOCKS = "clocks"
"""The kind of the one deadline that an aggregate has for all its clocks: `at(store, CLOCKS)(clocks.tick())`."""

ENDED_KEPT = 40
"""Ended runs that an aggregate remembers, the latest."""

Positive = Annotated[timedelta, Field(gt=timedelta())]
RunOutcome = Literal["in_time", "late", "no_longer_needed"]


class Clock(Frozen):
    """A term as policy data: how long, counted how, whose duty, and to whom a miss goes.

    `title` is what staff read. `warn_before` are the lengths before the end at which the duty is called to mind. A miss
    goes to the first role of the `ladder`; each further role hears of it when `patience` has passed once more.
    """

    name: str = Field(pattern=r"^[a-z][a-z0-9_.]*$")
    title: str = Field(min_length=1, max_length=100)
    term: Term
    role: Role
    warn_before: tuple[Positive, ...] = ()
    ladder: tuple[Role, ...] = ()
    patience: Positive | None = None
    may_be_held: bool = False
    source: str = ""

    @model_validator(mode="after")
    def _can_climb(self) -> Self:
        if len(self.ladder) > 1 and self.patience is None:
            raise ValueError("a ladder of several roles needs a patience: how long each of them has")
        return self

    @property
    def working(self) -> bool:
        """Whether it counts working days alone."""
        return isinstance(self.term, Within | Daily) and self.term.working


class TimedPolicy(Policy):
    """A policy with clocks, wherever they stand in it: each has a name of its own, and a role to which a miss goes."""

    @model_validator(mode="after")
    def _has_clocks_that_can_be_told_apart_and_missed(self) -> Self:
        names = [clock.name for clock in self.clocks]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"each clock has a name of its own; used twice: {', '.join(twice)}")
        if silent := [clock.name for clock in self.clocks if not clock.ladder]:
            raise ValueError(f"every clock has a ladder, to whose first role a miss goes; missing: {', '.join(silent)}")
        return self

    @property
    def clocks(self) -> tuple[Clock, ...]:
        """Every clock that the policy lays down, in the order of its fields."""
        return tuple(_clocks_in(self))


def _clocks_in(value: object) -> Iterator[Clock]:
    """The clocks of a field, however deep they lie in it."""
    if isinstance(value, Clock):
        yield value
    elif isinstance(value, Frozen):
        for _, each in value:
            yield from _clocks_in(each)
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from _clocks_in(each)
    elif isinstance(value, tuple):
        for each in value:
            yield from _clocks_in(each)


class Matter(Part):
    """What a duty is about: what people call it, and the customer whom it concerns, if any."""

    about: Line
    customer_id: CustomerId | None = None


class Origin(Part):
    """What started a clock: the request, the event or the deadline, and who was behind it."""

    cause: UUID
    kind: Literal["request", "event", "deadline"]
    what: str | None = Field(default=None, description="The event's key, or the kind of the deadline.")
    actor: Actor


class Hold(Part):
    """A while in which a clock stood still. `mark` is the word by which the decision that held it finds it again."""

    since: Instant
    by: Actor
    reason: Prose
    mark: str = ""
    until: Instant | None = None


class Handover(Part):
    """The duty went from a role or a person to a person, or to a role of which no person has taken it yet.

    Where it went to a role, that one is named and the one before; where it went to a person, neither is.
    """

    at: Instant
    by: Actor
    before: StaffId | None
    after: StaffId | None
    reason: Prose
    before_role: Role | None = None
    after_role: Role | None = None


class ClockRun(Part):
    """One run of a clock, from its start to its end. All its events carry its id as `deadline_id`.

    `of` tells several runs of one clock on one aggregate apart. `set_by_hand` marks an end that was given instead of
    the term's: by a person, or else by what `follows` says. `calendar` is the version of the data that its working days
    were counted by.
    """

    id: UUID
    clock: Clock
    of: str = ""
    policy: str
    policy_version: int
    matter: Matter
    assignee: StaffId | None = None
    origin: Origin
    started_at: Instant
    due_at: Instant
    set_by_hand: bool = False
    follows: str = ""
    calendar: str
    warn_at: tuple[Instant, ...] = ()
    missed_at: Instant | None = None
    rung: int = 0
    climbs_at: Instant | None = None
    holds: tuple[Hold, ...] = ()
    handovers: tuple[Handover, ...] = ()
    ended_at: Instant | None = None
    outcome: RunOutcome | None = None

    @property
    def running(self) -> bool:
        """Whether the duty is still open. A held clock runs, though it stands still."""
        return self.ended_at is None

    @property
    def held(self) -> bool:
        """Whether it stands still at present."""
        return bool(self.holds) and self.holds[-1].until is None

    def in_time(self, at: datetime) -> bool:
        """Whether what is done at this moment is done in time: one that stands still counts to when it was held."""
        return not self.missed_at and (self.holds[-1].since if self.held else at) <= self.due_at

    @property
    def next_moment(self) -> datetime | None:
        """When it has something to say again: a warning, the miss, the next rung."""
        if not self.running or self.held:
            return None
        return self.climbs_at if self.missed_at else min((*self.warn_at, self.due_at))


class GivenEnd(NamedTuple):
    """An end that follows from something else than the term, and in Chinese from what: the day on which goods leave."""

    at: datetime
    follows: str


class Timed(Aggregate):
    """An aggregate on which clocks run."""

    clocks: tuple[ClockRun, ...] = ()

    def clock(self, name: str, of: str | None = None) -> ClockRun | None:
        """The running clock of this name, if there is one; of several the earliest."""
        found = [run for run in self.running if run.clock.name == name and of in (None, run.of)]
        return min(found, key=lambda run: run.due_at, default=None)

    @property
    def running(self) -> tuple[ClockRun, ...]:
        """The clocks that run, the earliest end first."""
        return tuple(sorted((run for run in self.clocks if run.running), key=lambda run: run.due_at))


T = TypeVar("T", bound=Timed)
OnMiss = Callable[[T, ClockRun, Cause], Change[T]]


@dataclass(frozen=True, slots=True)
class Announcements:
    """The service's own events about its clocks: subclasses of those in `shared.contracts.deadline`."""

    set: type[Event]
    approaching: type[Event]
    missed: type[Event]
    met: type[Event]
    held: type[Event]
    reassigned: type[Event]


def _unchanged(timed: Any) -> Any:
    return timed


class Clocks:
    """A service's clocks. Every method returns a decision: `judge(…).then(clocks.start(…))`.

    Each takes which clock, what is given and the cause, in this order; what may be left out is given by its name.
    `moved` is what becomes of an aggregate when one of its clocks has another end, which it keeps in a field too.
    """

    def __init__(
        self, announce: Announcements, calendar: Calendar, *, moved: Callable[[Any], Any] = _unchanged
    ) -> None:
        self._announce = announce
        self._moved = moved
        self.calendar = calendar

    def start(
        self,
        clock: Clock,
        matter: Matter,
        cause: Cause,
        *,
        policy: Policy,
        assignee: StaffId | None = None,
        of: str = "",
        since: datetime | None = None,
        due_at: datetime | GivenEnd | None = None,
    ) -> Callable[[T], Change[T]]:
        """A clock begins to run; one that runs already under this name is replaced.

        The term counts from `since`, the moment at which the matter happened, or from the cause's time. `due_at` is the
        moment that a person has named as the end, or the GivenEnd that follows from something else; without it the term
        of the policy says when.
        """
        began = since or cause.at
        end = due_at.at if isinstance(due_at, GivenEnd) else due_at

        def start(aggregate: T) -> Change[T]:
            run = ClockRun(
                id=cause.derive(_place(aggregate, clock.name, of, cause)),
                clock=clock,
                of=of,
                policy=policy.name,
                policy_version=policy.version,
                matter=matter,
                assignee=assignee,
                origin=Origin(cause=cause.id, kind=cause.kind, what=cause.what, actor=cause.actor),
                started_at=began,
                due_at=end or clock.term.due(began, self.calendar),
                set_by_hand=due_at is not None,
                follows=due_at.follows if isinstance(due_at, GivenEnd) else "",
                calendar=self.calendar.version,
            )
            run = _with_warnings(run, cause.at)
            replaced = self.drop(clock.name, cause=cause, of=of)(aggregate)
            return Change(_with(replaced.state, run), (*replaced.events, self._set(run)))

        return start

    def stop(self, *names: str, cause: Cause, of: str | None = None) -> Callable[[T], Change[T]]:
        """The duties of these names are done, in time or late; without names all. One that does not run is no error.

        What is done after its end, before the miss was told, is announced as missed, and then as met: they always pair.
        Before a decision of another cause a store fires what has run out (`shared.timers`), with what the business does
        about a miss. So a clock is late and unannounced here only where that could not be decided.
        """
        return self._ending(names, of, cause, needed=True)

    def drop(self, *names: str, cause: Cause, of: str | None = None) -> Callable[[T], Change[T]]:
        """The duties of these names are not needed any more; without names all of them."""
        return self._ending(names, of, cause, needed=False)

    def _ending(
        self, names: tuple[str, ...], of: str | None, cause: Cause, *, needed: bool
    ) -> Callable[[T], Change[T]]:
        def end(aggregate: T) -> Change[T]:
            meant = [run for run in aggregate.running if run.clock.name in (names or (run.clock.name,))]
            change = Change(_with(aggregate))
            for run in (each for each in meant if of in (None, each.of)):
                if needed and not run.held and run.missed_at is None and cause.at > run.due_at:
                    change = change.then(self._moved_on(run.id, cause, None))
                change = change.then(self._ended(run.id, cause, needed=needed))
            return change

        return end

    def _ended(self, id: UUID, cause: Cause, *, needed: bool) -> Callable[[T], Change[T]]:
        def end(aggregate: T) -> Change[T]:
            (run,) = (run for run in aggregate.running if run.id == id)
            ended = _ended(run, cause.at, needed=needed)
            said = self._announce.met.of(_said(run), met_at=cause.at, outcome=ended.outcome)
            return Change(_with(aggregate, ended), (said,))

        return end

    def hold(
        self, which: str | UUID, reason: str, cause: Cause, *, of: str | None = None, mark: str = ""
    ) -> Callable[[T], Change[T]]:
        """A clock, named or known by its run's id, stands still.

        Refused where the policy does not allow it, when it stands still already, or when its time is over.
        """

        def hold(aggregate: T) -> Change[T]:
            run = _running(aggregate, which, of)
            name = run.clock.name
            if not run.clock.may_be_held:
                raise Refused(f"the policy {run.policy} v{run.policy_version} lets nothing hold {name}", "not_holdable")
            if run.held or run.missed_at or cause.at >= run.due_at:
                raise Refused(f"{name} {'stands still' if run.held else 'has run out'} already", "not_running")
            held = run.but(holds=(*run.holds, Hold(since=cause.at, by=cause.actor, reason=reason, mark=mark)))
            said = self._announce.held.of(_said(held), held_at=cause.at, reason=reason)
            return Change(_with(aggregate, held), (said,))

        return hold

    def resume(self, which: str | UUID, cause: Cause, *, of: str | None = None) -> Callable[[T], Change[T]]:
        """A held clock goes on; what was left of its term then is left of it now. Refused when it was not held."""

        def resume(aggregate: T) -> Change[T]:
            run = _running(aggregate, which, of)
            if not run.held:
                raise Refused(f"{run.clock.name} runs; only a held clock is resumed", "not_held")
            over = run.holds[-1].but(until=cause.at)
            run = run.but(holds=(*run.holds[:-1], over), due_at=self._later(run, run.due_at, over))
            run = _with_warnings(run, cause.at)
            return Change(self._moved(_with(aggregate, run)), (self._set(run),))

        return resume

    def call_to_mind(self, name: str, cause: Cause) -> Callable[[T], Change[T]]:
        """A duty is called to mind out of turn, because it is unlikely to be done in time; not after it was missed."""

        def call(aggregate: T) -> Change[T]:
            run = aggregate.clock(name)
            if run is None or run.held or run.missed_at or cause.at >= run.due_at:
                return Change(aggregate)
            return Change(aggregate, (_approaching(self._announce, run, cause.at),))

        return call

    def reassign(self, id: UUID, to: StaffId, reason: str, cause: Cause) -> Callable[[T], Change[T]]:
        """One running duty is another person's from now on. NotFound when it does not run (any more)."""

        def reassign(aggregate: T) -> Change[T]:
            run = next((run for run in aggregate.running if run.id == id), None)
            if run is None:
                raise NotFound("running duty", id)
            return self._given(aggregate, (run,), to, reason, cause)

        return reassign

    def assign(self, to: StaffId, reason: str, cause: Cause) -> Callable[[T], Change[T]]:
        """All running duties of the aggregate are this person's from now on."""
        return lambda aggregate: self._given(aggregate, aggregate.running, to, reason, cause)

    def entrust(
        self, id: UUID, to: Role, reason: str, cause: Cause, *, due_at: datetime | None = None
    ) -> Callable[[T], Change[T]]:
        """One running duty is another role's from now on, and of no person until one takes it; it goes on as it is.

        `due_at` is another end, where a person has named one, as `end_at` puts it. NotFound when it does not run (any
        more).
        """

        def entrust(aggregate: T) -> Change[T]:
            run = _running(aggregate, id, None)
            given = run.but(clock=run.clock.but(role=to), assignee=None)
            if (to, None) != (run.clock.role, run.assignee):
                handover = Handover(
                    at=cause.at,
                    by=cause.actor,
                    before=run.assignee,
                    after=None,
                    reason=reason,
                    before_role=run.clock.role,
                    after_role=to,
                )
                given = given.but(handovers=(*run.handovers, handover))
            if due_at is not None:
                given = _ending_at(given, due_at, cause)
            return Change(self._moved(_with(aggregate, given)), (self._set(given),))

        return entrust

    def end_at(self, id: UUID, due_at: datetime, cause: Cause) -> Callable[[T], Change[T]]:
        """One running duty ends when a person has named, and is whose it was; a held one still stands still.

        Refused when its time is over. NotFound when it does not run (any more).
        """

        def end_at(aggregate: T) -> Change[T]:
            run = _ending_at(_running(aggregate, id, None), due_at, cause)
            return Change(self._moved(_with(aggregate, run)), (self._set(run),))

        return end_at

    def _given(self, aggregate: T, runs: Iterable[ClockRun], to: StaffId, reason: str, cause: Cause) -> Change[T]:
        given: list[ClockRun] = []
        events: list[Event] = []
        for run in runs:
            if run.assignee == to:
                continue
            handover = Handover(at=cause.at, by=cause.actor, before=run.assignee, after=to, reason=reason)
            given.append(run.but(assignee=to, handovers=(*run.handovers, handover)))
            events.append(self._announce.reassigned.of(_said(given[-1]), before=run.assignee, reason=reason))
        return Change(_with(aggregate, *given), tuple(events))

    def tick(self, on_miss: OnMiss[T] | None = None) -> Callable[[T, Cause], Change[T]]:
        """What happens when a clock's moment has come: a warning, a miss, a rung up the ladder.

        After a standstill one warning speaks for those that have passed, and none once the end has passed too.

        `on_miss` adds what the business does about a miss, at each rung: the aggregate, the run, the cause.
        """

        def tick(aggregate: T, cause: Cause) -> Change[T]:
            change = Change(_with(aggregate))
            for run in aggregate.running:
                if run.next_moment and run.next_moment <= cause.at:
                    change = change.then(self._moved_on(run.id, cause, on_miss))
            return change

        return tick

    def _moved_on(self, id: UUID, cause: Cause, on_miss: OnMiss[T] | None) -> Callable[[T], Change[T]]:
        def move_on(aggregate: T) -> Change[T]:
            run = next((run for run in aggregate.running if run.id == id), None)
            if run is None:
                return Change(aggregate)
            if run.missed_at is None and cause.at < run.due_at:
                told = Change(_with(aggregate, run.but(warn_at=tuple(at for at in run.warn_at if at > cause.now))))
                passed = cause.now >= run.due_at
                return told if passed else told.announcing(_approaching(self._announce, run, cause.now))
            missed = _one_rung_up(run)
            role = run.clock.ladder[missed.rung - 1] if run.clock.ladder else None
            said = self._announce.missed.of(_said(run), supervisor_role=role, rung=missed.rung, title=run.clock.title)
            change = Change(_with(aggregate, missed), (said,))
            return change.then(lambda late: on_miss(late, missed, cause)) if on_miss else change

        return move_on

    def follow_calendar(self, cause: Cause) -> Callable[[T], Change[T]]:
        """Running clocks that count working days end when the present calendar says; one that ran out stays so."""

        def follow(aggregate: T) -> Change[T]:
            moved: list[ClockRun] = []
            events: list[Event] = []
            for run in aggregate.running:
                if not run.clock.working or run.calendar == self.calendar.version:
                    continue
                due_at = run.due_at if run.set_by_hand or run.missed_at else self._due(run)
                followed = run.but(calendar=self.calendar.version)
                if due_at != run.due_at:
                    followed = _with_warnings(followed.but(due_at=due_at), cause.at)
                events.append(self._set(followed))
                moved.append(followed)
            return Change(self._moved(_with(aggregate, *moved)), tuple(events))

        return follow

    def _due(self, run: ClockRun) -> datetime:
        due_at = run.clock.term.due(run.started_at, self.calendar)
        for hold in run.holds:
            due_at = self._later(run, due_at, hold)
        return due_at

    def _later(self, run: ClockRun, due_at: datetime, hold: Hold) -> datetime:
        """The end after a hold: what was left when it began is left when it is over."""
        if hold.until is None:
            return due_at
        if not (run.clock.working and isinstance(run.clock.term, Within)):
            return due_at + (hold.until - hold.since)
        calendar = self.calendar
        last = calendar.local(due_at - timedelta(microseconds=1) if run.clock.term.end_of_day else due_at)
        left = calendar.working_days_between(calendar.day(hold.since), last.date())
        if not left:
            return due_at + (hold.until - hold.since)
        day = calendar.working_days_after(calendar.day(hold.until), left)
        return calendar.moment(day) if run.clock.term.end_of_day else calendar.moment(day, last.time())

    def _set(self, run: ClockRun) -> Event:
        counted = "working" if run.clock.working else "calendar"
        return self._announce.set.of(
            _said(run), calendar=counted, policy_version=run.policy_version, warn_at=run.warn_at
        )


def _place(aggregate: Timed, name: str, of: str, cause: Cause) -> str:
    """What tells a run from all others of its cause: also from an earlier one of the same name that it replaces."""
    earlier = sum((run.origin.cause, run.clock.name, run.of) == (cause.id, name, of) for run in aggregate.clocks)
    return f"clock:{aggregate.id}:{name}:{of}{f':{earlier}' if earlier else ''}"


def _running(aggregate: Timed, which: str | UUID, of: str | None) -> ClockRun:
    if isinstance(which, UUID):
        known = next((run for run in aggregate.running if run.id == which), None)
        if known is None:
            raise NotFound("running duty", which)
        return known
    run = aggregate.clock(which, of)
    if run is None:
        offers = ", ".join(sorted({run.clock.name for run in aggregate.running})) or "none"
        raise Refused(f"{which} does not run; running now: {offers}", "not_running")
    return run


def _approaching(announce: Announcements, run: ClockRun, at: datetime) -> Event:
    return announce.approaching.of(_said(run), remaining=run.due_at - at, title=run.clock.title)


def _said(run: ClockRun) -> RunningDeadline:
    """What all events of a run say."""
    return RunningDeadline(
        deadline_id=run.id,
        kind=run.clock.name,
        about=run.matter.about,
        due_at=run.due_at,
        assignee=run.assignee,
        assignee_role=run.clock.role,
        customer_id=run.matter.customer_id,
    )


def _ending_at(run: ClockRun, due_at: datetime, cause: Cause) -> ClockRun:
    """The run with this end. A held one is held anew: what is left of its term counts from now on."""
    if run.missed_at:
        raise Refused(f"{run.clock.name} has run out already; a clock that begins anew has another end", "not_running")
    if run.held:
        over, anew = run.holds[-1].but(until=cause.at), run.holds[-1].but(since=cause.at)
        run = run.but(holds=(*run.holds[:-1], over, anew))
    return _with_warnings(run.but(due_at=due_at, set_by_hand=True, follows=""), cause.at)


def _with_warnings(run: ClockRun, now: datetime) -> ClockRun:
    moments = sorted(run.due_at - before for before in run.clock.warn_before)
    return run.but(warn_at=tuple(at for at in moments if at > now))


def _one_rung_up(run: ClockRun) -> ClockRun:
    at = run.climbs_at or run.due_at
    rung = run.rung + 1
    further = at + run.clock.patience if run.clock.patience and rung < len(run.clock.ladder) else None
    return run.but(missed_at=run.missed_at or run.due_at, warn_at=(), rung=rung, climbs_at=further)


def _ended(run: ClockRun, at: datetime, *, needed: bool) -> ClockRun:
    outcome: RunOutcome = "no_longer_needed"
    if needed:
        outcome = "in_time" if run.in_time(at) else "late"
    holds = (*run.holds[:-1], run.holds[-1].but(until=at)) if run.held else run.holds
    return run.but(ended_at=at, outcome=outcome, holds=holds, warn_at=(), climbs_at=None)


def _with(aggregate: T, *runs: ClockRun) -> T:
    """The aggregate with these runs as they are now, and its deadline at the earliest moment of any."""
    new = {run.id: run for run in runs}
    known = {run.id for run in aggregate.clocks}
    clocks = [new.get(run.id, run) for run in aggregate.clocks] + [run for run in runs if run.id not in known]
    ended = [run for run in clocks if not run.running]
    forgotten = {run.id for run in ended[: max(len(ended) - ENDED_KEPT, 0)]}
    kept = aggregate.but(clocks=tuple(run for run in clocks if run.id not in forgotten))
    moment = min(filter(None, (run.next_moment for run in kept.clocks)), default=None)
    return kept.awaiting(CLOCKS, moment) if moment else kept.done_with(CLOCKS)
