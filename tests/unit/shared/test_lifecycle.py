"""One table says what is possible, who may do it, what is refused and how it is drawn."""

from typing import Any
from uuid import UUID

import pytest

from shared.aggregate import Aggregate, Change
from shared.contracts.roles import Role
from shared.lifecycle import (
    IllegalTransition,
    Lacking,
    Lifecycle,
    Move,
    Need,
    Needs,
    Possible,
    follows,
    lacking,
    whose_needs_are_met,
)

LAMP = Lifecycle(
    "lamp",
    "off",
    {
        "light": Move(("off",), ("on",), (Role.OPERATOR, Role.GM)),
        "dim": Move(("on",), by=(Role.OPERATOR,)),
        "burn_out": Move(("on", "off"), ("dead",)),
    },
)

WICK: Lifecycle[str, str] = Lifecycle("wick", "off", {"kindle": Move(("off",), ("burning",))})


@follows(LAMP)
class Lamp(Aggregate):
    stage: str = LAMP.start
    watts: int = 40


@follows(lambda lantern: LAMP if lantern.electric else WICK)
class Lantern(Aggregate):
    electric: bool
    stage: str = "off"


NEEDS: Needs[str, Lamp] = {
    "light": (Need(lambda lamp: lamp.watts > 0, "bulb_missing"), Need(lambda lamp: lamp.watts < 100, "too_bright")),
    "dim": (Need(lambda lamp: lamp.watts > 10),),
}


def test_a_decision_waits_for_the_first_thing_that_it_lacks() -> None:
    allowed, dark = LAMP.possible("off"), Lamp(id=UUID(int=1), watts=0)
    assert whose_needs_are_met(allowed, NEEDS, dark) == ()
    assert lacking(allowed, NEEDS, dark) == (
        Lacking(decision="light", roles=(Role.OPERATOR, Role.GM), code="bulb_missing"),
    )
    assert whose_needs_are_met(allowed, NEEDS, Lamp(id=UUID(int=1))) == allowed
    assert lacking(allowed, NEEDS, Lamp(id=UUID(int=1))) == ()


def test_what_was_done_already_waits_for_nothing() -> None:
    allowed, low = LAMP.possible("on"), Lamp(id=UUID(int=1), stage="on", watts=5)
    assert (whose_needs_are_met(allowed, NEEDS, low), lacking(allowed, NEEDS, low)) == ((), ())


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
    assert LAMP.possible("off") == (Possible(decision="light", roles=(Role.OPERATOR, Role.GM)),)
    assert LAMP.roles("dim") == (Role.OPERATOR,)


def test_who_makes_a_decision_is_said_by_the_policy_or_the_aggregate_where_it_has_a_say() -> None:
    shop: Lifecycle[str, str] = Lifecycle(
        "shop",
        "shut",
        {
            "open": Move(("shut",), ("open",), by_policy=True),
            "paint": Move(("shut",), by=(Role.OPERATOR, Role.GM)),
            "sell": Move(("open",), by_policy=True),
        },
    )
    assert shop.possible("shut") == (Possible(decision="paint", roles=(Role.OPERATOR, Role.GM)),)
    entitled = {"open": (Role.FINANCE,), "paint": (Role.GM,), "sell": (Role.FINANCE,)}
    assert shop.possible("shut", entitled) == (
        Possible(decision="open", roles=(Role.FINANCE,)),
        Possible(decision="paint", roles=(Role.GM,)),
    )


def test_the_stages_and_the_last_ones_follow_from_the_table() -> None:
    assert LAMP.stages == ("off", "on", "dead")
    assert LAMP.terminal == {"dead"}


def test_a_decision_without_a_row_is_possible_in_no_stage() -> None:
    bulb: Lifecycle[str, str] = Lifecycle("bulb", "off", {"light": Move(("off",)), "dim": ()})
    with pytest.raises(IllegalTransition, match="dim is not possible while the bulb is off; possible now: light"):
        bulb.must("off", "dim")


@pytest.mark.parametrize(("stage", "decision"), [("off", "typo"), ("typo", "light")])
def test_what_the_table_does_not_know_is_a_mistake_and_no_refusal(stage: str, decision: str) -> None:
    with pytest.raises(ValueError, match=f"knows no decision {decision} in a stage {stage}"):
        LAMP.must(stage, decision)
    with pytest.raises(ValueError, match=f"knows no decision {decision} in a stage {stage}"):
        LAMP.allows(stage, decision)


def test_an_aggregate_changes_its_stage_along_the_arrows_of_its_table() -> None:
    lamp = Lamp(id=UUID(int=1))
    assert lamp.but(stage="on", watts=60) == Lamp(id=UUID(int=1), stage="on", watts=60)
    assert lamp.but(stage="off", watts=60) == Lamp(id=UUID(int=1), watts=60)


@pytest.mark.parametrize(("before", "after"), [("on", "off"), ("dead", "on"), ("off", "onn")])
def test_a_stage_to_which_no_decision_leads_is_a_mistake_and_no_refusal(before: str, after: str) -> None:
    def decide(lamp: Lamp) -> Change[Lamp]:
        return Change(lamp.but(stage=after))

    with pytest.raises(ValueError, match=f"no decision of the lifecycle leads a lamp from {before} to {after}"):
        Change(Lamp(id=UUID(int=1), stage=before)).then(decide)


def test_an_aggregate_may_say_which_table_it_follows() -> None:
    assert Lantern(id=UUID(int=1), electric=True).but(stage="on").stage == "on"
    with pytest.raises(ValueError, match="no decision of the lifecycle leads a wick from off to on"):
        Lantern(id=UUID(int=1), electric=False).but(stage="on")


@pytest.mark.parametrize(
    ("start", "moves", "flaw"),
    [
        ("off", {"light": (Move(("off",), ("on",)), Move(("on", "off")))}, "light stands twice for off"),
        ("of", {"light": Move(("off",), ("on",))}, "nothing leads to off; nothing is possible in its start, of"),
        ("off", {"light": Move(("off",), ("onn",)), "dim": Move(("on",))}, "nothing leads to on"),
        ("off", {"light": Move(("off",), by=("gmm",))}, "gmm is no role"),
        ("off", {"light": Move(("off",)), "dim": Move(())}, "dim has a row without a stage"),
        ("off", {"light": Move(("off",), by=(Role.GM, Role.GM))}, "light names a role twice"),
        (
            "off",
            {"light": Move(("off",), by=(Role.GM,), by_policy=True)},
            "light is made by the roles of the table or by those of the policy, not by both",
        ),
    ],
)
def test_a_table_that_cannot_be_meant_is_refused(start: str, moves: Any, flaw: str) -> None:
    with pytest.raises(ValueError, match="the lifecycle of the lamp has mistakes") as refused:
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


def test_who_makes_a_decision_that_the_table_does_not_know_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="knows no decision typo"):
        LAMP.roles("typo")  # type: ignore[arg-type]


def test_a_view_names_whose_decision_it_is_and_who_had_a_hand_in_it_before() -> None:
    shown = LAMP.possible("off", only={"light": "li"}, another_than={"light": (None, "OPS-1", "OPS-1")})
    (light,) = shown
    assert light == Possible(decision="light", roles=(Role.OPERATOR, Role.GM), only=("li",), another_than=("OPS-1",))
    gm = frozenset({Role.GM})
    assert (light.is_for("LI", gm), light.is_for("wang", gm), light.is_for("li", frozenset())) == (True, False, False)
    (free,) = LAMP.possible("off", another_than={"light": ("OPS-1",)})
    assert (free.is_for("ops-1", gm), free.is_for("wang", gm)) == (False, True)
