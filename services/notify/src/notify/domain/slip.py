"""An internal liaison slip: a message to another department, with a record of who read it (000 §3.3.3)."""

from datetime import datetime, timedelta
from uuid import UUID

from shared.aggregate import Aggregate, Cause, Change, Refused
from shared.contracts.event import Instant
from shared.contracts.notify import StaffMessageAcknowledged, StaffMessagePosted
from shared.contracts.vocabulary import DepartmentName

CHASE_EVERY = timedelta(hours=4)
CHASES = 3


class Slip(Aggregate):
    """A numbered slip. Until it is acknowledged, where that is asked for, the department is chased."""

    slip_no: str
    from_staff: str
    to_department: DepartmentName
    text: str
    posted_at: Instant
    acknowledge_by: Instant | None = None
    acknowledged_by: str | None = None
    acknowledged_at: Instant | None = None
    chases: int = 0

    def acknowledge(self, by: str, at: datetime) -> Change["Slip"]:
        """The department has read it. Refused a second time, so that the first reader stands."""
        if self.acknowledged_by:
            raise Refused(f"{self.acknowledged_by} has acknowledged slip {self.slip_no} already", "acknowledged")
        read = self.but(acknowledged_by=by, acknowledged_at=at).done_with("acknowledgement")
        return Change(read, (StaffMessageAcknowledged(slip_no=self.slip_no, by=by, at=at),))

    def chase(self, at: datetime) -> Change["Slip"]:
        """Nobody has acknowledged it in time: remind the department, a few times (003 §19)."""
        chased = self.but(chases=self.chases + 1)
        if chased.chases < CHASES:
            chased = chased.awaiting("acknowledgement", at + CHASE_EVERY)
        return Change(chased, (chased.message(),))

    def message(self) -> StaffMessagePosted:
        """What the department is told, and how often it has been told before."""
        return StaffMessagePosted(
            slip_no=self.slip_no,
            from_staff=self.from_staff,
            to_department=self.to_department,
            text=self.text,
            acknowledgement_required=self.acknowledge_by is not None,
            acknowledge_by=self.acknowledge_by,
            reminder=self.chases,
        )


def posted(
    id: UUID,
    slip_no: str,
    from_staff: str,
    to_department: DepartmentName,
    text: str,
    acknowledge_by: datetime | None,
    cause: Cause,
) -> Change[Slip]:
    """A slip on its way to a department."""
    slip = Slip(
        id=id,
        slip_no=slip_no,
        from_staff=from_staff,
        to_department=to_department,
        text=text,
        posted_at=cause.at,
        acknowledge_by=acknowledge_by,
    )
    if acknowledge_by:
        slip = slip.awaiting("acknowledgement", acknowledge_by)
    return Change(slip, (slip.message(),))
