"""One table says what is possible, who may do it, what is refused and how it is drawn."""

from typing import Any

import pytest

from shared.contracts.roles import Role
from shared.lifecycle import IllegalTransition, Lifecycle, Move, Possible

LAMP = Lifecycle(
    "lamp",
    "off",
    {
        "light": Move(("off",), ("on",), (Role.OPERATOR, Role.GM)),
        "dim": Move(("on",), by=(Role.OPERATOR,)),
        "burn_out": Move(("on", "off"), ("dead",)),
    },
)


def test_what_a_stage_allows_passes() -> None:
    LAMP.must("off", "light")


@pytest.mark.parametrize(
    ("stage", "decision", "offers"),
    [("on", "light", "dim, burn_out"), ("off", "dim", "light, burn_out"), ("dead", "light", "nothing any more")],
)
def test_what_a_stage_does_not_allow_is_refused_with_what_is_possible(stage: str, decision: str, offers: str) -> None:
    with pytest.raises(IllegalTransition) as refused:
        LAMP.must(stage, decision)
    assert refused.value.code == "illegal_transition"
    assert refused.value.detail == (f"{decision} is not possible while the lamp is {stage}; possible now: {offers}")


@pytest.mark.parametrize(("stage", "allowed"), [("off", False), ("on", True), ("dead", False)])
def test_whether_a_stage_allows_a_decision_can_be_asked(stage: str, allowed: bool) -> None:
    assert LAMP.allows(stage, "dim") is allowed


def test_a_view_shows_what_is_possible_with_the_roles_that_may_do_it() -> None:
    assert LAMP.possible("off") == (
        Possible(decision="light", roles=(Role.OPERATOR, Role.GM)),
        Possible(decision="burn_out", roles=()),
    )
    assert LAMP.roles("dim") == (Role.OPERATOR,)


def test_the_stages_and_the_last_ones_follow_from_the_table() -> None:
    assert LAMP.stages == ("off", "on", "dead")
    assert LAMP.terminal == {"dead"}


@pytest.mark.parametrize(
    ("start", "moves", "flaw"),
    [
        ("off", {"light": (Move(("off",), ("on",)), Move(("on", "off")))}, "light stands twice for off"),
        ("of", {"light": Move(("off",), ("on",))}, "nothing leads to off; nothing is possible in its start, of"),
        ("off", {"light": Move(("off",), ("onn",)), "dim": Move(("on",))}, "nothing leads to on"),
        ("off", {"light": Move(("off",), by=("gmm",))}, "gmm is no role"),
    ],
)
def test_a_table_that_cannot_be_meant_is_refused(start: str, moves: Any, flaw: str) -> None:
    with pytest.raises(ValueError, match="the lifecycle of the lamp cannot be meant") as refused:
        Lifecycle("lamp", start, moves)
    assert str(refused.value).partition(": ")[2] == flaw


def test_the_table_is_drawn() -> None:
    assert LAMP.mermaid() == (
        "stateDiagram-v2\n"
        "    [*] --> off\n"
        "    off --> on: light\n"
        "    on --> dead: burn_out\n"
        "    off --> dead: burn_out\n"
        "    dead --> [*]\n"
    )
