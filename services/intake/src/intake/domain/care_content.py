"""Something that customers may be told in the course of care: a product, a case, a festival, a recommendation."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from types import MappingProxyType
from typing import Literal
from uuid import UUID

from intake.domain.parts.care_month import CareChannel
from shared.aggregate import Aggregate
from shared.contracts.event import Part
from shared.contracts.vocabulary import Line

CareTemplate = Literal["care_new_products", "care_new_cases", "care_greeting", "care_recommendation"]


class CareForm(Part):
    """Over which channel a template goes, and which of its places the words fill."""

    channel: CareChannel
    place: Line


CARE_FORMS: Mapping[CareTemplate, CareForm] = MappingProxyType(
    {
        "care_new_products": CareForm(channel="email", place="product"),
        "care_new_cases": CareForm(channel="email", place="topic"),
        "care_greeting": CareForm(channel="sms", place="festival"),
        "care_recommendation": CareForm(channel="sms", place="product"),
    }
)
"""Mails are about new products and new cases, texts greet and recommend (001 售前五a)."""


class CareContent(Aggregate):
    """One content: the template, the words in it, and from which day to which it may be sent."""

    template: CareTemplate
    words: Line
    first_day: date
    last_day: date | None = None

    @property
    def channel(self) -> CareChannel:
        """Over which channel it goes."""
        return CARE_FORMS[self.template].channel

    def fits(self, day: date) -> bool:
        """Whether it may be sent on that day."""
        return self.first_day <= day and (self.last_day is None or day <= self.last_day)


def fresh(
    contents: Iterable[CareContent], told: Collection[UUID], channel: CareChannel, day: date
) -> CareContent | None:
    """What was not told yet and may be told on that day; what may be sent the shortest comes first."""
    found = [each for each in contents if each.channel == channel and each.fits(day) and each.id not in told]
    return min(found, key=lambda each: (each.last_day or date.max, each.first_day, each.id), default=None)
