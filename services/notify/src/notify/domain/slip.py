"""An internal liaison slip: a message to a department or a colleague, with a record of who read it (000 §3.3.3)."""

from typing import Protocol

from notify.domain.lifecycle import SLIP, SlipStage
from notify.domain.policy.policy import SlipRule
from shared.clocks import ClockRun, Timed
from shared.contracts.event import Instant
from shared.contracts.roles import Department, Role
from shared.contracts.vocabulary import DepartmentName, PaperNo
from shared.lifecycle import follows


class Addressed(Protocol):
    """What of a slip says whom it is for: the slip itself, or the row of a list."""

    @property
    def to_department(self) -> DepartmentName: ...
    @property
    def to_staff(self) -> str | None: ...
    @property
    def clocks(self) -> tuple[ClockRun, ...]: ...


@follows(SLIP)
class Slip(Timed):
    """A numbered slip. Until it is acknowledged, where that is asked for, a clock runs and its readers are chased.

    `to_staff` is the one colleague who is meant; without one the department's readers are. `policy_version` is that of
    the message policy that it began with.
    """

    slip_no: PaperNo
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


def acknowledgers(slip: Addressed, staff: str, roles: frozenset[Role | Department], rule: SlipRule) -> tuple[Role, ...]:
    """In which roles a slip is acknowledged, as this colleague sees it.

    Those that read the department's slips, unless one colleague is meant. The colleague who is meant, and the one who
    has the duty, may acknowledge it in any role that they have.
    """
    holder = next((run.assignee for run in slip.clocks if run.running), None)
    readers = rule.readers[slip.to_department] if slip.to_staff is None else ()
    own = tuple(role for role in Role if role in roles) if staff in (slip.to_staff, holder) else ()
    return tuple(dict.fromkeys((*readers, *own)))
