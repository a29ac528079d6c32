"""What may be decided in which stage: all of it, and nothing else."""

from itertools import product
from typing import get_args

import pytest

from complaints.domain.lifecycle import LIFECYCLE, Decision, Stage
from shared.lifecycle import IllegalTransition

STAGES, DECISIONS = get_args(Stage), get_args(Decision)
ENDS = ("closed", "dismissed")
BECOMES = {
    "open": "filed",
    "dismiss": "dismissed",
    "judge": "upheld",
    "appeal": "appealed",
    "decide_appeal": "upheld",
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


@pytest.mark.parametrize(("stage", "decision"), list(product(STAGES, [each for each in DECISIONS if each != "file"])))
def test_every_decision_leads_where_it_should_or_is_refused(stage, decision, in_every_stage, decide):
    case = in_every_stage[stage]
    assert case.stage == stage

    if decision in LIFECYCLE.decisions(stage):
        assert decide[decision](case).state.stage == BECOMES.get(decision, stage)
    else:
        with pytest.raises(IllegalTransition) as refused:
            decide[decision](case)
        assert refused.value.code == "illegal_transition"
        assert stage in refused.value.detail


@pytest.mark.parametrize("stage", ENDS)
def test_nobody_decides_anything_after_the_end_and_no_clock_runs_on(stage, in_every_stage):
    assert [possible for possible in LIFECYCLE.possible(stage) if possible.roles] == []
    assert (in_every_stage[stage].running, in_every_stage[stage].deadlines) == ((), ())


def test_every_stage_can_be_reached_and_every_live_one_can_be_left(in_every_stage):
    assert set(in_every_stage) == set(STAGES)
    assert all(LIFECYCLE.possible(stage) for stage in set(STAGES) - set(ENDS))
    assert set(LIFECYCLE.stages) == set(STAGES)


@pytest.mark.parametrize("stage", STAGES)
def test_what_is_stored_comes_back_as_it_was(stage, in_every_stage):
    case = in_every_stage[stage]

    assert type(case).model_validate(case.model_dump(mode="json")) == case


@pytest.mark.parametrize("decision", [each for each in DECISIONS if each != "file"])
def test_every_decision_of_the_table_leads_only_where_the_table_says(decision, in_every_stage, decide):
    for stage, case in in_every_stage.items():
        if move := LIFECYCLE.move(stage, decision):
            assert decide[decision](case).state.stage in (move.to or (stage,))


def test_every_decision_that_people_make_names_them_and_time_and_facts_make_the_others():
    assert {decision for decision in DECISIONS if not LIFECYCLE.roles(decision)} == {"open"}


def test_a_draft_that_was_dismissed_while_another_person_filed_it_is_opened_under_its_number(in_every_stage, decide):
    opened = decide["open"](in_every_stage["dismissed"]).state

    assert (opened.stage, opened.number) == ("filed", "2026-11-0099")
