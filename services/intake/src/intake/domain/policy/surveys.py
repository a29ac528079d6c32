"""When customers are asked for their opinion regularly."""

from datetime import timedelta

from pydantic import Field

from intake.domain.policy.reports import WhenItComes
from shared.contracts.event import Frozen


class SurveyRule(Frozen):
    """When customers with an order are asked, each not again before `apart` has passed (003 §14)."""

    asked: WhenItComes
    apart: timedelta = Field(gt=timedelta())
