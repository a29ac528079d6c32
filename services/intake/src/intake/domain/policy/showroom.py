"""How a customer is received in the showroom: what is prepared, who does what, and how long each station takes."""

from datetime import time, timedelta
from typing import Annotated, Self

from pydantic import Field, model_validator

from shared.clocks import Clock
from shared.contracts.event import Frozen
from shared.contracts.vocabulary import Line

Name = Annotated[str, Field(pattern=r"^[a-z][a-z_]{0,39}$")]


class Supply(Frozen):
    """Something that is prepared: one for each visitor or one for all, always or for a presentation alone."""

    title: Line
    for_each: bool = False
    for_presentation: bool = False


class Station(Frozen):
    """A station of the tour, and how many minutes the standard gives it, where it does."""

    title: Line
    at_least: int | None = Field(default=None, ge=0)
    at_most: int | None = Field(default=None, ge=0)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.at_least is not None and self.at_most is not None and self.at_least > self.at_most:
            raise ValueError("at_least is not more than at_most")
        return self

    def fits(self, minutes: int) -> bool:
        """Whether a station that took so long kept the standard."""
        return (self.at_least or 0) <= minutes and (self.at_most is None or minutes <= self.at_most)


class ShowroomRule(Frozen):
    """The reception in the showroom (001 售前四). Each task is a person's, and done `ready_before` the arrival.

    The sales assistant is told on the day of the visit at `told_at`, in local time.
    """

    told_at: time
    ready_before: timedelta = Field(gt=timedelta())
    clock: Clock
    supplies: dict[Name, Supply]
    tasks: dict[Name, Line] = Field(min_length=1)
    stations: dict[Name, Station] = Field(min_length=1)
