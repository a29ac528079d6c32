"""How customers are cared for before their first order: how much of it in a month, and when which messages go."""

from datetime import time

from pydantic import Field

from intake.domain.parts.care_month import CareChannel
from intake.domain.policy.reports import WhenItComes
from shared.clocks import Clock
from shared.contracts.event import Frozen
from shared.contracts.vocabulary import Line


class CareMessage(Frozen):
    """One message of a month: over which channel, and from which day and hour on."""

    channel: CareChannel
    day: int = Field(ge=1, le=28)
    at: time


class CareRule(Frozen):
    """What every customer without an order gets in a month at least (001 售前五a).

    A month begins when `begins` comes round and ends with the term of its clock. `purposes` are notify's names for
    messages of care; a talk by a method that contains a word of `calling` is a call.
    """

    begins: WhenItComes
    calls: int = Field(ge=0)
    mails: int = Field(ge=0)
    texts: int = Field(ge=0)
    messages: tuple[CareMessage, ...]
    purposes: tuple[Line, ...] = Field(min_length=1)
    calling: tuple[Line, ...] = Field(min_length=1)
    clock: Clock
