"""An internal liaison slip: a message to a department or a colleague, with a record of who read it (000 §3.3.3)."""

from notify.domain.lifecycle import SLIP, SlipStage
from shared.clocks import Timed
from shared.contracts.event import Instant
from shared.contracts.roles import Department, Role
from shared.contracts.vocabulary import DepartmentName
from shared.lifecycle import follows


@follows(SLIP)
class Slip(Timed):
    """A numbered slip. Until it is acknowledged, where that is asked for, a clock runs and its readers are chased.

    `to_staff` is the one colleague who is meant; without one the department's readers are. `policy_version` is that of
    the message policy that it began with.
    """

    slip_no: str
    from_staff: str
    to_department: DepartmentName
    to_staff: str | None = None
    text: str
    posted_at: Instant
    stage: SlipStage = "posted"
    acknowledge_by: Instant | None = None
    acknowledged_by: str | None = None
    acknowledged_at: Instant | None = None
    chases: int = 0
    policy_version: int

    def meant_for(self, staff: str, roles: frozenset[Role | Department], readers: tuple[Role, ...]) -> bool:
        """Whether this colleague may acknowledge it: the one who is meant or has the duty, or one of the department.

        `readers` are the roles that read the department's slips.
        """
        run = next(iter(self.running), None)
        if staff in {run.assignee if run else None, self.to_staff}:
            return True
        return self.to_staff is None and bool(roles & set(readers))
