"""A year whose holidays are not known is asked for while there is time."""

from datetime import UTC, date, datetime
from pathlib import Path

from intake.app import service
from intake.settings import Settings
from shared.contracts.intake import DeadlineApproachingAtIntake, DeadlineMetByIntake, DeadlineSetByIntake
from shared.contracts.roles import Role
from shared.testing import InMemoryDatabase, World, in_memory, nowhere

UNKNOWN = datetime(2070, 9, 15, tzinfo=UTC)
"""The library does not know 2071."""

HOLIDAYS = (
    'name = "holidays"\nversion = 1\nin_force_from = 2026-01-01\napproved_by = "gm"\n'
    "days_off = [2071-10-01]\ncomplete_years = [2071]\n"
)


def intake(at: datetime, database: InMemoryDatabase | None = None, holidays: Path | None = None) -> World:
    settings = nowhere(Settings, holidays=holidays)
    return World(service(settings, in_memory("intake", settings, at=at, database=database)))


async def test_a_year_without_holidays_is_a_duty_from_october_on_and_is_called_to_mind() -> None:
    world = intake(UNKNOWN)

    assert await world.until(datetime(2070, 10, 1, tzinfo=UTC)) == ()
    announced = await world.until(datetime(2070, 12, 20, tzinfo=UTC))

    set_, *warnings = announced
    assert isinstance(set_, DeadlineSetByIntake)
    assert (set_.kind, set_.about, set_.assignee_role) == ("holidays_of_next_year", "2071年节假日", "human_resources")
    assert [type(each) for each in warnings] == [DeadlineApproachingAtIntake] * 2
    duties = (await world.ask(Role.HUMAN_RESOURCES, "GET", "/duties?kind=holidays_of_next_year")).json()["items"]
    assert [(each["title"], each["about"]) for each in duties] == [("录入次年节假日与调休安排", "2071年节假日")]


async def test_the_duty_ends_when_the_company_has_entered_the_year(tmp_path: Path) -> None:
    world = intake(UNKNOWN)
    await world.until(datetime(2070, 10, 20, tzinfo=UTC))
    (tmp_path / "holidays.toml").write_text(HOLIDAYS)

    later = intake(world.now, world.database, tmp_path / "holidays.toml")
    announced = await later.until(datetime(2070, 11, 2, tzinfo=UTC))

    assert [event.outcome for event in announced if isinstance(event, DeadlineMetByIntake)] == ["in_time"]


async def test_a_year_that_the_library_knows_is_not_asked_for() -> None:
    world = intake(datetime(2024, 9, 15, tzinfo=UTC))
    assert await world.until(datetime(2025, 1, 2, tzinfo=UTC)) == ()
    assert world.service.plumbing.calendar.knows(date(2025, 1, 1).year)
