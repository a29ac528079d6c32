"""The list of root causes: those of the policy, and those that people added with a reason (002 五1)."""

from typing import Self
from uuid import NAMESPACE_URL, uuid5

from complaints.domain.policy.standards import KnownCause
from shared.aggregate import Aggregate
from shared.contracts.event import Instant, Part
from shared.contracts.vocabulary import Line, Prose, StaffId

CAUSES = uuid5(NAMESPACE_URL, "urn:kefu:complaint-causes")


class AddedCause(Part):
    """A root cause that the list did not have, with the reason for adding it."""

    code: str
    title: Line
    reason: Prose
    by: StaffId
    at: Instant


class CauseList(Aggregate):
    """The one list of the company. It only grows, so that a case's code can always be read."""

    added: tuple[AddedCause, ...] = ()

    @classmethod
    def empty(cls) -> Self:
        """The list as the policy gives it."""
        return cls(id=CAUSES)

    def named(self, code: str, given: tuple[KnownCause, ...]) -> KnownCause | None:
        """The cause of this code, among those of the policy and those added, if there is one."""
        return next((each for each in self.all(given) if each.code == code), None)

    def all(self, given: tuple[KnownCause, ...]) -> tuple[KnownCause, ...]:
        """Those of the policy, then those added, in the order in which they came."""
        return (*given, *(KnownCause(code=each.code, title=each.title) for each in self.added))
