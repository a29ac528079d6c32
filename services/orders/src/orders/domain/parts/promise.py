"""What a promise is: a day given to a customer, by whom, from what, and whether it was kept."""

from datetime import date
from typing import Literal

from shared.contracts.event import Part
from shared.contracts.vocabulary import StaffId

PromiseKind = Literal["ship", "arrive", "install", "complete", "accept"]
PromiseStage = Literal["open", "kept", "broken", "superseded", "withdrawn"]
Basis = Literal["contract", "plan", "reschedule"]


class Promise(Part):
    """One day given to a customer (004 三2). A later word on the same matter supersedes it, and says so."""

    kind: PromiseKind
    on: date
    revision: int = 1
    basis: Basis
    given_by: StaffId
    stage: PromiseStage = "open"
    settled_on: date | None = None

    def settled(self, on: date) -> "Promise":
        """Kept if it happened by the end of the promised day, otherwise broken."""
        return self.but(stage="kept" if on <= self.on else "broken", settled_on=on)


class Promises(Part):
    """All promises of an order. What has been given stays on the record, kept or not."""

    given: tuple[Promise, ...] = ()

    def current(self, kind: PromiseKind) -> Promise | None:
        """The latest promise of this kind, whatever became of it."""
        return next((promise for promise in reversed(self.given) if promise.kind == kind), None)

    def give(self, kind: PromiseKind, on: date, basis: Basis, by: StaffId) -> "Promises":
        """With one more promise; the open one of this kind is superseded, a broken one stays broken."""
        before = self.current(kind)
        revision = before.revision + 1 if before else 1
        promise = Promise(kind=kind, on=on, revision=revision, basis=basis, given_by=by)
        if before and before.stage == "open":
            return Promises(given=(*self._with(before, "superseded").given, promise))
        return Promises(given=(*self.given, promise))

    def settle(self, kind: PromiseKind, on: date) -> "Promises":
        """After it happened on that day. A day that was broken for want of news may turn out to have been kept."""
        promise = self.current(kind)
        if promise is None or promise.stage not in ("open", "broken") or promise.settled_on is not None:
            return self
        return Promises(given=tuple(promise.settled(on) if each is promise else each for each in self.given))

    def broken(self, kind: PromiseKind) -> "Promises":
        """After the promised day ended without news."""
        promise = self.current(kind)
        return self._with(promise, "broken") if promise and promise.stage == "open" else self

    def withdrawn(self) -> "Promises":
        """After the order's end: what was open is owed no more."""
        return Promises(
            given=tuple(each.but(stage="withdrawn") if each.stage == "open" else each for each in self.given)
        )

    def _with(self, promise: Promise, stage: PromiseStage) -> "Promises":
        return Promises(given=tuple(each.but(stage=stage) if each is promise else each for each in self.given))
