"""What a colleague says on a callback: the opening, what is asked, and how the talk ends whichever way it went."""

from collections.abc import Mapping
from string import Template
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from shared.contracts.event import Frozen
from shared.contracts.intake.contacts import Rating
from shared.contracts.orders import StageGroup
from shared.contracts.vocabulary import Prose

Question = Annotated[str, Field(pattern=r"^[a-z][a-z_]{0,39}$")]
PLACES = ("company", "hotline", "caller", "customer", "number", "item", "on", "visitor", "wish")
"""What a text may name: ourselves and our number, who calls, whom by title, the order's or the complaint's number,
what was serviced and on which day, who visited and in which rank, what is wished at this time of the year."""


def _names_known_places(text: str) -> str:
    template = Template(text)
    if not template.is_valid():
        raise ValueError("a place is written ${company}, and a dollar $$")
    if unknown := sorted(set(template.get_identifiers()) - set(PLACES)):
        raise ValueError(f"a script has no {', '.join(unknown)}; it has: {', '.join(PLACES)}")
    return text


Words = Annotated[Prose, AfterValidator(_names_known_places)]


class Script(Frozen):
    """The words of one kind of callback (000 §3.6, 001 表3, 002 四)."""

    opening: Words
    stages: dict[StageGroup, Words] = Field(default={})
    """What is said first at each of the seven stages, for the callbacks that follow them."""
    asks: dict[Question, Words]
    improve: Words
    """What is asked of a customer who is less than satisfied: with what, and what to do better."""
    advice: Words
    """How every customer is asked for suggestions."""
    closings: dict[Rating, Words]

    @model_validator(mode="after")
    def _ends_whichever_way_it_went(self) -> Self:
        if missing := sorted({"satisfied", "average", "dissatisfied"} - self.closings.keys()):
            raise ValueError(f"a script has a closing for each branch; missing: {', '.join(missing)}")
        return self

    @property
    def longest(self) -> int:
        """How many characters are said at most, whichever way the talk goes, places not filled in."""
        stages = max(map(len, self.stages.values()), default=0)
        asked = sum(map(len, self.asks.values())) + len(self.improve) + len(self.advice)
        return len(self.opening) + stages + asked + max(map(len, self.closings.values()))

    def spoken(self, values: Mapping[str, str]) -> "Script":
        """The same with `values` in their places."""

        def said(text: str) -> str:
            return Template(text).substitute(values)

        return self.but(
            opening=said(self.opening),
            stages={stage: said(text) for stage, text in self.stages.items()},
            asks={name: said(text) for name, text in self.asks.items()},
            improve=said(self.improve),
            advice=said(self.advice),
            closings={branch: said(text) for branch, text in self.closings.items()},
        )
