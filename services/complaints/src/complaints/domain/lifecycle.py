"""The stages of a complaint and what may be decided in each (002 六, 003 §25)."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, get_args

from complaints.domain.policy import Step

Stage = Literal[
    "draft",
    "filed",
    "upheld",
    "not_upheld",
    "investigating",
    "investigated",
    "proposed",
    "approved",
    "accepted",
    "implemented",
    "closed",
    "dismissed",
]
Decision = Literal[
    "open",
    "dismiss",
    "assign_owner",
    "classify",
    "judge",
    "assign_investigation",
    "complete_investigation",
    "propose",
    "approve",
    "reject",
    "accept",
    "decline",
    "implement",
    "close",
    "withdraw",
    "escalate",
]

STAGES: tuple[Stage, ...] = get_args(Stage)
TERMINAL: frozenset[Stage] = frozenset({"closed", "dismissed"})
LIVE: frozenset[Stage] = frozenset(STAGES) - TERMINAL - {"draft"}

ALLOWED: Mapping[Decision, frozenset[Stage]] = MappingProxyType(
    {
        "open": frozenset[Stage]({"draft"}),
        "dismiss": frozenset[Stage]({"draft"}),
        "assign_owner": LIVE,
        "classify": LIVE,
        "judge": frozenset[Stage]({"filed"}),
        "assign_investigation": frozenset[Stage]({"upheld", "investigating"}),
        "complete_investigation": frozenset[Stage]({"investigating"}),
        "propose": frozenset[Stage]({"investigated"}),
        "approve": frozenset[Stage]({"proposed"}),
        "reject": frozenset[Stage]({"proposed"}),
        "accept": frozenset[Stage]({"approved"}),
        "decline": frozenset[Stage]({"approved"}),
        "implement": frozenset[Stage]({"accepted"}),
        "close": frozenset[Stage]({"implemented", "not_upheld"}),
        "withdraw": LIVE,
        "escalate": LIVE,
    }
)

STEP_OF: Mapping[Stage, Step] = MappingProxyType(
    {
        "filed": "judge",
        "upheld": "investigate",
        "investigating": "investigate",
        "investigated": "propose",
        "proposed": "approve",
        "accepted": "implement",
    }
)
"""Whose step a case waits for; in the other stages it waits for the customer or for nobody."""


def possible(stage: Stage) -> tuple[Decision, ...]:
    """What may be decided in this stage."""
    return tuple(decision for decision, stages in ALLOWED.items() if stage in stages)
