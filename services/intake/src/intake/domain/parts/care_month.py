"""What one customer got in one month."""

from typing import Literal

from pydantic import Field

from shared.contracts.event import Part
from shared.contracts.vocabulary import Month

CareChannel = Literal["email", "sms"]
CareKind = Literal["calls", "mails", "texts"]


class CareMonth(Part):
    """How often the customer was called, had a mail, and had a text."""

    month: Month
    calls: int = Field(default=0, ge=0)
    mails: int = Field(default=0, ge=0)
    texts: int = Field(default=0, ge=0)
