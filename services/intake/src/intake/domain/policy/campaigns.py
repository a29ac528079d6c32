"""Campaigns that come round by themselves, and what customers are wished at which time of the year."""

from collections import Counter
from datetime import date, time, timedelta
from hashlib import sha256
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from intake.domain.parts.criteria import Criteria
from intake.domain.policy.reports import WhenItComes
from shared.calendar import Calendar, Daily
from shared.clocks import Clock
from shared.contracts.event import Frozen
from shared.contracts.vocabulary import Line

SeasonName = Annotated[str, Field(pattern=r"^[a-z][a-z_]{0,39}$")]
DayOfYear = Annotated[str, Field(pattern=r"^(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$")]


class Season(Frozen):
    """When customers of which kind are called because of a festival, the company's anniversary or a promotion."""

    occasion: Literal["festival", "anniversary", "promotion"]
    name: Line
    wish: Line
    comes: WhenItComes
    days: int = Field(ge=1, le=60)
    """Within how many days they are called."""
    draws: Criteria = Criteria()


class CallingRound(Frozen):
    """How often customers of one type are called, on days that they do not see coming (002 二)."""

    name: Line
    draws: Criteria
    every: int = Field(ge=7, le=366)
    """In so many days they are called once, on one of the working days among them."""
    days: int = Field(ge=1, le=60)
    """Within how many days they are called."""

    def falls_on(self, day: date, calendar: Calendar) -> bool:
        """Whether it is the round's day: drawn from its name and the first of its days, so that each replica agrees.

        Each working day has its own lot, so that a day off that is entered later draws another day only where it is the
        round's.
        """
        first = day - timedelta(days=day.toordinal() % self.every)
        within = (first + timedelta(days=place) for place in range(self.every))
        working = [each for each in within if calendar.is_working_day(each)]
        drawn = min(working, key=lambda each: sha256(f"{self.name}/{first}/{each}".encode()).digest(), default=None)
        return drawn == day


class CampaignRule(Frozen):
    """How long after its last day a campaign is summed up, and which campaigns come round by themselves.

    `rounds` are the irregular callbacks of each type of customer, each with a name of its own.
    """

    clock: Clock
    seasons: dict[SeasonName, Season] = Field(default={})
    rounds: tuple[CallingRound, ...] = ()
    rounds_looked_at: WhenItComes = Daily(at=time(9))
    """When it is looked which rounds have their day."""

    @model_validator(mode="after")
    def _rounds_have_different_names(self) -> Self:
        names = Counter(each.name for each in self.rounds)
        if twice := [name for name, times in names.items() if times > 1]:
            raise ValueError(f"each round has a name of its own; several are called {twice[0]}")
        return self


class SeasonWish(Frozen):
    """What customers are wished from one day of the year to another, also over its end."""

    first: DayOfYear
    last: DayOfYear
    words: Line

    def holds(self, day: date) -> bool:
        """Whether it is the time of the year for it."""
        said = f"{day:%m-%d}"
        if self.first <= self.last:
            return self.first <= said <= self.last
        return said >= self.first or said <= self.last


class Wishes(Frozen):
    """How a talk ends at which time of the year (002 四)."""

    usual: Line
    seasons: tuple[SeasonWish, ...] = ()

    def on(self, day: date) -> Line:
        """What a customer is wished on that day."""
        return next((each.words for each in self.seasons if each.holds(day)), self.usual)

    @model_validator(mode="after")
    def _one_at_a_time(self) -> Self:
        days = (date(2024, 1, 1).fromordinal(date(2024, 1, 1).toordinal() + place) for place in range(366))
        if twice := [day for day in days if sum(each.holds(day) for each in self.seasons) > 1]:
            raise ValueError(f"one wish at a time; on {twice[0]:%m-%d} there are several")
        return self
