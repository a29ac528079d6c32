"""The rules a company may set: clocks, steps, escalation and authority; data with versions, no constants."""

from datetime import datetime, timedelta
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, InstanceOf, model_validator

from complaints.domain.authority import AuthorityMatrix
from shared.calendar import CHINA, After, Calendar, Policy
from shared.contracts.vocabulary import RoleName

Step = Literal["judge", "investigate", "propose", "approve", "implement"]
STEPS: tuple[Step, ...] = ("judge", "investigate", "propose", "approve", "implement")


class Clock(Policy):
    """How long something may take, when to warn before it runs out, and whom a miss is taken to."""

    term: After
    warn_before: Annotated[timedelta, Field(gt=timedelta())] | None = None
    escalates_to: RoleName

    @property
    def length(self) -> timedelta:
        """The time allowed, a working day counted as a day."""
        return timedelta(days=self.term.days, hours=self.term.hours, minutes=self.term.minutes)

    def warns_at(self, due_at: datetime) -> datetime | None:
        """When to warn that `due_at` comes near, or nothing when nobody is to be warned."""
        return due_at - self.warn_before if self.warn_before else None


class ComplaintPolicy(BaseModel):
    """All rules of one company for its complaints.

    The steps' limits together never exceed the limit of the whole case (003 §26.2 within §26.1).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    close: Clock
    submit: Clock
    steps: dict[Step, Clock]
    ladder: tuple[RoleName, ...] = Field(min_length=1)
    patience: timedelta = Field(gt=timedelta())
    major_to: RoleName
    authority: AuthorityMatrix
    calendar: InstanceOf[Calendar] = Field(default=CHINA, exclude=True)

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

    def rung(self, role: RoleName | None) -> int:
        """How high on the ladder, the first role being 1; 0 is below it."""
        return self.ladder.index(role) + 1 if role in self.ladder else 0
