"""Which times a report may name: nothing happened after it was told or a year before, no plan is beyond the horizon."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import NamedTuple, TypeVar

from orders.domain.parts.titles import TIMES
from shared.aggregate import LONG_PAST, Refused
from shared.calendar import Calendar
from shared.contracts.departments import GoodsDispatched
from shared.contracts.vocabulary import OrderFact

HAPPENED = ("left_at", "arrived_at", "completed_at", "received_at")
"""The fields of departments' facts that say when something happened."""
PLANNED = ("eta", "expected_at", "acceptance_from", "acceptance_until", "expected_ready_on", "available_from")
"""The fields that say when something is expected."""
CLOCKS_DIFFER = timedelta(days=1)
"""How far the clock of a department's system may be ahead of the time at which it dates its report: no policy of the
company, but what computers are known to do."""

MINUTES_OF_GRACE = timedelta(minutes=15)
"""How far the clock of a person's desk may be ahead of ours."""

Fact = TypeVar("Fact", bound=OrderFact)


class Doubt(NamedTuple):
    """A time that cannot be right, and what is taken instead of it; without anything the report is not taken at all."""

    field: str
    said: date
    instead: date | None
    taken: bool

    @property
    def told(self) -> str:
        """What staff read and look into."""
        if self.taken:
            return f"报来的{TIMES[self.field]}（{self.said:%Y-%m-%d}）有误，{self._taken}"
        return f"报来的{TIMES[self.field]}（{self.said:%Y-%m-%d}）有误，该报告未采用，请重新上报"

    @property
    def _taken(self) -> str:
        return "暂按上报之时处理，请核实" if self.instead else "暂按未知处理，请核实"


def day_ahead(day: date, today: date, horizon: int, field: str) -> date:
    """A day that is promised or planned. Refused by its field: `past_day` when it is over, `far_day` too far ahead."""
    if day < today:
        raise Refused(f"{day} has passed; name a day that is still to come", "past_day", field)
    if day > today + timedelta(days=horizon):
        raise Refused(f"{day} is more than {horizon} days ahead; is the year right?", "far_day", field)
    return day


def has_happened(moment: datetime, now: datetime, field: str) -> datetime:
    """A moment that staff report, in this field. Refused with `time_ahead` when it is still to come."""
    if moment > now + MINUTES_OF_GRACE:
        raise Refused(f"{moment:%Y-%m-%d %H:%M} is still to come; report it when it has happened", "time_ahead", field)
    return moment


def doubts(fact: OrderFact, told_at: datetime, calendar: Calendar, horizon: int) -> tuple[Doubt, ...]:
    """The times of a report that cannot be right, seen from the moment at which it was told."""
    return (*_elsewhen(fact, told_at, calendar), *_beyond(fact, told_at, calendar, horizon))


def sensible(fact: Fact, found: tuple[Doubt, ...]) -> Fact | None:
    """The report with what is taken instead of its doubtful times; None when it is not to be taken."""
    if not all(doubt.taken for doubt in found):
        return None
    return fact.but(**{doubt.field: doubt.instead for doubt in found})


def _elsewhen(fact: OrderFact, told_at: datetime, calendar: Calendar) -> Iterator[Doubt]:
    for field in HAPPENED:
        moment = getattr(fact, field, None)
        if moment is not None and not told_at - LONG_PAST <= moment <= told_at + CLOCKS_DIFFER:
            yield Doubt(field, calendar.day(moment), told_at, taken=True)


def _beyond(fact: OrderFact, told_at: datetime, calendar: Calendar, horizon: int) -> Iterator[Doubt]:
    today = calendar.day(told_at)
    for field in PLANNED:
        said = getattr(fact, field, None)
        if said is None:
            continue
        day = calendar.day(said) if isinstance(said, datetime) else said
        begin = calendar.day(fact.left_at) if isinstance(fact, GoodsDispatched) else today
        past = field != "available_from" and day < min(begin, today)
        if past or day > today + timedelta(days=horizon):
            yield Doubt(field, day, None, taken=not type(fact).model_fields[field].is_required())
