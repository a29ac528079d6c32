"""What a proposal is: which goods should go, and how."""

from typing import Literal

from pydantic import Field

from shared.contracts.event import Part
from shared.contracts.vocabulary import Line, Prose


class Proposal(Part):
    """What should go, and how (004 一㈡4)."""

    goods: Line
    quantity: int = Field(ge=1)
    origin: Literal["returned", "obsolete"]
    way: Literal["scrap", "rework", "resell"]
    reason: Prose
