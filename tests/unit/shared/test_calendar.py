"""Days and deadlines as the company counts them."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as some
from pydantic import TypeAdapter, ValidationError

from shared.calendar import CHINA, Calendar, Daily, Holidays, Monthly, Term, Weekly, Within, Yearly, months_later
from shared.policy import Policies

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOON = time(12)
moments = some.integers(0, 36 * 365 * 86_400).map(lambda n: datetime(2004, 2, 1, tzinfo=UTC) + timedelta(seconds=n))
days = some.dates(date(2004, 1, 1), date(2040, 12, 31))
times = some.one_of(some.none(), some.times())
recurring = some.one_of(
    some.builds(Daily, at=times, working=some.booleans()),
    some.builds(Weekly, weekday=some.integers(0, 6), at=times),
    some.builds(Monthly, day=some.integers(1, 31), at=times),
    some.builds(lambda day, at: Yearly(month=day.month, day=day.day, at=at), day=days, at=times),
)
terms = some.one_of(
    recurring,
    some.builds(Within, days=some.integers(1, 60), working=some.just(True), end_of_day=some.booleans()),
    some.builds(Within, days=some.integers(1, 60), months=some.integers(0, 24), end_of_day=some.booleans()),
    some.builds(Within, minutes=some.integers(1, 600), hours=some.integers(0, 48), days=some.integers(0, 9)),
)


def local(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("term", "since", "due"),
    [
        (Within(minutes=30), local(2026, 3, 2, 17, 45), local(2026, 3, 2, 18, 15)),
        (Within(days=3), local(2026, 3, 6, 17, 45), local(2026, 3, 9, 17, 45)),
        (Within(days=3, working=True), local(2026, 3, 6, 17, 45), local(2026, 3, 11, 17, 45)),
        (Within(days=6, end_of_day=True), local(2026, 3, 2, 9), local(2026, 3, 9)),
        (Within(months=12), local(2024, 2, 29, 9), local(2025, 2, 28, 9)),
        (Daily(at=time(9)), local(2026, 3, 6, 9), local(2026, 3, 7, 9)),
        (Daily(at=time(9), working=True), local(2026, 3, 6, 9), local(2026, 3, 9, 9)),
        (Daily(at=time(9)), local(2026, 3, 6, 8, 59), local(2026, 3, 6, 9)),
        (Daily(), local(2026, 3, 6, 8), local(2026, 3, 7)),
        (Daily(), local(2026, 3, 7), local(2026, 3, 8)),
        (Weekly(weekday=5, at=NOON), local(2026, 3, 2, 9), local(2026, 3, 7, 12)),
        (Weekly(weekday=5, at=NOON), local(2026, 3, 7, 12), local(2026, 3, 14, 12)),
        (Monthly(day=5, at=NOON), local(2026, 3, 5, 13), local(2026, 4, 5, 12)),
        (Monthly(day=30), local(2026, 1, 31, 1), local(2026, 3, 1)),
        (Monthly(day=30, at=NOON), local(2026, 2, 1), local(2026, 2, 28, 12)),
        (Monthly(day=30, at=NOON), local(2028, 2, 1), local(2028, 2, 29, 12)),
        (Monthly(day=30, at=NOON), local(2026, 3, 1), local(2026, 3, 30, 12)),
        (Monthly(day=31, at=NOON), local(2026, 2, 1), local(2026, 2, 28, 12)),
        (Monthly(day=31, at=NOON), local(2028, 2, 1), local(2028, 2, 29, 12)),
        (Monthly(day=31, at=NOON), local(2026, 4, 1), local(2026, 4, 30, 12)),
        (Monthly(day=31, at=NOON), local(2026, 12, 31, 12), local(2027, 1, 31, 12)),
        (Yearly(month=3, day=25, at=NOON), local(2026, 3, 25, 12), local(2027, 3, 25, 12)),
        (Yearly(month=2, day=29, at=NOON), local(2026, 1, 1), local(2026, 2, 28, 12)),
    ],
)
def test_a_term_is_due_when_the_documents_say(term: Term, since: datetime, due: datetime) -> None:
    assert term.due(since) == due


def test_a_working_term_skips_the_spring_festival_and_counts_its_make_up_saturday() -> None:
    eve = local(2026, 2, 13, 17)
    assert CHINA.is_working_day(date(2026, 2, 14))
    assert not CHINA.is_working_day(date(2026, 2, 17))
    assert Within(days=2, working=True).due(eve) == local(2026, 2, 24, 17)


def test_a_term_that_begins_on_a_holiday_counts_from_the_next_working_day() -> None:
    assert Within(days=1, working=True).due(local(2026, 3, 7, 10)) == local(2026, 3, 9, 10)


def test_beyond_the_known_years_monday_to_friday_are_worked() -> None:
    assert [CHINA.is_working_day(date(2071, 10, day)) for day in (1, 2, 3, 4)] == [True, True, False, False]
    assert (CHINA.knows(2026), CHINA.knows(2071)) == (True, False)


def own_days(**days: frozenset[date] | frozenset[int]) -> Calendar:
    named = {"name": "holidays", "version": 2, "in_force_from": date(2026, 1, 1), "approved_by": "gm"}
    return Calendar(holidays=Policies([Holidays.model_validate({**named, **days})]))


def test_the_company_s_own_days_go_before_the_statutory_ones() -> None:
    ours = own_days(days_off=frozenset({date(2026, 3, 2)}), make_up_days=frozenset({date(2026, 3, 7)}))
    assert (CHINA.is_working_day(date(2026, 3, 2)), ours.is_working_day(date(2026, 3, 2))) == (True, False)
    assert (CHINA.is_working_day(date(2026, 3, 7)), ours.is_working_day(date(2026, 3, 7))) == (False, True)
    assert not ours.is_working_day(date(2026, 2, 17)), "the statutory holidays still hold"


def test_a_year_that_the_library_does_not_know_is_known_by_the_company_s_data() -> None:
    ours = own_days(days_off=frozenset({date(2071, 10, 1)}), complete_years=frozenset({2071}))
    assert ours.knows(2071)
    assert [ours.is_working_day(date(2071, 10, day)) for day in (1, 2, 3)] == [False, True, False]


def test_the_version_of_the_calendar_names_the_library_and_the_company_s_days() -> None:
    assert CHINA.version.startswith("chinesecalendar-")
    assert own_days().version == f"{CHINA.version}+holidays.v2"


def test_a_new_version_of_the_company_s_days_counts_from_its_day_on_and_the_days_before_keep_the_old_one() -> None:
    off = [date(2026, 3, 2), date(2027, 3, 1)]
    old, new = (
        Holidays(
            name="holidays", version=version, in_force_from=date(year, 1, 1), approved_by="gm",
            days_off=frozenset({day}), complete_years=frozenset({year}),
        )
        for version, year, day in ((1, 2026, off[0]), (2, 2027, off[1]))
    )  # fmt: skip
    ours = Calendar(holidays=Policies([old, new]))
    assert [ours.is_working_day(day) for day in off] == [False, False]
    assert [ours.knows(year) for year in (2026, 2027, 2071)] == [True, True, False]
    assert ours.version == f"{CHINA.version}+holidays.v2"


def test_a_day_is_not_off_and_worked() -> None:
    with pytest.raises(ValueError, match="2026-03-02 is a day off and a make-up day"):
        own_days(days_off=frozenset({date(2026, 3, 2)}), make_up_days=frozenset({date(2026, 3, 2)}))


def test_the_end_of_a_day_is_the_next_local_midnight() -> None:
    assert CHINA.moment(date(2026, 3, 31)) == datetime(2026, 3, 31, 16, tzinfo=UTC)


def test_the_day_of_a_moment_depends_on_the_zone() -> None:
    late = datetime(2026, 3, 1, 20, tzinfo=UTC)
    assert (CHINA.day(late), Calendar("Europe/Berlin").day(late)) == (date(2026, 3, 2), date(2026, 3, 1))


def test_where_clocks_change_a_day_keeps_the_local_time_and_an_hour_stays_an_hour() -> None:
    berlin = Calendar("Europe/Berlin")
    before = datetime(2026, 3, 28, 12, tzinfo=ZoneInfo("Europe/Berlin"))
    assert Within(days=1).due(before, berlin) - before.astimezone(UTC) == timedelta(hours=23)
    assert Within(hours=24).due(before, berlin) - before.astimezone(UTC) == timedelta(hours=24)


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2025, 1, 31), 1, date(2025, 2, 28)),
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2024, 2, 29), 48, date(2028, 2, 29)),
        (date(2025, 12, 15), 1, date(2026, 1, 15)),
        (date(2025, 3, 31), -1, date(2025, 2, 28)),
    ],
)
def test_months_later_stays_within_the_month(day: date, months: int, later: date) -> None:
    assert months_later(day, months) == later


@given(terms, moments)
def test_every_term_is_due_after_it_began_and_in_utc(term: Term, since: datetime) -> None:
    due = term.due(since)
    assert due > since
    assert due.tzinfo is UTC


@given(recurring, moments, moments)
def test_a_recurring_term_never_goes_back(term: Term, one: datetime, other: datetime) -> None:
    earlier, later = sorted((one, other))
    assert term.due(earlier) <= term.due(later)


@given(recurring, moments)
def test_nothing_that_recurs_is_left_out_between_two_times(term: Term, since: datetime) -> None:
    due = term.due(since)
    assert term.due(due - timedelta(microseconds=1)) == due


@given(some.integers(1, 31), moments)
def test_a_monthly_term_falls_in_every_month(day: int, since: datetime) -> None:
    term = Monthly(day=day, at=NOON)
    first = CHINA.local(term.due(since))
    second = CHINA.local(term.due(first))
    assert (second.year * 12 + second.month) - (first.year * 12 + first.month) == 1


@given(days, some.integers(1, 30))
def test_working_days_counted_forward_are_found_between(day: date, count: int) -> None:
    end = CHINA.working_days_after(day, count)
    assert CHINA.is_working_day(end)
    assert CHINA.working_days_between(day, end) == count


@given(terms)
def test_a_term_survives_as_data(term: Term) -> None:
    data = TypeAdapter[Term](Term)
    assert data.validate_json(data.dump_json(term)) == term


@pytest.mark.parametrize(
    "term",
    [
        {"kind": "after"},
        {"kind": "after", "days": -1},
        {"kind": "after", "hours": 3, "working": True},
        {"kind": "after", "days": 3, "months": 1, "working": True},
        {"kind": "after", "minutes": 30, "end_of_day": True},
        {"kind": "after", "dayz": 3},
        {"kind": "weekly", "weekday": 7},
        {"kind": "monthly", "day": 32},
        {"kind": "sometimes"},
    ],
)
def test_a_term_that_means_nothing_is_not_accepted(term: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Term).validate_python(term)


@pytest.mark.parametrize(("month", "day"), [(2, 30), (4, 31), (11, 31)])
def test_a_day_that_a_month_never_has_is_no_rule(month: int, day: int) -> None:
    with pytest.raises(ValidationError, match=f"month {month} has no day {day}"):
        Yearly(month=month, day=day)


@pytest.mark.parametrize("written", ["12:00:00Z", "12:00:00+09:00"])
def test_a_time_of_another_zone_is_no_rule(written: str) -> None:
    with pytest.raises(ValidationError, match="without an offset"):
        TypeAdapter(Term).validate_python({"kind": "daily", "at": written})


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "America/New_York"])
def test_every_day_of_the_calendar_has_a_moment_in_the_order_of_days(zone: str) -> None:
    calendar = Calendar(zone)
    days = (date.min, date.min + timedelta(days=1), date(2026, 3, 31), date.max - timedelta(days=1), date.max)
    moments = [moment for day in days for moment in (calendar.moment(day, time()), calendar.moment(day))]
    assert moments == sorted(moments)
    assert (moments[0] <= datetime(1, 1, 2, tzinfo=UTC), moments[-1].year) == (True, 9999)
