"""Campaigns that come round by themselves, and what customers are wished at which time of the year."""

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import ConfigDict, Field, model_validator

from intake.domain.parts.criteria import Criteria
from intake.domain.policy.reports import WhenItComes
from shared.clocks import Clock
from shared.contracts.event import Frozen
from shared.contracts.vocabulary import Line

SeasonName = Annotated[str, Field(pattern=r"^[a-z][a-z_]{0,39}$")]
DayOfYear = Annotated[str, Field(pattern=r"^(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$")]


class Season(Frozen):
    """When customers of which kind are called because of a festival, the company's anniversary or a promotion."""

    model_config = ConfigDict(extra="forbid")

    occasion: Literal["festival", "anniversary", "promotion"]
    name: Line
    wish: Line
    comes: WhenItComes
    days: int = Field(ge=1, le=60)
    """Within how many days they are called."""
    draws: Criteria = Criteria()


class CampaignRule(Frozen):
    """How long after its last day a campaign is summed up, and which campaigns come round by themselves."""

    model_config = ConfigDict(extra="forbid")

    clock: Clock
    seasons: dict[SeasonName, Season] = Field(default={})


class SeasonWish(Frozen):
    """What customers are wished from one day of the year to another, also over its end."""

    model_config = ConfigDict(extra="forbid")

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

    model_config = ConfigDict(extra="forbid")

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
