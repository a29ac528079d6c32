"""The way of a case up the ladder: by hand, because it is serious, or because its time is over (003 §18a, §19, §26)."""

from complaints.domain.complaint import Complaint
from complaints.domain.lifecycle import COMPLAINT
from complaints.domain.parts.handling import Reason
from complaints.domain.policy.policy import Rules
from shared.aggregate import Cause, Change, Refused
from shared.contracts.complaints import ComplaintEscalated
from shared.contracts.roles import Role

BELOW_THE_LADDER = Role.COMPLAINT_HANDLER


def escalate(complaint: Complaint, rules: Rules, cause: Cause) -> Change[Complaint]:
    """Send the case up one rung. Refused at the top."""
    COMPLAINT.must(complaint.stage, "escalate")
    ladder = rules.of(complaint).ladder
    if complaint.level == len(ladder):
        raise Refused(f"the case is with {ladder[-1]} already, the highest role on the ladder", "top_of_the_ladder")
    return take_up(complaint, complaint.level + 1, "manual", rules, None, cause)


def take_to_major(complaint: Complaint, rules: Rules, cause: Cause) -> Change[Complaint]:
    """A particularly serious case goes to the role that the policy names, the deputy GM (003 §18a)."""
    policy = rules.of(complaint)
    return take_up(complaint, policy.rung(policy.major_to), "severity", rules, None, cause)


def take_up(
    complaint: Complaint, level: int, reason: Reason, rules: Rules, clock: str | None, cause: Cause
) -> Change[Complaint]:
    """On this rung of the ladder; unchanged when it is as high already, or not live any more."""
    if level <= complaint.level or not complaint.live:
        return Change(complaint)
    ladder = rules.of(complaint).ladder
    escalated = ComplaintEscalated.of(
        complaint.about_customer,
        level=level,
        from_role=ladder[complaint.level - 1] if complaint.level else BELOW_THE_LADDER,
        to_role=ladder[level - 1],
        reason=reason,
        clock=clock,
    )
    return Change(complaint.but(level=level), (escalated,))
