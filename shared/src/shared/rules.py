"""What the company has laid down for a service: its policy in every version, and the clocks of its calendar."""

from dataclasses import dataclass
from datetime import datetime
from typing import Generic, Protocol, TypeVar

from shared.calendar import Calendar
from shared.clocks import Clocks
from shared.policy import Policies, Policy

P = TypeVar("P", bound=Policy)


class Pinned(Protocol):
    """An aggregate, or a part of one, that keeps the version of the policy with which it began; None before that."""

    @property
    def policy_version(self) -> int | None: ...


@dataclass(frozen=True)
class CompanyRules(Generic[P]):
    """The rules that decisions go by. Built once, by `settings.rules(plumbing.calendar)`."""

    policies: Policies[P]
    clocks: Clocks

    @property
    def calendar(self) -> Calendar:
        """The company's calendar, in which the clocks count."""
        return self.clocks.calendar

    def on(self, at: datetime) -> P:
        """The version in force at this moment: for what begins then, and for what belongs to nothing that began."""
        return self.policies.on(self.calendar.day(at))

    def of(self, begun: Pinned) -> P:
        """The version that it keeps from its beginning to its end.

        LookupError when that version is not there any more, or when it has not begun yet.
        """
        if begun.policy_version is None:
            raise LookupError("it has not begun and has no version of the policy yet")
        return self.policies.version(begun.policy_version)

    def of_or_on(self, begun: Pinned, at: datetime) -> P:
        """The version that it keeps; of what has not begun yet, the version in force at this moment."""
        return self.on(at) if begun.policy_version is None else self.of(begun)
