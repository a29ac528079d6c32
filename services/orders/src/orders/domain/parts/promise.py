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
