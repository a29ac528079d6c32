"""Internal liaison slips: posted, acknowledged, chased (000 §3.3.3)."""

from datetime import datetime
from uuid import UUID

from notify.domain.lifecycle import SLIP
from notify.domain.policy.policy import Rules
from notify.domain.slip import Slip
from shared.aggregate import Cause, Change, Refused, must_be_near, one_person
from shared.clocks import ClockRun, Matter
from shared.contracts.notify import StaffMessageAcknowledged, StaffMessagePosted
from shared.contracts.vocabulary import DepartmentName, StaffId


def post(
    id: UUID,
    to_department: DepartmentName,
    to_staff: StaffId | None,
    text: str,
    acknowledge_by: datetime | None,
    rules: Rules,
    cause: Cause,
) -> Change[Slip]:
    """A slip on its way to a department or a colleague of it, from the person who asks.

    Refused when the person who asks is the one it is for, and when it is to be acknowledged far ahead (`far_day`).
    """
    if to_staff and one_person(to_staff) == one_person(cause.actor.id):
        raise Refused("a slip goes to another person than the one who writes it", "own_slip", "to_staff")
    if acknowledge_by is not None:
        must_be_near(acknowledge_by, cause, "acknowledge_by")
    policy = rules.on(cause.at)
    slip_no = f"LL-{rules.calendar.day(cause.at):%Y%m%d}-{id.hex[:6].upper()}"
    slip = Slip(
        id=id,
        slip_no=slip_no,
        from_staff=cause.actor.id,
        to_department=to_department,
        to_staff=to_staff,
        text=text,
        posted_at=cause.at,
        acknowledge_by=acknowledge_by,
        policy_version=policy.version,
    )
    posted = Change(slip, (_message(slip),))
    if acknowledge_by is None:
        return posted
    clock, matter = policy.slips.clock_of(to_department), Matter(about=slip_no)
    begin = rules.clocks.start(clock, matter, cause, policy=policy, assignee=to_staff, due_at=acknowledge_by)
    return posted.then(begin)


def acknowledge(slip: Slip, rules: Rules, cause: Cause) -> Change[Slip]:
    """It has been read. Refused a second time, so that the first reader stands, and for the person who wrote it."""
    SLIP.must(slip.stage, "acknowledge")
    if one_person(cause.actor.id) == one_person(slip.from_staff):
        raise Refused(f"{slip.from_staff} wrote slip {slip.slip_no}; another person acknowledges it", "own_slip")
    read = slip.but(stage="acknowledged", acknowledged_by=cause.actor.id, acknowledged_at=cause.at)
    said = StaffMessageAcknowledged(slip_no=slip.slip_no, by=cause.actor.id, at=cause.at)
    return Change(read, (said,)).then(rules.clocks.stop(cause=cause))


def chase(slip: Slip, run: ClockRun, cause: Cause) -> Change[Slip]:
    """It has not been acknowledged in time: its readers are reminded, once for each rung of the ladder (003 §19)."""
    SLIP.must(slip.stage, "chase")
    chased = slip.but(chases=slip.chases + 1)
    return Change(chased, (_message(chased),))


def _message(slip: Slip) -> StaffMessagePosted:
    """What its readers are told, and how often they have been told before."""
    return StaffMessagePosted(
        slip_no=slip.slip_no,
        from_staff=slip.from_staff,
        to_department=slip.to_department,
        to_staff=slip.to_staff,
        text=slip.text,
        acknowledgement_required=slip.acknowledge_by is not None,
        acknowledge_by=slip.acknowledge_by,
        reminder=slip.chases,
    )
