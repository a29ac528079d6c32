"""Each month tells by person, role and kind which duties were done in time, which late, which not, and how late."""

import csv
import io
import json
import re
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from html import unescape
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kitchen import BOIL, CLOCKS, NOW, Kitchen
from openpyxl import load_workbook

from shared.contracts.roles import Role
from shared.duties.kept import FallenDue, KeptRow, tabulate
from shared.identity import Principal
from shared.testing import cause

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
MONTH = "2026-11"


@pytest.fixture
async def kitchen() -> AsyncIterator[Kitchen]:
    kitchen = Kitchen()
    kitchen.asker = Principal.staff("chen", Role.GM)
    async with kitchen.http:
        yield kitchen


async def started(kitchen: Kitchen, about: str, **fields: Any) -> None:
    """A kettle that should boil at NOW."""
    await kitchen.start(about, due_at=fields.pop("due_at", NOW), **fields)


async def ended(kitchen: Kitchen, about: str, at: datetime, *, needed: bool = True) -> None:
    found = await kitchen.kettles.documents.read(list(kitchen.database.collections["kettles"].rows))
    (id,) = (id for id, each in found.items() if each.state["clocks"][0]["matter"]["about"] == about)
    because = cause(at)
    end = CLOCKS.stop if needed else CLOCKS.drop
    await kitchen.kettles.apply(id, end("boil", cause=because), because)
    await kitchen.follow()


async def kept(kitchen: Kitchen, month: str = MONTH) -> list[dict[str, Any]]:
    answer = await kitchen.http.get("/duties/kept", params={"month": month})
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


def row(**counts: Any) -> dict[str, Any]:
    """What one kind of duty of one person looks like, where nothing else is said."""
    nothing = {"in_time": 0, "late": 0, "overdue": 0, "open": 0, "no_longer_needed": 0}
    lateness = {"mean_lateness": 0.0, "longest_lateness": 0.0}
    whose = {"month": MONTH, "assignee": None, "role": "cs_specialist", "kind": "boil", "title": "烧水"}
    return whose | nothing | lateness | counts


@pytest.mark.requirement("R001.a")
async def test_a_month_tells_what_was_done_in_time_late_and_not_at_all_and_how_late(kitchen: Kitchen) -> None:
    for about in ("in time", "late", "later", "dropped", "overdue"):
        await started(kitchen, about, assignee="li", due_at=NOW - DAY)
    await started(kitchen, "open", assignee="li", due_at=NOW + HOUR)
    await ended(kitchen, "in time", NOW - DAY)
    await ended(kitchen, "late", NOW - DAY + 2 * HOUR)
    await ended(kitchen, "later", NOW - DAY + 4 * HOUR)
    await ended(kitchen, "dropped", NOW - DAY - HOUR, needed=False)
    counted = row(assignee="li", in_time=1, late=2, overdue=1, open=1, no_longer_needed=1)
    assert await kept(kitchen) == [counted | {"mean_lateness": 10.0, "longest_lateness": 24.0}]


@pytest.mark.requirement("R001.a")
async def test_each_person_role_and_kind_is_counted_by_itself(kitchen: Kitchen) -> None:
    await started(kitchen, "a", assignee="wang", due_at=NOW + HOUR)
    await started(kitchen, "b", assignee="li", due_at=NOW + HOUR)
    await kitchen.start("d", BOIL.but(name="clean", title="清洗", role=Role.FINANCE), due_at=NOW + HOUR)
    assert await kept(kitchen) == [
        row(role="finance", kind="clean", title="清洗", open=1),
        row(assignee="li", open=1),
        row(assignee="wang", open=1),
    ]


async def test_a_duty_belongs_to_the_month_of_the_companys_zone_in_which_it_falls_due(kitchen: Kitchen) -> None:
    midnight = datetime.fromisoformat("2026-12-01T00:00:00+08:00")
    await started(kitchen, "last of november", due_at=midnight - timedelta(microseconds=1))
    await started(kitchen, "first of december", due_at=midnight)
    assert await kept(kitchen) == [row(open=1)]
    assert await kept(kitchen, "2026-12") == [row(month="2026-12", open=1)]
    assert await kept(kitchen, "2026-10") == []


async def test_a_duty_that_stands_still_is_open_however_late_it_is(kitchen: Kitchen) -> None:
    kitchen.asker = Principal.staff("li", Role.CS_SPECIALIST)
    id = await kitchen.start("a", assignee="li", due_at=NOW + HOUR)
    await kitchen.post(f"/duties/{id}/hold", reason="等待客户")
    await kitchen.follow()
    (held,) = (await kitchen.duties.find()).items
    read = FallenDue.model_validate(held.model_dump())
    assert (read.keeping(NOW + DAY), read.lateness(NOW + DAY)) == ("open", timedelta())


async def test_one_that_was_dropped_after_it_had_been_missed_counts_as_late() -> None:
    dropped = fallen_due(missed_at=NOW, ended_at=NOW + HOUR, outcome="no_longer_needed")
    assert (dropped.keeping(NOW + DAY), dropped.lateness(NOW + DAY)) == ("late", HOUR)


@pytest.mark.parametrize(
    ("asker", "seen"),
    [
        (Principal.staff("li", Role.CS_SPECIALIST), ["li", "wang"]),
        (Principal.staff("sun", Role.INSTALLER), []),
        (Principal.staff("wang", Role.INSTALLER), ["wang"]),
        (Principal.staff("zhao", Role.CS_MANAGER), ["li", "wang"]),
        (Principal.staff("chen", Role.GM_OFFICE), ["li", "wang"]),
    ],
)
async def test_a_person_sees_how_their_own_duties_their_roles_and_those_below_them_are_kept(
    kitchen: Kitchen, asker: Principal, seen: list[str]
) -> None:
    for assignee in ("li", "wang"):
        await started(kitchen, assignee, assignee=assignee, due_at=NOW + HOUR)
    kitchen.asker = asker
    assert [each["assignee"] for each in await kept(kitchen)] == seen


async def test_the_board_of_a_department_has_the_same_rows(kitchen: Kitchen) -> None:
    await started(kitchen, "late", assignee="li", due_at=NOW - DAY)
    await started(kitchen, "of the role", due_at=NOW + HOUR)
    await ended(kitchen, "late", NOW - DAY + 2 * HOUR)
    page = await kitchen.http.get("/ui/kept", params={"month": MONTH})
    rows = re.findall(r'<tr data-who="(.*?)" data-role="(.*?)" data-kept="(.*?)"><th scope="row">(.*?)</th>', page.text)
    nothing = {"in_time": 0, "late": 0, "overdue": 0, "open": 0, "hours": 0.0, "longest": 0.0}
    assert [(who, role, json.loads(unescape(told)), title) for who, role, told, title in rows] == [
        ("", "客服专员", nothing | {"open": 1}, "烧水"),
        ("li", "客服专员", nothing | {"late": 1, "hours": 2.0, "longest": 2.0}, "烧水"),
    ]


@pytest.mark.parametrize("month", ["2026-13", "2026-1", "november", "0000-01", "0001-01", "9999-12", ""])
async def test_a_month_that_is_none_is_refused(kitchen: Kitchen, month: str) -> None:
    assert (await kitchen.http.get("/duties/kept", params={"month": month})).status_code == 422


async def test_the_table_opens_in_a_spreadsheet(kitchen: Kitchen) -> None:
    await started(kitchen, "a", assignee="li", due_at=NOW - HOUR)
    titles = ["月份", "人员", "岗位", "事项", "按时完成", "逾期完成", "逾期未完成", "进行中", "不再需要"]
    titles += ["平均逾期（小时）", "最长逾期（小时）"]
    text = (await kitchen.http.get("/duties/kept.csv", params={"month": MONTH})).content.decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(text))) == [
        titles,
        [MONTH, "li", "客服专员", "烧水", "0", "0", "1", "0", "0", "1.0", "1.0"],
    ]
    book = (await kitchen.http.get("/duties/kept.xlsx", params={"month": MONTH})).content
    (page,) = load_workbook(io.BytesIO(book)).worksheets
    assert [list(line) for line in page.values] == [titles, [MONTH, "li", "客服专员", "烧水", 0, 0, 1, 0, 0, 1, 1]]


def fallen_due(**fields: Any) -> FallenDue:
    plain: dict[str, Any] = {
        "kind": "boil", "title": "烧水", "role": Role.CS_SPECIALIST, "ladder": (), "assignee": None, "due_at": NOW,
        "missed_at": None, "held": False, "ended_at": None, "outcome": None,
    }  # fmt: skip
    return FallenDue(**(plain | fields))


moments = st.integers(-100, 100).map(lambda hours: NOW + hours * HOUR)


@given(
    st.lists(
        st.builds(
            fallen_due,
            assignee=st.sampled_from([None, "li", "wang"]),
            role=st.sampled_from([Role.CS_SPECIALIST, Role.FINANCE]),
            due_at=moments,
            held=st.booleans(),
        )
    )
)
def test_every_duty_is_counted_once(duties: list[FallenDue]) -> None:
    def total(row: KeptRow) -> int:
        return row.in_time + row.late + row.overdue + row.open + row.no_longer_needed

    rows = tabulate(duties, MONTH, NOW)
    assert sum(map(total, rows)) == len(duties)
    assert len({(row.assignee, row.role, row.kind) for row in rows}) == len(rows)
