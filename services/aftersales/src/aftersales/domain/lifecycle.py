"""What may be decided about a request, a service order and a month, in which stage and by whom (001 表1, 003)."""

from typing import Literal

from aftersales.domain.parts.service import ServiceType
from aftersales.domain.roles import (
    BOOKKEEPERS,
    CASHIERS,
    DISPATCHERS,
    REGISTRARS,
    STOREKEEPERS,
    TECHNICIANS,
    VISITORS,
)
from shared.contracts.roles import HANDLERS, Role
from shared.lifecycle import Lifecycle, Move

RequestStage = Literal["incomplete", "registered", "withdrawn"]
RequestDecision = Literal["complete", "determine_fault", "open_service_order", "withdraw"]

REQUEST: Lifecycle[RequestStage, RequestDecision] = Lifecycle(
    "service request",
    "incomplete",
    {
        "complete": Move(("incomplete", "registered"), ("registered",), REGISTRARS),
        "determine_fault": Move(("registered",), by_policy=True),
        "open_service_order": Move(("registered",), by=HANDLERS),
        "withdraw": Move(("incomplete", "registered"), ("withdrawn",), REGISTRARS),
    },
)
"""A request is registered once every mandatory field of its form is filled in, immediately or later (001 备注2).

The customer may withdraw it until a technician has resolved it.
"""

Stage = Literal["open", "dispatched", "resolved", "signed_off", "closed", "called_off"]
ServiceOrderDecision = Literal[
    "record_opinion",
    "request_parts",
    "promise_parts",
    "ready_parts",
    "use_part",
    "agree_appointment",
    "request_remote",
    "approve_remote",
    "dispatch",
    "complete_visit",
    "sign_off",
    "state_execution",
    "countersign",
    "close",
    "claim_expense",
    "record_cost",
    "sign_fee",
    "raise_charge",
    "receive_payment",
    "carry_over",
    "call_off",
    "refund",
]
UNDER_WAY: tuple[Stage, ...] = ("open", "dispatched", "resolved", "signed_off")

LIFECYCLE: Lifecycle[Stage, ServiceOrderDecision] = Lifecycle(
    "service order",
    "open",
    {
        "record_opinion": Move(("open",), by=(Role.OPERATIONS_SUPERVISOR,)),
        "request_parts": Move(("open",), by=(Role.SALES_ASSISTANT,)),
        "promise_parts": Move(("open",), by=STOREKEEPERS),
        "ready_parts": Move(("open",), by=STOREKEEPERS),
        "use_part": Move(("dispatched", "resolved"), by=TECHNICIANS),
        "agree_appointment": Move(("open", "dispatched"), by=VISITORS),
        "request_remote": Move(("open",), by=VISITORS),
        "approve_remote": Move(("open",), by_policy=True),
        "dispatch": Move(("open",), ("dispatched",), DISPATCHERS),
        "complete_visit": Move(("dispatched",), ("resolved", "open"), VISITORS),
        "sign_off": Move(("resolved",), ("signed_off",), (*TECHNICIANS, *HANDLERS)),
        "state_execution": Move(("dispatched", "resolved", "signed_off"), by=TECHNICIANS),
        "countersign": Move(("resolved", "signed_off"), by_policy=True),
        "close": Move(("signed_off",), ("closed",), HANDLERS),
        "claim_expense": Move(("signed_off", "closed", "called_off"), by=TECHNICIANS),
        "record_cost": Move(UNDER_WAY, by=BOOKKEEPERS),
        "sign_fee": Move(UNDER_WAY, by_policy=True),
        "raise_charge": Move(UNDER_WAY, by=BOOKKEEPERS),
        "receive_payment": Move((*UNDER_WAY, "closed", "called_off"), by=CASHIERS),
        "carry_over": Move(("open",)),
        "call_off": Move(("open", "dispatched"), ("called_off",), HANDLERS),
        "refund": Move((*UNDER_WAY, "closed", "called_off"), by=(Role.FINANCE,)),
    },
)

INTERNAL: Lifecycle[Stage, ServiceOrderDecision] = Lifecycle(
    "internal service order",
    "open",
    {
        **dict.fromkeys(LIFECYCLE.moves, ()),
        "close": Move(("open",), ("closed",), HANDLERS),
        "record_cost": Move(("open",), by=BOOKKEEPERS),
        "call_off": Move(("open",), ("called_off",), HANDLERS),
    },
)
"""Internal work, type D (003 §13): no technician is sent to a customer, and no customer pays or signs.

What was opened by mistake is called off.
"""


def lifecycle_of(type: ServiceType) -> Lifecycle[Stage, ServiceOrderDecision]:
    """What may be decided about a service order of this type: internal work has a shorter table (003 §13)."""
    return INTERNAL if type == "D" else LIFECYCLE


SettlementStage = Literal["open", "handed_over"]
SettlementDecision = Literal["add", "settle", "publish_statistics"]

SETTLEMENT: Lifecycle[SettlementStage, SettlementDecision] = Lifecycle(
    "settlement",
    "open",
    {
        "add": (Move(("open",)), Move(("handed_over",), ("open", "handed_over"))),
        "settle": Move(("open",), ("handed_over",), (*HANDLERS, Role.FINANCE)),
        "publish_statistics": Move(("open", "handed_over"), by=HANDLERS),
    },
)
"""A month is open while a voucher of it is not at finance; one that is closed later opens it anew (001 售后六c)."""
