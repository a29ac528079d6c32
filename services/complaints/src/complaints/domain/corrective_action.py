"""An improvement by one of our departments, so that a cause does not come up again (003 §25.4a, 004 一㈢3c)."""

from datetime import datetime
from uuid import NAMESPACE_URL, UUID, uuid5

from complaints.domain.lifecycle import CORRECTIVE_ACTION, ActionStage
from complaints.domain.parts.improvement import Attempt
from shared.clocks import Matter, Timed
from shared.contracts.event import Instant
from shared.contracts.vocabulary import AboutComplaint, ComplaintNo, DepartmentName, StaffId
from shared.lifecycle import Possible, follows

_ACTIONS = uuid5(NAMESPACE_URL, "urn:kefu:corrective-action")


def action_id_of(complaint_id: UUID, department: DepartmentName) -> UUID:
    """The id of the one improvement that a department owes after a case."""
    return uuid5(_ACTIONS, f"{complaint_id}/{department}")


def possible(stage: ActionStage, attempts: tuple[Attempt, ...]) -> tuple[Possible, ...]:
    """What people may do about an improvement with these attempts in this stage, and who of them."""
    return CORRECTIVE_ACTION.possible(stage, another_than={"verify": carried_out_by(attempts)})


def carried_out_by(attempts: tuple[Attempt, ...]) -> tuple[StaffId, ...]:
    """Who has carried out the last attempt, and therefore does not verify it (004 一㈢3c)."""
    done = attempts[-1].carried_out if attempts else None
    return (done.by,) if done else ()


@follows(CORRECTIVE_ACTION)
class CorrectiveAction(Timed):
    """What a department improves after a case, attempt by attempt. One that worked is watched for a while."""

    case: AboutComplaint
    policy_version: int
    department: DepartmentName
    stage: ActionStage = CORRECTIVE_ACTION.start
    cause_code: str | None = None
    attempts: tuple[Attempt, ...] = ()
    watched_until: Instant | None = None
    recurred_in: tuple[ComplaintNo, ...] = ()

    @property
    def matter(self) -> Matter:
        """What its duties are about: the case."""
        return Matter(about=self.case.complaint_no)

    @property
    def possible(self) -> tuple[Possible, ...]:
        """What people may do about it now, and who of them."""
        return possible(self.stage, self.attempts)

    def watches(self, moment: datetime) -> bool:
        """Whether a complaint of this moment shows that it did not work: from when it was carried out to the end."""
        done = self.attempts[-1].carried_out if self.attempts else None
        if self.stage != "effective" or self.watched_until is None or done is None:
            return False
        return done.at <= moment <= self.watched_until
