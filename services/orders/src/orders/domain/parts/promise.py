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


class Promises(Part):
    """All promises of an order. What has been given stays on the record, kept or not."""

    given: tuple[Promise, ...] = ()

    def current(self, kind: PromiseKind) -> Promise | None:
        """The latest promise of this kind, whatever became of it."""
        return next((promise for promise in reversed(self.given) if promise.kind == kind), None)


def turned(promises: Promises, kind: PromiseKind, stage: PromiseStage) -> Promises:
    """With the open promise of this kind in another stage; what is not open stays as it is on the record."""
    current = promises.current(kind)
    if current is None or current.stage != "open":
        return promises
    now = current.but(stage=stage)
    return promises.but(given=tuple(now if each is current else each for each in promises.given))


def withdrawn(promises: Promises) -> Promises:
    """After the order's end: what was open is owed no more."""
    given = tuple(each.but(stage="withdrawn") if each.stage == "open" else each for each in promises.given)
    return promises.but(given=given)
