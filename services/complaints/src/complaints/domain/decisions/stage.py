"""How a case goes from one stage to the next, its clocks with it."""

from complaints.domain.complaint import Complaint
from complaints.domain.decisions.clock import CLOCKS, start, stop
from complaints.domain.lifecycle import LIFECYCLE, STEP_OF, Stage
from complaints.domain.policy.policy import Rules
from shared.aggregate import Cause, Change


def move(complaint: Complaint, stage: Stage, rules: Rules, cause: Cause) -> Change[Complaint]:
    """In another stage, with that stage's step clock instead of the old one; at the end no clock runs on."""
    stopped = stop(complaint, *CLOCKS) if stage in LIFECYCLE.terminal else stop(complaint, "step")
    moved = stopped.then(lambda case: Change(case.but(stage=stage)))
    return moved.then(lambda case: start(case, "step", rules, cause)) if stage in STEP_OF else moved
