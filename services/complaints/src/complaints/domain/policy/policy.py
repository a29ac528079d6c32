"""The company's policy for complaints: clocks, steps, the ladder of escalation and authority by amount."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from complaints.domain.policy.authority import AuthorityMatrix
from shared import calendar
from shared.calendar import After, Calendar
from shared.contracts.roles import Role
from shared.policy import Policies, Policy

Step = Literal["judge", "investigate", "propose", "approve", "implement"]
STEPS: tuple[Step, ...] = ("judge", "investigate", "propose", "approve", "implement")


class Clock(calendar.Policy):
    """How long something may take, when to warn before it runs out, and whom a miss is taken to."""

    term: After
    warn_before: Annotated[timedelta, Field(gt=timedelta())] | None = None
    escalates_to: Role

    @property
    def length(self) -> timedelta:
        """The time allowed, a working day counted as a day."""
        return timedelta(days=self.term.days, hours=self.term.hours, minutes=self.term.minutes)

    def warns_at(self, due_at: datetime) -> datetime | None:
        """When to warn that `due_at` comes near, or nothing when the company wants no warning."""
        return due_at - self.warn_before if self.warn_before else None


class ComplaintPolicy(Policy):
    """One version of all the company's rules for complaints.

    The steps' limits together never exceed the limit of the whole case (003 §26.2 within §26.1).
    """

    close: Clock
    submit: Clock
    steps: dict[Step, Clock]
    ladder: tuple[Role, ...] = Field(min_length=1)
    patience: timedelta = Field(gt=timedelta())
    major_to: Role
    authority: AuthorityMatrix

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if missing := [step for step in STEPS if step not in self.steps]:
            raise ValueError(f"every step has a limit; missing: {', '.join(missing)}")
        total = sum((clock.length for clock in self.steps.values()), timedelta())
        if total > self.close.length:
            raise ValueError(f"the steps take {total} together, the whole case may take {self.close.length}")
        named = {self.major_to, *(clock.escalates_to for clock in (self.close, self.submit, *self.steps.values()))}
        if strange := sorted(named - set(self.ladder)):
            raise ValueError(f"not on the ladder: {', '.join(strange)}")
        return self

    def rung(self, role: Role) -> int:
        """How high on the ladder, the first role being 1; 0 is below it."""
        return self.ladder.index(role) + 1 if role in self.ladder else 0


@dataclass(frozen=True, slots=True)
class Rules:
    """What the company has laid down: its policy in every version, and the calendar in which terms are counted."""

    policies: Policies[ComplaintPolicy]
    calendar: Calendar

    def on(self, at: datetime) -> ComplaintPolicy:
        """The version for a complaint that is accepted at this moment."""
        return self.policies.on(self.calendar.day(at))

    def version(self, number: int | None) -> ComplaintPolicy:
        """The version that a complaint keeps from its acceptance to its end. LookupError for one that there is not."""
        assert number is not None, "a draft is not numbered yet and has no policy"
        return self.policies.version(number)
