"""A month of work reports on a whole system: asked for, handed in, answered, put together and missed."""

from collections.abc import AsyncIterator, Mapping
from datetime import date, time, timedelta
from typing import Any

import pytest

from kefu_local.story.world import World, world
from kefu_local.system import System
from shared.contracts.roles import Role

pytestmark = pytest.mark.timeout(300)

PEOPLE = {
    "am-zhang": Role.ACCOUNT_MANAGER,
    "am-li": Role.ACCOUNT_MANAGER,
    "rh-wang": Role.REGIONAL_HEAD,
    "chief-zhao": Role.CS_SECTION_CHIEF,
}
"""Zhang and the regional head hand in what they are asked for; Li hands in nothing."""

SOON_AFTER_NINE, AFTER_NOON, AFTER_ONE = time(9, 5), time(12, 30), time(13, 5)
IN_TIME, OVERDUE = "in_time", "overdue"


@pytest.fixture
async def here(fresh_kefu: System) -> AsyncIterator[World]:
    async with world(fresh_kefu.around) as built:
        yield built


class Office:
    """The colleagues and their reports."""

    def __init__(self, here: World) -> None:
        self.here = here

    async def employ(self, since: date) -> None:
        for staff, role in PEOPLE.items():
            person = {"staff": staff, "name": staff, "role": role, "since": str(since)}
            await self.here.ask("intake", "/colleagues", person, role=Role.CS_SUPERVISOR)

    async def asked_for(self, staff: str, form: str) -> dict[str, Any]:
        """The newest report of this person on this form, as soon as it is asked for."""

        async def look() -> dict[str, Any] | None:
            path = f"/reports?staff={staff}&form={form}&stage=owed&limit=200"
            found = (await self.here.find("intake", path, Role.CS_DIRECTOR))["items"]
            return max(found, key=lambda each: each["due_at"], default=None)

        return await self.here.seen(f"{form} of {staff} is asked for", look)

    async def hand_in(self, staff: str, form: str, **amounts: str) -> dict[str, Any]:
        """It is handed in under all headings that the form names."""
        report = await self.asked_for(staff, form)
        forms = await self.here.find("intake", "/report-forms", Role.CS_DIRECTOR)
        headings = next(each["headings"] for each in forms if each["name"] == form)
        body = {"sections": dict.fromkeys(headings, "已完成"), "amounts": amounts}
        path = f"/reports/{report['report_id']}/submit"
        return await self.here.ask("intake", path, body, role=PEOPLE[staff], who=staff)

    async def missing(self, week: str) -> dict[str, Any]:
        """What the heads read about this week's missing plans, as soon as it is told."""

        async def look() -> dict[str, Any] | None:
            found = (await self.here.find("intake", "/digests", Role.CS_DIRECTOR))["items"]
            return next((each for each in found if each["period"] == week), None)

        return await self.here.seen(f"the digest of {week}", look)

    async def kept(self, month: str, kinds: set[str]) -> Mapping[tuple[str, str], Mapping[str, int]]:
        """How often each person was in time, and how much is overdue, in these kinds of duties."""
        rows = (await self.here.find("intake", f"/duties/kept?month={month}", Role.CS_DIRECTOR))["items"]
        return {
            (row["assignee"], row["kind"]): {name: row[name] for name in (IN_TIME, OVERDUE) if row[name]}
            for row in rows
            if row["assignee"] in PEOPLE and row["kind"] in kinds
        }


def expected(last: int, weeks: int) -> Mapping[tuple[str, str], Mapping[str, int]]:
    """What the month's table says: a day's report is due on the next morning, a week's plan on its Saturday."""
    return {
        ("am-zhang", "report_daily_sales"): {IN_TIME: 1, OVERDUE: last - 2},
        ("am-zhang", "report_weekly_plan"): {IN_TIME: 1, OVERDUE: weeks - 1},
        ("am-zhang", "report_sales_target"): {IN_TIME: 1},
        ("am-zhang", "report_collection_budget"): {IN_TIME: 1},
        ("am-li", "report_daily_sales"): {OVERDUE: last - 1},
        ("am-li", "report_weekly_plan"): {OVERDUE: weeks},
        ("am-li", "report_sales_target"): {OVERDUE: 1},
        ("am-li", "report_collection_budget"): {OVERDUE: 1},
        ("rh-wang", "report_monthly_plan_region"): {IN_TIME: 1},
        ("chief-zhao", "report_monthly_plan_department"): {OVERDUE: 1},
        ("chief-zhao", "report_consolidation"): {IN_TIME: 1},
    }


async def test_a_month_of_reports_is_asked_for_handed_in_answered_put_together_and_counted(here: World) -> None:
    office = Office(here)
    first = (here.now.date().replace(day=1) + timedelta(days=32)).replace(day=1)
    following = (first + timedelta(days=32)).replace(day=1)
    last = following - timedelta(days=1)
    monday = first + timedelta(days=-first.weekday() % 7)
    saturdays = [monday + timedelta(days=5 + 7 * week) for week in range(4) if monday.day + 5 + 7 * week <= last.day]
    await office.employ(first)

    await here.until(first, SOON_AFTER_NINE)
    await office.hand_in("am-zhang", "daily_sales")
    await office.hand_in("rh-wang", "monthly_plan_region")
    await here.until(monday, SOON_AFTER_NINE)
    plan = await office.hand_in("am-zhang", "weekly_plan")
    await here.until(saturdays[0], AFTER_ONE)
    digest = await office.missing(plan["period"])
    answer = {"digest": plan["digest"], "comment": "计划可行"}
    answered = await here.ask("intake", f"/reports/{plan['report_id']}/review", answer, role=Role.CS_SUPERVISOR)
    await here.until(first.replace(day=20), SOON_AFTER_NINE)
    await office.hand_in("am-zhang", "sales_target", target="300000.00")
    await office.hand_in("am-zhang", "collection_budget", collection="120000.50")
    await here.until(last, AFTER_NOON)
    consolidated = await office.hand_in("chief-zhao", "consolidation")
    await here.until(following, time(10))

    table = expected(last.day, len(saturdays))

    async def told() -> bool:
        return await office.kept(f"{first:%Y-%m}", {kind for _, kind in table}) == table

    await here.seen("the month's table", told)
    assert [row["staff"] for row in digest["missing"]] == ["am-li"]
    assert answered["stage"] == "reviewed"
    assert consolidated["gathered"]["sums"] == {"target": "300000.00", "collection": "120000.50"}
    assert sorted(map(tuple, consolidated["gathered"]["missing"])) == [
        ("collection_budget", "am-li"),
        ("sales_target", "am-li"),
    ]
