"""The stages of a complaint, what may be decided in each and by whom, as one table (002 六, 003 §25)."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

from complaints.domain.policy.policy import CaseStep
from complaints.domain.roles import DECIDERS, FILERS, HANDLERS, INVESTIGATORS, LEADERS, MANAGERS
from shared.contracts.roles import Role
from shared.lifecycle import Lifecycle, Move

Stage = Literal[
    "draft",
    "filed",
    "upheld",
    "not_upheld",
    "appealed",
    "investigating",
    "investigated",
    "proposed",
    "approved",
    "accepted",
    "implemented",
    "closed",
    "dismissed",
]
ComplaintDecision = Literal[
    "open",
    "file",
    "dismiss",
    "assign_owner",
    "record_visit",
    "acknowledge",
    "record_notice",
    "classify",
    "convene_panel",
    "record_panel",
    "judge",
    "appeal",
    "decide_appeal",
    "assign_investigation",
    "complete_investigation",
    "identify_root_cause",
    "assess_loss",
    "involve_supplier",
    "assign_liability",
    "propose",
    "approve",
    "reject",
    "accept",
    "decline",
    "sign",
    "implement",
    "close",
    "withdraw",
    "escalate",
]

LIVE: tuple[Stage, ...] = (
    "filed",
    "upheld",
    "not_upheld",
    "appealed",
    "investigating",
    "investigated",
    "proposed",
    "approved",
    "accepted",
    "implemented",
)
"""The stages of a numbered complaint that is not closed yet."""

JUDGED_ON: tuple[Stage, ...] = ("investigated", "proposed", "approved", "accepted", "implemented")
"""The stages in which the cause is known and the case is not closed yet."""

TELLABLE: tuple[Stage, ...] = ("upheld", "not_upheld", "investigating", "approved", "accepted", "implemented")
"""The stages in which there is a decision that the customer may be told."""

LIFECYCLE: Lifecycle[Stage, ComplaintDecision] = Lifecycle(
    "complaint",
    "draft",
    {
        "open": Move(("draft", "dismissed"), ("filed",)),
        "file": Move(("draft",), ("filed",), FILERS),
        "dismiss": Move(("draft",), ("dismissed",), FILERS),
        "assign_owner": Move(LIVE, by=MANAGERS),
        "record_visit": Move(LIVE, by=FILERS),
        "acknowledge": Move(LIVE, by=FILERS),
        "record_notice": Move(TELLABLE, by=FILERS),
        "classify": Move(LIVE, by=HANDLERS),
        "convene_panel": Move(("upheld", "investigating", "investigated"), by=(*MANAGERS, Role.DEPUTY_GM)),
        "record_panel": Move(("upheld", "investigating", "investigated"), by=(*MANAGERS, Role.DEPUTY_GM)),
        "judge": Move(("filed",), ("upheld", "not_upheld"), HANDLERS),
        "appeal": Move(("not_upheld",), ("appealed",), FILERS),
        "decide_appeal": Move(("appealed",), ("upheld", "not_upheld"), (Role.DEPUTY_GM, Role.GM)),
        "assign_investigation": Move(("upheld", "investigating"), ("investigating",), HANDLERS),
        "complete_investigation": Move(("investigating",), ("investigated",), INVESTIGATORS),
        "identify_root_cause": Move(("investigating", *JUDGED_ON), by=INVESTIGATORS),
        "assess_loss": Move(JUDGED_ON, by=(*HANDLERS, Role.FINANCE)),
        "involve_supplier": Move(("upheld", "investigating", *JUDGED_ON), by=HANDLERS),
        "assign_liability": Move(JUDGED_ON, by=HANDLERS),
        "propose": Move(("investigated",), ("proposed",), HANDLERS),
        "approve": Move(("proposed",), ("approved",), DECIDERS),
        "reject": Move(("proposed",), ("investigated",), DECIDERS),
        "accept": Move(("approved",), ("accepted",), HANDLERS),
        "decline": Move(("approved",), ("closed",), HANDLERS),
        "sign": Move(("accepted",), by=HANDLERS),
        "implement": Move(("accepted",), ("implemented",), INVESTIGATORS),
        "close": Move(("implemented", "not_upheld"), ("closed",), HANDLERS),
        "withdraw": Move(LIVE, ("closed",), HANDLERS),
        "escalate": Move(LIVE, by=(*HANDLERS, *LEADERS)),
    },
)
"""Filing a draft is a decision of the month's register; the number that it gives opens the case. A number is never
taken back, so a draft that one person dismisses while another files it is opened all the same."""

STEP_OF: Mapping[Stage, CaseStep] = MappingProxyType(
    {
        "filed": "judge",
        "upheld": "investigate",
        "investigating": "investigate",
        "investigated": "propose",
        "proposed": "approve",
        "accepted": "implement",
    }
)
"""Whose step a case waits for; in the other stages it waits for the customer, or for nothing."""
