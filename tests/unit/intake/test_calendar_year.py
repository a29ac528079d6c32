"""A year whose holidays are not known is asked for while there is time."""

from datetime import UTC, date, datetime, timedelta
from importlib.resources import files
from pathlib import Path

import pytest

from intake.app import service
from intake.settings import Settings
from shared.contracts.intake import DeadlineApproachingAtIntake, DeadlineMetByIntake, DeadlineSetByIntake
from shared.contracts.roles import Role
from shared.testing import InMemoryDatabase, World, in_memory, nowhere

UNKNOWN = datetime(2070, 9, 15, tzinfo=UTC)
"""The library does not know 2071."""


def entered(folder: Path, *years: int) -> Path:
    """The company's file of holidays that knows these years."""
    file = folder / "holidays.toml"
    file.write_text(
        'name = "holidays"\nversion = 1\nin_force_from = 2026-01-01\napproved_by = "gm"\n'
        f"complete_years = {list(years)}\n"
    )
    return file


def intake(
    at: datetime, database: InMemoryDatabase | None = None, holidays: Path | None = None, policy: Path | None = None
) -> World:
    settings = nowhere(Settings, holidays=holidays, intake_policy=policy)
    return World(service(settings, in_memory("intake", settings, at=at, database=database)))


async def test_a_year_without_holidays_is_a_duty_from_october_on_and_is_called_to_mind(tmp_path: Path) -> None:
    world = intake(UNKNOWN, holidays=entered(tmp_path, 2070))

    assert await world.until(datetime(2070, 10, 1, tzinfo=UTC)) == ()
    announced = await world.until(datetime(2070, 12, 20, tzinfo=UTC))

    set_, *warnings = announced
    assert isinstance(set_, DeadlineSetByIntake)
    assert (set_.kind, set_.about, set_.assignee_role) == ("holidays_of_next_year", "2071年节假日", "human_resources")
    assert [type(each) for each in warnings] == [DeadlineApproachingAtIntake] * 2
    duties = (await world.ask(Role.HUMAN_RESOURCES, "GET", "/duties?kind=holidays_of_next_year")).json()["items"]
    assert [(each["title"], each["about"]) for each in duties] == [("录入次年节假日与调休安排", "2071年节假日")]


async def test_from_which_month_the_next_year_is_asked_for_is_the_company_s_to_say(tmp_path: Path) -> None:
    shipped = files("intake.domain").joinpath("policy", "intake_v1.toml").read_text(encoding="utf-8")
    own = tmp_path / "intake.toml"
    own.write_text(shipped.replace("holidays_from_month = 10", "holidays_from_month = 9"), encoding="utf-8")
    world = intake(UNKNOWN, holidays=entered(tmp_path, 2070), policy=own)

    (set_,) = await world.until(UNKNOWN + timedelta(days=1, hours=2))

    assert isinstance(set_, DeadlineSetByIntake)
    assert set_.about == "2071年节假日"


@pytest.mark.parametrize("day", [datetime(2070, 10, 20, tzinfo=UTC), datetime(2070, 12, 5, tzinfo=UTC)])
async def test_the_duty_ends_on_the_morning_after_the_company_has_entered_the_year(
    tmp_path: Path, day: datetime
) -> None:
    world = intake(UNKNOWN, holidays=entered(tmp_path, 2070))
    await world.until(day)

    later = intake(world.now, world.database, entered(tmp_path, 2070, 2071))
    announced = await later.until(day + timedelta(days=1, hours=2))

    assert [event.outcome for event in announced if isinstance(event, DeadlineMetByIntake)] == ["in_time"]
    assert (await later.ask(Role.HUMAN_RESOURCES, "GET", "/duties?kind=holidays_of_next_year")).json()["items"] == []


async def test_a_year_that_has_begun_and_is_not_known_is_asked_for() -> None:
    announced = await intake(UNKNOWN).until(UNKNOWN + timedelta(days=2))
    assert [(type(each), each.about) for each in announced] == [(DeadlineSetByIntake, "2070年节假日")]


async def test_a_year_that_the_library_knows_is_not_asked_for() -> None:
    world = intake(datetime(2024, 9, 15, tzinfo=UTC))
    assert await world.until(datetime(2025, 1, 2, tzinfo=UTC)) == ()
    assert world.service.plumbing.calendar.knows(date(2025, 1, 1).year)
