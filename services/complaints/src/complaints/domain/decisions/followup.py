"""How the duties that follow from a case for our own people start and end."""

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from complaints.domain.corrective_action import CorrectiveAction
from complaints.domain.penalty import Penalty
from complaints.domain.policy.policy import FollowUp, Rules
from shared.aggregate import Cause, Change
from shared.clocks import Matter

Following = TypeVar("Following", CorrectiveAction, Penalty)


def due(
    following: Following, step: FollowUp, rules: Rules, *, until: datetime | None = None, cause: Cause
) -> Change[Following]:
    """This step is a duty from now on, to the end of its term or to a day that a person named."""
    policy = rules.of(following)
    start: Callable[[Following], Change[Following]] = rules.clocks.start(
        policy.follow_ups[step], Matter(about=following.case.complaint_no), cause, policy=policy, due_at=until
    )
    return start(following)


def done(following: Following, *steps: FollowUp, rules: Rules, cause: Cause) -> Change[Following]:
    """These steps are no duties any more."""
    clocks = rules.of(following).follow_ups
    stop: Callable[[Following], Change[Following]] = rules.clocks.stop(
        *(clocks[step].name for step in steps), cause=cause
    )
    return stop(following)
