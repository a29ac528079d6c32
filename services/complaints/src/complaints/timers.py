"""What happens when time passes over a complaint: warnings, misses and the way up."""

from complaints.domain.case import CLOCKS, ESCALATION, ClockKind
from complaints.domain.complaint import Complaint
from complaints.domain.policy import ComplaintPolicy
from complaints.store import Complaints
from shared.aggregate import Cause, Change
from shared.timers import Timers


def timers(complaints: Complaints, policy: ComplaintPolicy) -> Timers:
    """A warning and a miss for every clock of a case, and the rungs after that."""
    at = Timers()

    @at(complaints, ESCALATION)
    def climb(complaint: Complaint, cause: Cause) -> Change[Complaint]:
        """An overdue case goes up one more rung."""
        return complaint.climb(policy, cause.at)

    def keep(kind: ClockKind) -> None:
        @at(complaints, f"{kind}_warning")
        def warn(complaint: Complaint, cause: Cause) -> Change[Complaint]:
            """A clock comes near its end."""
            return complaint.warn(kind, policy, cause.at)

        @at(complaints, kind)
        def miss(complaint: Complaint, cause: Cause) -> Change[Complaint]:
            """A clock ran out."""
            return complaint.miss(kind, policy, cause.at)

    for kind in CLOCKS:
        keep(kind)
    return at
