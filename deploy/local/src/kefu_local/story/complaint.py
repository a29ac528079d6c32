"""Steps 4 and 5: a complaint gets its number and its warranty check; it is left lying, and staff are alerted."""

import re
from datetime import time, timedelta
from typing import Any

from kefu.trouble import Trouble
from kefu_local.story.people import Customer, hears
from kefu_local.story.teller import Teller
from kefu_local.story.world import World
from shared.contracts.roles import Role

_NUMBER = re.compile(r"\d{4}-\d{2}-\d{4,}")
CLOCK = "close_6d"
"""The clock of the whole case: six days from the day it is accepted (003 §26.1)."""
TOP = 3
"""The general manager's rung."""

LEFT_LYING = timedelta(days=8)
"""Six days, a seventh on the rung of the deputy, and the hours between two mornings."""
_ALWAYS_SAID = {"company", "hotline", "name"}
MISSED = "complaints.deadline_missed.v1"
ESCALATED = "complaints.complaint_escalated.v1"


async def complain(world: World, teller: Teller, customer: Customer) -> dict[str, Any]:
    """The case, with what after-sales found out about the warranty in it."""
    await world.until(world.in_days(1), time(10))
    teller.step(4, "The customer complains about the quality", world.now)
    said = {
        "customer": {
            "customer_id": customer.id,
            "name": customer.name,
            "contact_name": customer.contact,
            "title": customer.title,
            "mobile": customer.mobile,
            "email": customer.email,
        },
        "complainant": customer.contact,
        "channel": "phone",
        "content": "三樘玻璃边缘崩角，要求更换",
        "demand": "更换三樘玻璃",
        "order_no": customer.order_no,
        "defect_quantity": 3,
        "nature": "quality",
    }
    filed = await world.ask("complaints", "/complaints", said, role=Role.CS_SPECIALIST)
    if not _NUMBER.fullmatch(filed["complaint_no"]):
        raise Trouble(f"A complaint's number is YYYY-MM-serial, this is {filed['complaint_no']}.")
    teller.say(f"Complaint {filed['complaint_no']}: {said['content']}", world.now)
    case = await world.seen("the warranty checked", lambda: _case(world, filed["complaint_id"], "warranty"))
    note = case["warranty"][0]
    teller.say(f"After-sales: {note['verdict']}, {' '.join(note['explanation'])}", world.now)
    await hears(world, teller, customer, filed["complaint_no"])
    return case


async def leave_it_lying(world: World, teller: Teller, case: dict[str, Any]) -> None:
    """The case is left lying until its six days are over, and another day, after which it is on the top."""
    await world.until(world.in_days(LEFT_LYING.days), time(10))
    teller.step(5, "The complaint is left lying for six days", world.now)
    await told_to_staff(world, teller, case)


async def told_to_staff(world: World, teller: Teller, case: dict[str, Any]) -> None:
    """The clock was missed, once; the case went up as far as it can, and those in charge there were alerted."""
    overdue = await world.seen("the clock missed, the top reached", lambda: _overdue(world, case["complaint_id"]))
    missed = [each for each in overdue["missed"] if each["clock"] == CLOCK]
    if len(missed) != 1:
        raise Trouble(f"The clock {CLOCK} is missed once, not {len(missed)} times.")
    teller.say(f"{CLOCK} ended at {missed[0]['due_at']}; the case is on level {overdue['level']}", world.now)
    no = case["complaint_no"]
    clocks = await world.find("complaints", f"/complaints/{case['complaint_id']}/clocks", Role.CS_MANAGER)
    rungs = sum(each["rung"] for each in clocks or ())
    told = await world.seen("every miss told to staff", lambda: _told_of_each(world, no, rungs))
    raised = await world.seen("the top of the ladder told", lambda: _told_on(world, no, overdue["level"]))
    for alert in (*told, *raised):
        words = " ".join(said for name, said in alert["values"].items() if name not in _ALWAYS_SAID)
        teller.say(f"Alert to {alert['role'] or alert['staff']}, {alert['event']}: {words}", world.now)


async def alerts(world: World, number: str, event: str) -> list[dict[str, Any]]:
    """What staff have been told so far of these events about the case, oldest first; more may come."""
    page = await world.find("notify", f"/notifications?about={number}&limit=500", Role.CS_MANAGER)
    return [each for each in reversed(page["items"] if page else ()) if each["event"] == event]


async def _told_of_each(world: World, number: str, rungs: int) -> list[dict[str, Any]] | None:
    """What staff were told once they have been told of every miss, on every rung of its ladder."""
    told = await alerts(world, number, MISSED)
    return told if len({alert["event_id"] for alert in told}) == rungs else None


async def _told_on(world: World, number: str, level: int) -> list[dict[str, Any]] | None:
    told = await alerts(world, number, ESCALATED)
    return told if any(alert["values"]["level"] == str(level) for alert in told) else None


async def _case(world: World, id: str, part: str) -> dict[str, Any] | None:
    case = await world.find("complaints", f"/complaints/{id}", Role.CS_MANAGER)
    return case if case and case[part] else None


async def _overdue(world: World, id: str) -> dict[str, Any] | None:
    """The case once its clock was missed and it is at the top of the ladder: nothing more comes of its lying there."""
    case = await _case(world, id, "missed")
    missed = case and any(each["clock"] == CLOCK for each in case["missed"])
    return case if case and missed and case["level"] == TOP else None
