"""The way of a case up the ladder: by hand, because it is serious, or because its time is over (003 §18a, §19, §26)."""

from typing import Literal

from complaints.domain.complaint import Complaint
from complaints.domain.lifecycle import LIFECYCLE
from complaints.domain.policy.policy import Rules
from shared.aggregate import Cause, Change, Refused
from shared.contracts.complaints import ComplaintEscalated
from shared.contracts.roles import Role

ESCALATION = "escalation"
"""The deadline at which an overdue case goes up one more rung."""

BELOW_THE_LADDER = Role.COMPLAINT_HANDLER
Reason = Literal["deadline", "severity", "manual"]


def escalate(complaint: Complaint, rules: Rules, cause: Cause) -> Change[Complaint]:
    """Send the case up one rung. Refused at the top."""
    LIFECYCLE.must(complaint.stage, "escalate")
    ladder = rules.version(complaint.policy_version).ladder
    if complaint.level == len(ladder):
        raise Refused(f"the case is with {ladder[-1]} already; there is nobody above", "top_of_the_ladder")
    return take_up(complaint, complaint.level + 1, "manual", rules)


def climb(complaint: Complaint, rules: Rules, cause: Cause) -> Change[Complaint]:
    """An overdue case that is still open goes up one more rung, until it is at the top."""
    policy = rules.version(complaint.policy_version)
    raised = take_up(complaint, complaint.level + 1, "deadline", rules, policy.close.name)
    return raised.then(lambda case: wait_on_the_rung(case, rules, cause))


def take_to_major(complaint: Complaint, rules: Rules) -> Change[Complaint]:
    """A particularly serious case goes to the role that the policy names, the deputy GM (003 §18a)."""
    policy = rules.version(complaint.policy_version)
    return take_up(complaint, policy.rung(policy.major_to), "severity", rules)


def take_up(
    complaint: Complaint, level: int, reason: Reason, rules: Rules, clock: str | None = None
) -> Change[Complaint]:
    """On this rung of the ladder; unchanged when it is as high already, or not live any more."""
    if level <= complaint.level or not complaint.live:
        return Change(complaint)
    ladder = rules.version(complaint.policy_version).ladder
    escalated = ComplaintEscalated.of(
        complaint.about_customer,
        level=level,
        from_role=ladder[complaint.level - 1] if complaint.level else BELOW_THE_LADDER,
        to_role=ladder[level - 1],
        reason=reason,
        clock=clock,
    )
    return Change(complaint.but(level=level), (escalated,))


def wait_on_the_rung(complaint: Complaint, rules: Rules, cause: Cause) -> Change[Complaint]:
    """An overdue case waits on its rung as long as the policy's patience lasts; on the highest it waits for good."""
    policy = rules.version(complaint.policy_version)
    if complaint.level >= len(policy.ladder):
        return Change(complaint)
    return Change(complaint.awaiting(ESCALATION, cause.at + policy.patience))
