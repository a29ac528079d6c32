"""What one commit makes of one aggregate: every decision that waits for it, taken in order of arrival."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, cast
from uuid import UUID, uuid5

import structlog

from shared.aggregate import Aggregate, Cause, Change, NotFound, Refused
from shared.contracts.event import Event, declared
from shared.kernel import inbox
from shared.kernel.documents import Document, Pending, Write
from shared.kernel.seals import Seal
from shared.kernel.touch import Collection, Touch
from shared.wire.envelope import Envelope

log = structlog.get_logger()


@dataclass(slots=True)
class Known:
    """An aggregate as a batch begins with it, and what it has absorbed."""

    state: Aggregate
    version: int
    causes: Sequence[UUID]
    seal: Seal | None = None
    whole: bool = True


Conclude = Callable[[list[Aggregate] | Exception], None]


@dataclass(slots=True)
class Work:
    """Everything one cause wants: its touches, and whom to tell when all are committed or one has failed."""

    cause: Cause
    touches: Sequence[Touch[Any]]
    conclude: Conclude
    abandoned: bool = False
    results: dict[int, Aggregate | Exception | None] = field(default_factory=dict)
    """What has become of each touch; once all are told, only that it has become something."""

    def resolve(self, position: int, result: Aggregate | Exception) -> None:
        """What one of its touches has come to; after the last one the work is finished."""
        self.results[position] = result
        if len(self.results) == len(self.touches):
            self.finish()

    def finish(self) -> None:
        """Conclude with the aggregates in the order of the touches, or with the first error among them."""
        results, self.results = self.results, dict.fromkeys(self.results)
        for result in results.values():
            if isinstance(result, Exception):
                return self.conclude(result)
        return self.conclude([results[position] for position in range(len(self.touches))])  # type: ignore[misc]


@dataclass(slots=True)
class Step:
    """One touch of one work, on its way through a commit."""

    work: Work
    position: int

    @property
    def touch(self) -> Touch[Any]:
        """The touch that this step carries out."""
        return self.work.touches[self.position]

    @property
    def resolved(self) -> bool:
        """Whether its outcome is known, or its work was given up."""
        return self.work.abandoned or self.position in self.work.results

    def resolve(self, result: Aggregate | Exception) -> None:
        """Its outcome is this aggregate or this error."""
        self.work.resolve(self.position, result)


class AggregateBatch:
    """All steps that one commit has for one aggregate, decided in order of arrival."""

    __slots__ = ("causes", "collection", "id", "known", "outbox", "results", "state", "steps", "version")

    def __init__(self, collection: Collection[Any], id: UUID) -> None:
        self.collection = collection
        self.id = id
        self.steps: list[Step] = []
        self.results: list[Aggregate | Exception] = []

    def decide_on(self, document: Document | None, round: int) -> Write | None:
        """Decide on what was read and return what to write; what needs no writing is resolved immediately.

        A document that cannot be revived, or a state that cannot be stored, is the error of its own steps alone.
        """
        try:
            write = self._begun_with(self._revived(document) if document else None, round)
        except Exception as error:  # noqa: BLE001
            self.results = [error for _ in self.steps]
            write = None
        if write is None:
            self.resolve()
        return write

    def try_remembered(self, known: Known, round: int) -> Write | None:
        """Decide on what is remembered and return what to write: the write finds out whether it still is so.

        None when any step was refused, absorbed or cannot be stored: all are decided again on what the database holds.
        """
        try:
            write = self._begun_with(known, round)
        except Exception:  # noqa: BLE001
            return None
        return None if any(isinstance(result, Exception) for result in self.results) else write

    def _begun_with(self, known: Known | None, round: int) -> Write | None:
        self.begin(known)
        self.decide(round)
        return self.write()

    def begin(self, known: Known | None) -> None:
        """Forget what was decided, and begin again with this; without it the aggregate is not there yet."""
        self.known = known
        self.version = known.version if known else 0
        self.state: Aggregate | None = known.state if known else None
        self.causes: list[UUID] = []
        self.outbox: list[Pending] = []
        self.results = []

    def _revived(self, document: Document) -> Known:
        state = self.collection.revive(document.state)
        return Known(state, document.version, document.causes, document.seal, document.whole)

    def left(self, write: Write) -> Known:
        """The aggregate after this batch was written."""
        assert self.state is not None
        return Known(self.state, self.version, write.absorbed, write.seal)

    def decide(self, round: int) -> None:
        """Let every step decide on what the one before it left. An error stays with its step."""
        for step in self.steps:
            try:
                self.results.append(self._take_in_time(step.work.cause, step.touch, round))
            except Exception as error:  # noqa: BLE001
                self.results.append(error)

    def _take_in_time(self, cause: Cause, touch: Touch[Any], round: int) -> Aggregate:
        """The clocks that ran out before the cause come first, each as a step of its own with the deadline's cause.

        A deadline whose decision fails holds up nothing: it is parked when it fires, unless the cause ends its clock.
        """
        while self.state is not None and not self._absorbed(cause):
            before = self.collection.ran_out(self.state, self.version, cause)
            if before is None:
                break
            try:
                self._take(*before, round)
            except Exception as error:  # noqa: BLE001
                log.warning("clock_not_decided", collection=self.collection.collection, reason=error)
                break
        return self._take(cause, touch, round)

    def _take(self, cause: Cause, touch: Touch[Any], round: int) -> Aggregate:
        if self._absorbed(cause):
            assert self.state is not None
            return self.state
        change = self._change(touch)
        if change.state.id != self.id:
            raise ValueError(f"a decision on {self.collection.collection} {self.id} returned {change.state.id}")
        version = self.version + 1
        outbox = [
            Pending(round, Envelope.of(event, self._event_id(event, version, position), self.id, version, cause))
            for position, event in enumerate(change.events)
        ]
        self.version = version
        self.state = change.state
        self.outbox += outbox
        self.causes += inbox.entries(cause.id, cause.fingerprint, cause.at)
        return cast(Aggregate, change.state)

    def _event_id(self, event: Event, version: int, position: int) -> UUID:
        """The same whenever the event is published again, and that of no other event of any service or collection."""
        return uuid5(self.id, f"{event.key}/{self.collection.collection}/{version}.{position}")

    def _change(self, touch: Touch[Any]) -> Change[Any]:
        if touch.born is not None:
            if self.state is not None:
                raise Refused(f"{self.collection.noun} {self.id} exists already", "already_exists")
            return touch.born
        state = touch.start if self.state is None else self.state
        if state is None:
            raise NotFound(self.collection.noun, self.id)
        assert touch.decide is not None
        return touch.decide(state)

    def _absorbed(self, cause: Cause) -> bool:
        known = self.known.causes if self.known else ()
        absorbed = known if cause.id in known else self.causes
        if cause.id not in absorbed:
            return False
        if cause.fingerprint and not inbox.repeats(absorbed, cause.id, cause.fingerprint):
            raise Refused(
                "this Idempotency-Key was used before with another request; take a new key for a new request",
                "idempotency_key_reused",
            )
        return True

    def preview(self, work: Work, document: Document | None) -> list[Event]:
        """The events of a work of one touch, decided on what was read but not kept."""
        self.begin(self._revived(document) if document else None)
        self._take_in_time(work.cause, work.touches[0], round=0)
        return [declared()[pending.envelope.key].model_validate_json(pending.envelope.body) for pending in self.outbox]

    def write(self) -> Write | None:
        """What has to be stored, or nothing if every step was absorbed or failed."""
        if not self.causes:
            return None
        assert self.state is not None
        known = self.known
        version = known.version if known else 0
        return Write(
            id=self.id,
            version=version,
            steps=self.version - version,
            state=self.state.model_dump(mode="json"),
            due=min((deadline.at for deadline in self.state.deadlines), default=None),
            outbox=self.outbox,
            causes=self.causes,
            absorbed=inbox.kept(
                [*(known.causes if known else ()), *self.causes], max(step.work.cause.now for step in self.steps)
            ),
            before=known.seal if known else None,
            altered=known is not None and not known.whole,
        )

    def resolve(self) -> None:
        """Give each step its outcome, in the order of their arrival."""
        results, self.results = self.results, []
        for step, result in zip(self.steps, results, strict=True):
            step.resolve(result)
