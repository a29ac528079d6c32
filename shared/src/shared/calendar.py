"""Days and deadlines in a named zone, with Chinese holidays and make-up days: the arithmetic, not the policies."""

from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from importlib.metadata import version
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo

import chinese_calendar
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from shared import policy
from shared.contracts.vocabulary import TermDays, TermMonths

_LIBRARY = f"chinesecalendar-{version('chinesecalendar')}"
_DAY = timedelta(days=1)
_FIRST, _LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
_SATURDAY = 5
"""As Python counts the days of a week, from Monday as 0."""


class Holidays(policy.Policy):
    """The company's own days: they go before what the library says.

    `complete_years` are the years for which these days are the whole truth, whatever the library knows of them.
    """

    days_off: frozenset[date] = frozenset()
    make_up_days: frozenset[date] = frozenset()
    complete_years: frozenset[int] = frozenset()

    @model_validator(mode="after")
    def _does_not_contradict_itself(self) -> Self:
        if both := sorted(self.days_off & self.make_up_days):
            raise ValueError(f"{both[0]} is a day off and a make-up day; it can be one of them")
        return self


class Calendar:
    """Which day a moment falls on in `zone`, and which days are worked.

    Working days follow the company's own days, in the version in force on the day in question, then the Chinese
    statutory holidays and their make-up days as the library knows them, and in a year that neither knows Monday to
    Friday.
    """

    def __init__(self, zone: str = "Asia/Shanghai", holidays: policy.Policies[Holidays] | None = None) -> None:
        self.zone = ZoneInfo(zone)
        self.holidays = holidays

    @property
    def version(self) -> str:
        """Which data the working days come from: the library's version and the last one of the company's own days."""
        newest = [f"+{each.name}.v{each.version}" for each in self.holidays or ()][-1:]
        return "".join((_LIBRARY, *newest))

    def knows(self, year: int) -> bool:
        """Whether the library or the company's file has that year's holidays; else Monday to Friday is assumed."""
        return _library_knows(year) or self._company_knows(date(year, 12, 31))

    def local(self, at: datetime) -> datetime:
        """The same moment, told in this calendar's zone."""
        return at.astimezone(self.zone)

    def day(self, at: datetime) -> date:
        """The local day on which the moment falls."""
        return self.local(at).date()

    def moment(self, day: date, at: time | None = None) -> datetime:
        """That local time of that day, in UTC; without a time the end of the day, 24:00, which is the next midnight.

        Where UTC has no such moment, at the edges of the calendar, its first or last one.
        """
        try:
            if at is None:
                day, at = day + _DAY, time()
            return datetime.combine(day, at, tzinfo=self.zone).astimezone(UTC)
        except OverflowError:
            return _FIRST if day.year == date.min.year else _LAST

    def is_working_day(self, day: date) -> bool:
        """Whether people work on that day."""
        own = self.holidays.on(day) if self.holidays else None
        if own and (day in own.days_off or day in own.make_up_days):
            return day in own.make_up_days
        if _library_knows(day.year) and not self._company_knows(day):
            return _library_works(day)
        return day.weekday() < _SATURDAY

    def _company_knows(self, day: date) -> bool:
        return self.holidays is not None and day.year in self.holidays.on(day).complete_years

    def working_days_after(self, day: date, count: int) -> date:
        """The `count`-th working day after `day`; `day` itself is never counted, worked or not."""
        while count > 0:
            day += _DAY
            count -= self.is_working_day(day)
        return day

    def working_days_between(self, since: date, until: date) -> int:
        """How many working days come after `since`, up to and with `until`; 0 when `until` is not later."""
        return sum(self.is_working_day(since + n * _DAY) for n in range(1, (until - since).days + 1))


CHINA = Calendar()
"""The calendar of a company in China, where the source documents come from."""


def months_later(day: date, months: int) -> date:
    """The same day of a later month, or that month's last day where it is shorter: 29 Feb + 12 months is 28 Feb."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return day_of_month(year, month + 1, day.day)


def day_of_month(year: int, month: int, day: int) -> date:
    """That day, or the month's last one where the month is shorter: the 30th of February is the 28th or 29th."""
    return date(year, month, min(day, monthrange(year, month)[1]))


LEAP_YEAR = 2024
"""A year in which every month has all days that it ever has."""


class _Term(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Within(_Term):
    """So long after it began. Minutes and hours are exact; months, then days are counted on the local calendar and keep
    the local time of day, or end at 24:00 of the last day. Working terms count whole working days only.
    """

    kind: Literal["after"] = "after"
    minutes: int = Field(default=0, ge=0, le=1_000_000)
    hours: int = Field(default=0, ge=0, le=100_000)
    days: TermDays = 0
    months: TermMonths = 0
    working: bool = False
    end_of_day: bool = False

    @model_validator(mode="after")
    def _means_something(self) -> Self:
        if not (self.minutes or self.hours or self.days or self.months):
            raise ValueError("a term needs a length: minutes, hours, days or months")
        if self.working and (self.minutes or self.hours or self.months or not self.days):
            raise ValueError("working time is counted in whole days: give days alone")
        if self.end_of_day and (self.minutes or self.hours):
            raise ValueError("minutes and hours do not end with a day: give days or months")
        return self

    def due(self, since: datetime, calendar: Calendar = CHINA) -> datetime:
        """When a term that began at `since` is over, in UTC."""
        began = calendar.local(since)
        day = months_later(began.date(), self.months)
        day = calendar.working_days_after(day, self.days) if self.working else day + self.days * _DAY
        if self.end_of_day:
            return calendar.moment(day)
        start = since if day == began.date() else calendar.moment(day, began.time())
        return start.astimezone(UTC) + timedelta(hours=self.hours, minutes=self.minutes)


class _AtTime(_Term):
    at: time | None = None

    @field_validator("at")
    @classmethod
    def _is_local(cls, at: time | None) -> time | None:
        if at is not None and at.tzinfo is not None:
            raise ValueError("it is a time of the company's zone: write it without an offset, for example 13:00:00")
        return at


class Daily(_AtTime):
    """Every day, or every working day, at a local time; without one at 24:00."""

    kind: Literal["daily"] = "daily"
    working: bool = False

    def due(self, since: datetime, calendar: Calendar = CHINA) -> datetime:
        """The first such moment after `since`, never `since` itself, in UTC."""
        day = calendar.day(since) - _DAY
        while True:
            day = calendar.working_days_after(day, 1) if self.working else day + _DAY
            if (moment := calendar.moment(day, self.at)) > since:
                return moment


class Weekly(_AtTime):
    """Every week on a day (0 is Monday, 5 Saturday) at a local time; without one at 24:00."""

    kind: Literal["weekly"] = "weekly"
    weekday: int = Field(ge=0, le=6)

    def due(self, since: datetime, calendar: Calendar = CHINA) -> datetime:
        """The first such moment after `since`, never `since` itself, in UTC."""
        day = calendar.day(since) - _DAY
        day += (self.weekday - day.weekday()) % 7 * _DAY
        return next(moment for week in range(3) if (moment := calendar.moment(day + week * 7 * _DAY, self.at)) > since)


class Monthly(_AtTime):
    """Every month on a day, or the month's last day where it is shorter (31 is always the last), at a local time;
    without one at 24:00.
    """

    kind: Literal["monthly"] = "monthly"
    day: int = Field(ge=1, le=31)

    def due(self, since: datetime, calendar: Calendar = CHINA) -> datetime:
        """The first such moment after `since`, never `since` itself, in UTC."""
        first = months_later(calendar.day(since).replace(day=1), -1)
        months = (months_later(first, n) for n in range(4))
        days = (day_of_month(month.year, month.month, self.day) for month in months)
        return next(moment for day in days if (moment := calendar.moment(day, self.at)) > since)


class Yearly(_AtTime):
    """Every year on a date (29 February is the 28th in common years) at a local time; without one at 24:00."""

    kind: Literal["yearly"] = "yearly"
    month: int = Field(ge=1, le=12)
    day: int = Field(ge=1, le=31)

    @model_validator(mode="after")
    def _is_a_day(self) -> Self:
        longest = monthrange(LEAP_YEAR, self.month)[1]
        if self.day > longest:
            raise ValueError(f"month {self.month} has no day {self.day}; its last one is {longest}")
        return self

    def due(self, since: datetime, calendar: Calendar = CHINA) -> datetime:
        """The first such moment after `since`, never `since` itself, in UTC."""
        year = calendar.day(since).year - 1
        days = (day_of_month(year + n, self.month, self.day) for n in range(4))
        return next(moment for day in days if (moment := calendar.moment(day, self.at)) > since)


Term = Annotated[Within | Daily | Weekly | Monthly | Yearly, Field(discriminator="kind")]
"""How a deadline follows from the moment it began; as data it is told apart by `kind`."""


@cache
def _library_knows(year: int) -> bool:
    try:
        chinese_calendar.is_workday(date(year, 1, 1))
    except NotImplementedError:
        return False
    return True


@cache
def _library_works(day: date) -> bool:
    return bool(chinese_calendar.is_workday(day))
