"""How a case goes from one stage to the next, its clocks with it."""

from complaints.domain.complaint import Complaint
from complaints.domain.decisions.clock import start, stop_step
from complaints.domain.lifecycle import STEP_OF, Stage
from complaints.domain.policy.policy import Rules
from shared.aggregate import Cause, Change


def move(complaint: Complaint, stage: Stage, rules: Rules, cause: Cause) -> Change[Complaint]:
    """In another stage, with that stage's step clock instead of the old one."""
    moved = stop_step(complaint.but(stage=stage), rules, cause)
    if stage not in STEP_OF:
        return moved
    return moved.then(lambda case: start(case, STEP_OF[stage], rules, cause))
