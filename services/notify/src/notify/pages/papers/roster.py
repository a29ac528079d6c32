"""The duty roster of a period as it hangs on the wall (003 三2)."""

from notify.domain.roster import Roster
from shared.pages.papers import INTERNAL, Box, Grid, Paper, Press


def roster_sheet(roster: Roster, press: Press) -> Paper:
    """Each shift with its colleague and role, the earliest first; how to reach them does not stand on it."""
    shifts = sorted(roster.duties, key=lambda duty: (duty.begin, duty.role, duty.staff))
    rows = tuple(
        (press.at(each.begin), press.at(each.end), each.role.chinese, each.name, each.staff) for each in shifts
    )
    return Paper(
        "排班表",
        f"{roster.first_day}至{roster.last_day}",
        (
            (Box("开始日期", roster.first_day.isoformat()), Box("结束日期", roster.last_day.isoformat())),
            Grid("", ("上班", "下班", "岗位", "姓名", "工号"), tuple(rows)),
            (Box("客服主管", signed=""),),
        ),
        mark=INTERNAL,
        note=f"{press.at(roster.published_at)}发布；同一天有多份时，以最后发布的为准。",
    )
