"""What is known of a customer at one moment, by subject: made of the facts in the timeline (004 一㈢4)."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Literal

from intake.domain.moment import facts_about_customers
from shared.contracts.deadline import DeadlineMissed
from shared.contracts.event import Event
from shared.contracts.intake import (
    CallbackCompleted,
    NegativeFeedbackReceived,
    OpportunityIdentified,
    OrderPlaced,
    SurveyAnswered,
)
from shared.contracts.orders import (
    AcceptancePassed,
    CreditGranted,
    CreditLimitExceeded,
    DeliveryDatePromised,
    DunningIssued,
    OrderCancelled,
    OrderClosed,
    OrderStageChanged,
    PaymentDue,
    PaymentOverdue,
    PaymentRecorded,
    ShipmentDelayed,
    ShipmentDispatched,
    StatementIssued,
)

Subject = Literal[
    "orders", "payments", "credit", "opinions", "complaints", "services", "promises", "kept", "broken", "needs"
]

_NAMED = MappingProxyType[Subject, tuple[type[Event], ...]](
    {
        "orders": (OrderPlaced, OrderStageChanged, OrderClosed, OrderCancelled),
        "payments": (PaymentDue, PaymentRecorded, PaymentOverdue, DunningIssued, StatementIssued),
        "credit": (CreditGranted, CreditLimitExceeded),
        "opinions": (CallbackCompleted, SurveyAnswered, NegativeFeedbackReceived),
        "promises": (DeliveryDatePromised,),
        "kept": (ShipmentDispatched, AcceptancePassed),
        "broken": (ShipmentDelayed,),
        "needs": (OpportunityIdentified,),
    }
)
MATTERS = MappingProxyType[Subject, str]({"orders": "order_no", "complaints": "complaint_no", "services": "voucher_no"})
"""Of these the latest fact of each matter counts, which is named by this field: its progress."""


def subjects() -> Mapping[str, Subject]:
    """The subject of each fact that has one, by key; what complaints and after-sales say of a case is its course."""
    found: dict[str, Subject] = {}
    for fact in facts_about_customers():
        if issubclass(fact, DeadlineMissed):
            found[fact.key] = "broken"
        elif fact.publisher() == "complaints":
            found[fact.key] = "complaints"
        elif fact.publisher() == "aftersales":
            found[fact.key] = "services"
    return found | {fact.key: subject for subject, facts in _NAMED.items() for fact in facts}


def latest_of_each(names: Iterable[str | None]) -> list[int]:
    """Which facts are shown, by their place, the latest first: of a matter its latest one, and all without a name."""
    shown: list[int] = []
    seen: set[str] = set()
    for place, name in enumerate(names):
        if name is None:
            shown.append(place)
        elif name not in seen:
            seen.add(name)
            shown.append(place)
    return shown
