"""A survey: a customer is asked what they think of a service, and what they answered."""

from collections.abc import Iterable
from types import MappingProxyType
from typing import Literal

from intake.domain.lifecycle import SURVEY, SurveyStage
from intake.domain.parts.staff_rating import StaffRating
from shared.aggregate import Aggregate
from shared.contracts.event import Instant
from shared.contracts.intake import Opinion
from shared.contracts.intake.contacts import Grade
from shared.contracts.vocabulary import CustomerId, CustomerSnapshot, Line, OrderNo, ServiceOrderId, StaffId
from shared.lifecycle import follows

Dimension = Literal["attitude", "technique", "arrival_time", "promises"]
DIMENSIONS = MappingProxyType[Dimension, Line](
    {"attitude": "服务态度", "technique": "技术水平", "arrival_time": "到达时间", "promises": "承诺事项办理"}
)
"""In what a service is rated (003 §17)."""

GRADES = MappingProxyType[Grade, Line](
    {"very_satisfied": "非常满意", "satisfied": "满意", "average": "一般", "poor": "较差"}
)
"""The four grades, the best first: a reply of 1 to 4 names them in this order (003 §17)."""


@follows(SURVEY)
class Survey(Aggregate):
    """One question for an opinion: after a service, or in between without one (003 §14, §16)."""

    customer_id: CustomerId
    customer: CustomerSnapshot
    service_order_id: ServiceOrderId | None = None
    order_no: OrderNo | None = None
    technician: StaffId | None = None
    issued_at: Instant
    stage: SurveyStage = "open"
    answered_at: Instant | None = None
    opinion: Opinion | None = None


def grade(opinion: Opinion, dimension: Dimension) -> Grade:
    """What the customer gave in this dimension."""
    given: Grade = getattr(opinion, dimension)
    return given


def low(opinion: Opinion) -> tuple[Dimension, ...]:
    """The dimensions in which the customer was less than satisfied, the lowest grade first."""
    order = list(GRADES)
    found = [each for each in DIMENSIONS if grade(opinion, each) in ("average", "poor")]
    return tuple(sorted(found, key=lambda each: -order.index(grade(opinion, each))))


def ratings(answered: Iterable[tuple[StaffId, Opinion]]) -> tuple[StaffRating, ...]:
    """How often each colleague got each grade in each dimension, by name (003 §15)."""
    opinions: dict[StaffId, list[Opinion]] = {}
    for staff, opinion in answered:
        opinions.setdefault(staff, []).append(opinion)
    return tuple(
        StaffRating(
            staff=staff,
            opinions=len(given),
            grades={
                dimension: {name: sum(grade(each, dimension) == name for each in given) for name in GRADES}
                for dimension in DIMENSIONS
            },
        )
        for staff, given in sorted(opinions.items())
    )
