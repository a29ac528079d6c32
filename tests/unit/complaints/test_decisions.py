"""What may be decided in which stage: all of it, and nothing else."""

from itertools import product
from typing import get_args

import pytest

from complaints.domain.case import IllegalTransition
from complaints.domain.stage import ALLOWED, STAGES, TERMINAL, Decision, possible

BECOMES = {
    "open": "filed",
    "dismiss": "dismissed",
    "judge": "upheld",
    "assign_investigation": "investigating",
    "complete_investigation": "investigated",
    "propose": "proposed",
    "approve": "approved",
    "reject": "investigated",
    "accept": "accepted",
    "decline": "closed",
    "implement": "implemented",
    "close": "closed",
    "withdraw": "closed",
}
"""Where each decision leads; the others leave the stage as it is."""


@pytest.mark.parametrize(("stage", "decision"), list(product(STAGES, get_args(Decision))))
def test_every_decision_leads_where_it_should_or_is_refused(stage, decision, in_every_stage, decide):
    case = in_every_stage[stage]
    assert case.stage == stage

    if stage in ALLOWED[decision]:
        assert decide[decision](case).state.stage == BECOMES.get(decision, stage)
    else:
        with pytest.raises(IllegalTransition) as refused:
            decide[decision](case)
        assert refused.value.code == "illegal_transition"
        assert stage in refused.value.detail


@pytest.mark.parametrize("stage", sorted(TERMINAL))
def test_nothing_is_decided_after_the_end_and_no_clock_runs_on(stage, in_every_stage):
    assert possible(stage) == ()
    assert in_every_stage[stage].deadlines == ()


def test_every_stage_can_be_reached_and_every_live_one_can_be_left(in_every_stage):
    assert set(in_every_stage) == set(STAGES)
    assert all(possible(stage) for stage in set(STAGES) - TERMINAL)


@pytest.mark.parametrize("stage", STAGES)
def test_what_is_stored_comes_back_as_it_was(stage, in_every_stage):
    case = in_every_stage[stage]

    assert type(case).model_validate(case.model_dump(mode="json")) == case
