"""The forms of the company's reports: who owes which, for what, by when, under which headings, and who answers."""

from typing import Annotated, Self

from pydantic import Discriminator, Field, model_validator

from intake.domain.parts.handed_in import Heading
from intake.domain.policy.period import PeriodRule
from shared.calendar import Daily, Monthly, Weekly, Yearly
from shared.clocks import Clock
from shared.contracts.event import Frozen
from shared.contracts.roles import CS, Role
from shared.contracts.vocabulary import Line

FormName = Annotated[str, Field(pattern=r"^[a-z][a-z_]{0,39}$")]
WhenItComes = Annotated[Daily | Weekly | Monthly | Yearly, Discriminator("kind")]


class ReportForm(Frozen):
    """One form: whenever `asked` comes round, each colleague in a role of `by` owes it for the period, by its clock.

    `headings` and `amounts` (in yuan) are all mandatory; their values are what people read. `review` is the clock of
    the answer, where there is one; it starts when the report is handed in.
    """

    form: int | None = Field(default=None, ge=1, le=15)
    title: Line
    by: tuple[Role, ...] = Field(min_length=1)
    asked: WhenItComes
    period: PeriodRule
    clock: Clock
    reviewer: Role
    review: Clock | None = None
    headings: dict[Heading, Line] = Field(default={})
    amounts: dict[Heading, Line] = Field(default={})
    consolidates: tuple[FormName, ...] = ()

    @model_validator(mode="after")
    def _asks_something(self) -> Self:
        if not (self.headings or self.amounts):
            raise ValueError("a form has headings or amounts")
        if self.reviewer not in CS:
            raise ValueError(f"a report is reviewed by one of {', '.join(CS)} and those above, not {self.reviewer}")
        return self


class ItineraryRule(Frozen):
    """When the day of each colleague in a role of `by` is agreed on the phone, and whose duty that is (000 §3.2)."""

    by: tuple[Role, ...] = Field(min_length=1)
    asked: WhenItComes
    clock: Clock


class DigestRule(Frozen):
    """When it is told which reports on these forms were missing, and to whom (000 §4.2)."""

    title: Line
    comes: WhenItComes
    forms: tuple[FormName, ...] = Field(min_length=1)
    audience: tuple[Role, ...] = Field(min_length=1)
