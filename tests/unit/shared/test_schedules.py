"""What comes round by the calendar: each occurrence once, whatever the month, the outage or the number of replicas."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from shared.aggregate import Aggregate, Change
from shared.calendar import CHINA, Daily, Monthly, Weekly, Yearly
from shared.parking.parked import RetryPolicy
from shared.parking.store import Parking
from shared.runtime.deadlines import Deadlines
from shared.store import Store
from shared.telemetry import Metrics
from shared.testing import InMemoryDatabase
from shared.time_source import FixedTime
from shared.timers import CalendarRule, Occurrence, Recurrences, RuleInForce, Timers


class Sheet(Aggregate):
    """What an occurrence leaves behind."""

    name: str
    at: datetime
    of: str | None


class Sheets(Store[Sheet]):
    """For tests."""

    collection = "sheets"
    kind = Sheet


class Office:
    """A service with one schedule, which may be started again and again on the same database."""

    def __init__(
        self, rule: CalendarRule | RuleInForce, people: list[str] | None = None, begun: datetime | None = None
    ) -> None:
        self.database = InMemoryDatabase()
        self.clock = FixedTime(begun or datetime(2026, 1, 1, tzinfo=UTC))
        self.rule = rule
        self.people = people
        self.broken: set[str] = set()
        self.parking = Parking(self.database)

    def replica(self) -> Deadlines:
        """One more process of the service."""
        timers, sheets = Timers(), Sheets(self.database)

        async def for_each(at: datetime) -> list[str]:
            return self.people or []

        def report(occurrence: Occurrence, cause: Any) -> Any:
            """Lay down a sheet."""
            if occurrence.of in self.broken:
                raise RuntimeError("no paper")
            sheet = Sheet(id=cause.derive("sheet"), name=occurrence.name, at=occurrence.at, of=occurrence.of)
            return sheets.birth(Change(sheet))

        timers.every(self.rule, for_each=for_each if self.people is not None else None, name="report")(report)
        return Deadlines(
            "office",
            timers,
            self.clock,
            self.database.group_commit,
            self.parking,
            RetryPolicy(),
            Metrics(),
            recurrences=Recurrences(self.database),
        )

    async def sheets(self) -> list[tuple[str, str | None]]:
        found = [sheet async for sheet in Sheets(self.database).each(sort="at")]
        return [(f"{CHINA.local(sheet.at):%Y-%m-%d %H:%M}", sheet.of) for sheet in found]


async def pass_time(office: Office, until: datetime, *replicas: Deadlines) -> None:
    """Time goes on; every replica looks whenever something is due."""
    for replica in replicas:
        await replica.plan()
    while (due := await replicas[0].next_due()) and due <= until:
        office.clock.set(max(due, office.clock.now()))
        for replica in replicas:
            await replica.fire_due()
    office.clock.set(until)


async def occurred(rule: CalendarRule, begun: datetime, until: datetime) -> list[str]:
    office = Office(rule, begun=begun)
    await pass_time(office, until, office.replica())
    return [moment for moment, _ in await office.sheets()]


def local(year: int, month: int, day: int, hour: int = 0) -> datetime:
    return CHINA.moment(date(year, month, day), time(hour))


async def test_the_last_day_of_each_month_is_met_in_months_of_28_to_31_days() -> None:
    moments = await occurred(Monthly(day=31, at=time(12)), local(2026, 1, 1), local(2028, 3, 1))
    assert len(moments) == 26
    assert moments[:4] == ["2026-01-31 12:00", "2026-02-28 12:00", "2026-03-31 12:00", "2026-04-30 12:00"]
    assert moments[-1] == "2028-02-29 12:00"


async def test_the_fifth_of_the_month_saturday_and_the_25th_of_march_come_round_for_years() -> None:
    until = local(2031, 1, 1)
    fifths = await occurred(Monthly(day=5, at=time(16)), local(2026, 1, 1), until)
    saturdays = await occurred(Weekly(weekday=5, at=time(12)), local(2026, 1, 1), until)
    summaries = await occurred(Yearly(month=3, day=25, at=time(18)), local(2026, 1, 1), until)
    assert fifths == [f"{year}-{month:02d}-05 16:00" for year in range(2026, 2031) for month in range(1, 13)]
    assert (len(saturdays), saturdays[0], saturdays[-1]) == (261, "2026-01-03 12:00", "2030-12-28 12:00")
    assert summaries == [f"{year}-03-25 18:00" for year in range(2026, 2031)]


async def test_two_replicas_let_each_occurrence_happen_once() -> None:
    office = Office(Daily(at=time(9)), people=["li", "wang"])
    await pass_time(office, local(2026, 1, 4), office.replica(), office.replica())
    days = ["2026-01-01 09:00", "2026-01-02 09:00", "2026-01-03 09:00"]
    assert sorted(await office.sheets()) == sorted((day, person) for day in days for person in ("li", "wang"))


async def test_an_outage_of_a_week_is_made_up_for_in_order_each_occurrence_once() -> None:
    office = Office(Daily(at=time(9)))
    await pass_time(office, local(2026, 1, 2), office.replica())
    office.clock.set(local(2026, 1, 9))

    back = office.replica()
    await back.plan()
    while await back.fire_due():
        pass

    assert [moment for moment, _ in await office.sheets()] == [f"2026-01-0{day} 09:00" for day in range(1, 9)]


async def test_a_process_that_dies_before_it_goes_on_repeats_nothing() -> None:
    office = Office(Daily(at=time(9)))
    replica = office.replica()
    await replica.plan()
    office.clock.set(local(2026, 1, 1, 10))
    before = dict(office.database.collections["recurrences"].rows)
    due = dict(office.database.collections["recurrences"]._due)
    await replica.fire_due()
    office.database.collections["recurrences"].rows = before
    office.database.collections["recurrences"]._due = due

    await office.replica().fire_due()

    assert await office.sheets() == [("2026-01-01 09:00", None)]


async def test_a_rule_that_has_changed_counts_from_then_on() -> None:
    office = Office(Daily(at=time(9)))
    await pass_time(office, local(2026, 1, 2), office.replica())
    office.rule = Weekly(weekday=5, at=time(12))
    await pass_time(office, local(2026, 1, 11), office.replica())
    assert [moment for moment, _ in await office.sheets()] == [
        "2026-01-01 09:00",
        "2026-01-03 12:00",
        "2026-01-10 12:00",
    ]


async def test_what_came_round_in_an_outage_is_made_up_for_though_another_rule_is_in_force_by_now() -> None:
    office = Office(Weekly(weekday=5, at=time(13)))
    await pass_time(office, local(2026, 1, 2), office.replica())
    new_rule, old = local(2026, 1, 11), office.rule
    office.rule = lambda at: old if at < new_rule else Weekly(weekday=4, at=time(16))
    office.clock.set(local(2026, 1, 12))
    await pass_time(office, local(2026, 1, 17), office.replica())
    assert [moment for moment, _ in await office.sheets()] == [
        "2026-01-03 13:00",
        "2026-01-10 13:00",
        "2026-01-16 16:00",
    ]


async def test_a_rule_of_a_policy_counts_from_the_day_on_which_its_version_is_in_force_without_a_restart() -> None:
    new_rule = local(2026, 1, 4)
    office = Office(lambda at: Daily(at=time(9)) if at < new_rule else Daily(at=time(15)))
    await pass_time(office, local(2026, 1, 6), office.replica())
    assert [moment for moment, _ in await office.sheets()] == [
        "2026-01-01 09:00",
        "2026-01-02 09:00",
        "2026-01-03 09:00",
        "2026-01-04 15:00",
        "2026-01-05 15:00",
    ]


@pytest.fixture
def office_with_a_broken_pen() -> Office:
    office = Office(Daily(at=time(9)), people=["li", "wang"])
    office.broken.add("wang")
    return office


async def test_one_that_fails_is_parked_and_neither_stops_the_schedule_nor_is_it_lost(
    office_with_a_broken_pen: Office,
) -> None:
    office = office_with_a_broken_pen
    replica = office.replica()
    await pass_time(office, local(2026, 1, 3), replica)
    parked = (await office.parking.find({"state": "parked"}, sort="first_at")).items
    assert [each.queue for each in parked] == ["office.at.recurrences.report"] * 2
    office.broken.clear()
    for each in parked:
        assert each.overdue is not None
        assert await replica.retry(each.overdue) is None
    assert sorted(await office.sheets()) == [
        ("2026-01-01 09:00", "li"),
        ("2026-01-01 09:00", "wang"),
        ("2026-01-02 09:00", "li"),
        ("2026-01-02 09:00", "wang"),
    ]


def test_two_schedules_of_one_name_are_refused() -> None:
    timers = Timers()
    timers.every(Daily(at=time(9)), name="report")(lambda *_: None)
    with pytest.raises(ValueError, match="a schedule 'report' already"):
        timers.every(Daily(at=time(9)), name="report")(lambda *_: None)


async def test_the_cause_of_an_occurrence_is_the_same_however_often_it_is_asked_for() -> None:
    timers = Timers()
    timers.every(Daily(at=time(9)), name="report")(lambda *_: None)
    schedule = timers.schedules["report"]
    first, again = await schedule.occurrences(local(2026, 1, 1)), await schedule.occurrences(local(2026, 1, 1))
    assert first == again
    other = await schedule.occurrences(local(2026, 1, 1) + timedelta(days=1))
    assert isinstance(first[0][1].id, UUID)
    assert other[0][1].id not in {first[0][1].id, uuid4()}


async def test_one_whose_reaction_fails_costs_the_others_nothing(office_with_a_broken_pen: Office) -> None:
    office = office_with_a_broken_pen
    office.broken = {"li"}
    await pass_time(office, local(2026, 1, 2), office.replica())
    assert await office.sheets() == [("2026-01-01 09:00", "wang")]


async def test_a_process_of_another_release_leaves_alone_a_schedule_that_it_does_not_know() -> None:
    office = Office(Daily(at=time(9)))
    new = office.replica()
    await new.plan()
    timers = Timers()
    timers.every(Daily(at=time(9)), name="older")(lambda *_: None)
    old = Deadlines(
        "office", timers, office.clock, office.database.group_commit, office.parking, RetryPolicy(), Metrics(),
        recurrences=Recurrences(office.database),
    )  # fmt: skip
    await old.plan()
    for day in (1, 2, 3):
        office.clock.set(local(2026, 1, day, 10))
        await old.fire_due()
        await new.fire_due()
    assert [moment for moment, _ in await office.sheets()] == [f"2026-01-0{day} 09:00" for day in (1, 2, 3)]


async def test_a_schedule_of_another_release_that_is_due_keeps_no_process_busy() -> None:
    office = Office(Daily(at=time(9)))
    await office.replica().plan()
    timers = Timers()
    timers.every(Daily(at=time(17)), name="older")(lambda *_: None)
    old = Deadlines(
        "office", timers, office.clock, office.database.group_commit, office.parking, RetryPolicy(), Metrics(),
        recurrences=Recurrences(office.database),
    )  # fmt: skip
    await old.plan()
    office.clock.set(local(2026, 1, 1, 10))
    assert (await old.overdue(), await old.next_due()) == (0, local(2026, 1, 1, 17))
