"""Internal liaison slips: posted, acknowledged, chased (000 §3.3.3)."""

from datetime import datetime
from uuid import UUID

from notify.domain.policy.policy import MessagePolicy
from notify.domain.slip import Slip
from shared.aggregate import Cause, Change, Refused
from shared.contracts.notify import StaffMessageAcknowledged, StaffMessagePosted
from shared.contracts.vocabulary import DepartmentName


def post(
    id: UUID,
    slip_no: str,
    to_department: DepartmentName,
    text: str,
    acknowledge_by: datetime | None,
    policy: MessagePolicy,
    cause: Cause,
) -> Change[Slip]:
    """A slip on its way to a department, from the person who asks."""
    slip = Slip(
        id=id,
        slip_no=slip_no,
        from_staff=cause.actor.id,
        to_department=to_department,
        text=text,
        posted_at=cause.at,
        acknowledge_by=acknowledge_by,
        policy=policy.version,
    )
    if acknowledge_by:
        slip = slip.awaiting("acknowledgement", acknowledge_by)
    return Change(slip, (_message(slip),))


def acknowledge(slip: Slip, cause: Cause) -> Change[Slip]:
    """The department has read it. Refused a second time, so that the first reader stands."""
    if slip.acknowledged_by:
        raise Refused(f"{slip.acknowledged_by} has acknowledged slip {slip.slip_no} already", "acknowledged")
    read = slip.but(acknowledged_by=cause.actor.id, acknowledged_at=cause.at).done_with("acknowledgement")
    return Change(read, (StaffMessageAcknowledged(slip_no=slip.slip_no, by=cause.actor.id, at=cause.at),))


def chase(slip: Slip, policy: MessagePolicy, cause: Cause) -> Change[Slip]:
    """It has not been acknowledged in time: the department is reminded, a few times (003 §19)."""
    chased = slip.but(chases=slip.chases + 1)
    if chased.chases < policy.chases:
        chased = chased.awaiting("acknowledgement", cause.at + policy.chase_every)
    return Change(chased, (_message(chased),))


def _message(slip: Slip) -> StaffMessagePosted:
    """What the department is told, and how often it has been told before."""
    return StaffMessagePosted(
        slip_no=slip.slip_no,
        from_staff=slip.from_staff,
        to_department=slip.to_department,
        text=slip.text,
        acknowledgement_required=slip.acknowledge_by is not None,
        acknowledge_by=slip.acknowledge_by,
        reminder=slip.chases,
    )
