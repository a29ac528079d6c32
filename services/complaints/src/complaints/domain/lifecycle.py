"""The stages of a complaint and of what follows from it: what may be decided in each, and by whom (002 六, 003 §25)."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

from complaints.domain.policy.policy import CaseStep
from complaints.domain.roles import DECIDERS, FILERS, INVESTIGATORS, LEADERS, SALES_AND_VPS
from shared.contracts.roles import CS_MANAGERS, HANDLERS, Role
from shared.lifecycle import Lifecycle, Move

Stage = Literal[
    "draft",
    "taken_in",
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
    "add_details",
    "name_order",
    "record_notice",
    "audit",
    "contact_department",
    "report_opinion",
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
    "decide_loss",
    "involve_supplier",
    "assign_liability",
    "propose",
    "approve",
    "reject",
    "accept",
    "decline",
    "sign",
    "implement",
    "record_feedback",
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

UNSOLVED: tuple[Stage, ...] = ("filed", "upheld", "not_upheld", "appealed", "investigating", "investigated")
"""The stages of a numbered complaint for which no solution is proposed yet."""

TELLABLE: tuple[Stage, ...] = ("upheld", "not_upheld", "investigating", "approved", "accepted", "implemented")
"""The stages in which there is a decision that the customer may be told."""

COMPLAINT: Lifecycle[Stage, ComplaintDecision] = Lifecycle(
    "complaint",
    "draft",
    {
        "open": Move(("draft", "taken_in"), ("filed",)),
        "file": Move(("draft",), ("taken_in",), FILERS),
        "dismiss": Move(("draft",), ("dismissed",), FILERS),
        "assign_owner": Move(LIVE, by=CS_MANAGERS),
        "record_visit": Move(LIVE, by=FILERS),
        "acknowledge": Move(LIVE, by=FILERS),
        "add_details": Move(LIVE, by=FILERS),
        "name_order": Move(UNSOLVED, by=FILERS),
        "record_notice": Move(TELLABLE, by=FILERS),
        "audit": Move(LIVE, by=CS_MANAGERS),
        "contact_department": Move(LIVE, by=HANDLERS),
        "report_opinion": Move(LIVE, by=HANDLERS),
        "classify": Move(LIVE, by=HANDLERS),
        "convene_panel": Move(("upheld", "investigating", "investigated"), by=(*CS_MANAGERS, Role.DEPUTY_GM)),
        "record_panel": Move(("upheld", "investigating", "investigated"), by=(*CS_MANAGERS, Role.DEPUTY_GM)),
        "judge": Move(("filed",), ("upheld", "not_upheld"), HANDLERS),
        "appeal": Move(("not_upheld",), ("appealed",), FILERS),
        "decide_appeal": Move(("appealed",), ("upheld", "not_upheld"), (Role.DEPUTY_GM, Role.GM)),
        "assign_investigation": Move(("upheld", "investigating"), ("investigating",), HANDLERS),
        "complete_investigation": Move(("investigating",), ("investigated",), INVESTIGATORS),
        "identify_root_cause": Move(("investigating", *JUDGED_ON), by=INVESTIGATORS),
        "assess_loss": Move(JUDGED_ON, by=(*HANDLERS, Role.FINANCE)),
        "decide_loss": Move(JUDGED_ON, by=(Role.DEPUTY_GM, Role.GM)),
        "involve_supplier": Move(("upheld", "investigating", *JUDGED_ON), by=HANDLERS),
        "assign_liability": Move(JUDGED_ON, by=HANDLERS),
        "propose": Move(("investigated",), ("proposed",), HANDLERS),
        "approve": Move(("proposed",), ("approved",), DECIDERS),
        "reject": Move(("proposed",), ("investigated",), DECIDERS),
        "accept": Move(("approved",), ("accepted",), HANDLERS),
        "decline": Move(("approved",), ("closed",), HANDLERS),
        "sign": Move(("accepted",), by=HANDLERS),
        "implement": Move(("accepted",), ("implemented",), INVESTIGATORS),
        "record_feedback": Move(("implemented",), by=FILERS),
        "close": Move(("implemented", "not_upheld"), ("closed",), HANDLERS),
        "withdraw": Move(LIVE, ("closed",), HANDLERS),
        "escalate": Move(LIVE, by=(*HANDLERS, *LEADERS)),
    },
)
"""What a person files is taken in, for the month of that moment; the number that the month's register gives opens the
case. What an event files has its number with the same write."""

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


def waits_for_customer(stage: Stage, signed: bool) -> bool:
    """Whether the customer has to answer what was approved, or to sign what was accepted (002 六1(5)b)."""
    return stage == "approved" or (stage == "accepted" and not signed)


AllowanceStage = Literal["due", "drawn", "countersigned", "granted", "done"]
AllowanceDecision = Literal["draw_up", "countersign", "send_back", "stamp", "file_copy", "post"]

ALLOWANCE: Lifecycle[AllowanceStage, AllowanceDecision] = Lifecycle(
    "allowance",
    "due",
    {
        "draw_up": Move(("due",), ("drawn",), SALES_AND_VPS),
        "countersign": Move(("drawn",), ("countersigned",), (Role.SALES_VP,)),
        "send_back": Move(("drawn",), ("due",), (Role.SALES_VP,)),
        "stamp": Move(("countersigned",), ("granted",), SALES_AND_VPS),
        "file_copy": Move(("granted",), ("granted", "done"), SALES_AND_VPS),
        "post": Move(("granted",), ("granted", "done"), (Role.FINANCE,)),
    },
)

ReturnStage = Literal["due", "drawn", "authorized", "received", "differing", "reconciled", "posted"]
ReturnDecision = Literal[
    "draw_up", "authorize", "send_back", "receive", "reconcile", "settle_difference", "post", "file_copy"
]
ARRIVED: tuple[ReturnStage, ...] = ("received", "differing", "reconciled", "posted")

GOODS_RETURN: Lifecycle[ReturnStage, ReturnDecision] = Lifecycle(
    "goods return",
    "due",
    {
        "draw_up": Move(("due",), ("drawn",), SALES_AND_VPS),
        "authorize": Move(("drawn",), ("authorized",), (Role.SALES_VP,)),
        "send_back": Move(("drawn",), ("due",), (Role.SALES_VP,)),
        "receive": Move(("authorized", *ARRIVED), ("received",), (Role.WAREHOUSE,)),
        "reconcile": Move(("received",), ("reconciled", "differing"), (Role.FINANCE,)),
        "settle_difference": Move(("differing",), ("reconciled",), CS_MANAGERS),
        "post": Move(("reconciled",), ("posted",), (Role.FINANCE,)),
        "file_copy": Move(ARRIVED, by=SALES_AND_VPS),
    },
)
"""The warehouse signs for goods against an authorized note only. What comes later still is compared and posted anew."""

PenaltyStage = Literal["proposed", "approved", "rejected", "noticed"]
PenaltyDecision = Literal["approve", "reject", "issue_notice"]

PENALTY: Lifecycle[PenaltyStage, PenaltyDecision] = Lifecycle(
    "penalty",
    "proposed",
    {
        "approve": Move(("proposed",), ("approved",), (Role.DEPUTY_GM, Role.GM)),
        "reject": Move(("proposed",), ("rejected",), (Role.DEPUTY_GM, Role.GM)),
        "issue_notice": Move(("approved",), ("noticed",), (Role.HUMAN_RESOURCES, Role.GM_OFFICE)),
    },
)
"""The GM decides a deduction from a bonus and the GM's office puts it on a notice; what is administrative
the deputy GM or the GM decides and human resources publishes (003 §28)."""

ActionStage = Literal["due", "open", "done", "effective"]
ActionDecision = Literal["plan", "carry_out", "verify", "reopen"]

CORRECTIVE_ACTION: Lifecycle[ActionStage, ActionDecision] = Lifecycle(
    "corrective action",
    "due",
    {
        "plan": Move(("due",), ("open",), INVESTIGATORS),
        "carry_out": Move(("open",), ("done",), INVESTIGATORS),
        "verify": Move(("done",), ("effective", "due"), (Role.RD_TEAM, *CS_MANAGERS)),
        "reopen": Move(("effective",), ("due",)),
    },
)

ReviewStage = Literal["open", "done"]

MONTHLY_REVIEW: Lifecycle[ReviewStage, Literal["review_case"]] = Lifecycle(
    "monthly review",
    "open",
    {"review_case": Move(("open",), ("open", "done"), (Role.GM_OFFICE, *CS_MANAGERS))},
)
