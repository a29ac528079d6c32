"""An improvement by one of our departments, so that a cause does not come up again (003 §25.4a, 004 一㈢3c)."""

from datetime import datetime
from typing import Literal
from uuid import NAMESPACE_URL, UUID, uuid5

from complaints.domain.parts.improvement import Attempt
from complaints.domain.roles import INVESTIGATORS, MANAGERS
from shared.clocks import Timed
from shared.contracts.event import Instant
from shared.contracts.roles import Role
from shared.contracts.vocabulary import AboutComplaint, ComplaintNo, DepartmentName
from shared.lifecycle import Lifecycle, Move

_ACTIONS = uuid5(NAMESPACE_URL, "urn:kefu:corrective-action")

ActionStage = Literal["due", "open", "done", "effective"]
ActionDecision = Literal["plan", "carry_out", "verify", "reopen"]

LIFECYCLE: Lifecycle[ActionStage, ActionDecision] = Lifecycle(
    "corrective action",
    "due",
    {
        "plan": Move(("due",), ("open",), INVESTIGATORS),
        "carry_out": Move(("open",), ("done",), INVESTIGATORS),
        "verify": Move(("done",), ("effective", "due"), (Role.RD_TEAM, *MANAGERS)),
        "reopen": Move(("effective",), ("due",)),
    },
)


def action_id_of(complaint_id: UUID, department: DepartmentName) -> UUID:
    """The id of the one improvement that a department owes after a case."""
    return uuid5(_ACTIONS, f"{complaint_id}/{department}")


class CorrectiveAction(Timed):
    """What a department improves after a case, attempt by attempt. One that worked is watched for a while."""

    case: AboutComplaint
    policy_version: int
    department: DepartmentName
    stage: ActionStage = LIFECYCLE.start
    cause_code: str | None = None
    attempts: tuple[Attempt, ...] = ()
    watched_until: Instant | None = None
    recurred_in: tuple[ComplaintNo, ...] = ()

    def watches(self, moment: datetime) -> bool:
        """Whether its cause may not come up again at this moment."""
        return self.stage == "effective" and self.watched_until is not None and moment <= self.watched_until
