"""The standards by which a case is judged: known root causes and what a loss is counted at (003 §25.4b)."""

from decimal import Decimal
from typing import Literal, Self

from pydantic import Field, model_validator

from shared.contracts.event import Part
from shared.contracts.vocabulary import Line


class KnownCause(Part):
    """One root cause of the list."""

    code: str = Field(pattern=r"^[a-z][a-z0-9_]{1,63}$")
    title: Line


class LossItem(Part):
    """What one unit of a lost item is counted at; without a rate the amount is what the evidence shows."""

    code: str = Field(pattern=r"^[a-z][a-z0-9_]{1,63}$")
    title: Line
    unit: Line
    rate: Decimal | None = Field(default=None, gt=0, max_digits=12, decimal_places=2)


class LossStandard(Part):
    """The standard of loss accounting (客户投诉损失金额核算基准), one version."""

    version: int = Field(ge=1)
    items: tuple[LossItem, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _names_each_item_once(self) -> Self:
        codes = [item.code for item in self.items]
        if twice := sorted({code for code in codes if codes.count(code) > 1}):
            raise ValueError(f"each item of a loss has a code of its own; used twice: {', '.join(twice)}")
        return self

    def item(self, code: str) -> LossItem | None:
        """The item of this code, if the standard has it."""
        return next((item for item in self.items if item.code == code), None)


class Measure(Part):
    """One punishment of the standard; a deduction from a bonus has a largest amount."""

    code: str = Field(pattern=r"^[a-z][a-z0-9_]{1,63}$")
    title: Line
    kind: Literal["admin", "bonus"]
    at_most: Decimal | None = Field(default=None, gt=0, max_digits=12, decimal_places=2)

    @model_validator(mode="after")
    def _limits_a_deduction(self) -> Self:
        if (self.kind == "bonus") != (self.at_most is not None):
            raise ValueError(f"{self.code}: a deduction from a bonus, and nothing else, has a largest amount")
        return self


class PenaltyStandard(Part):
    """The penalty standard (客户投诉罚扣判定基准), one version."""

    version: int = Field(ge=1)
    measures: tuple[Measure, ...] = Field(min_length=1)

    def measure(self, code: str) -> Measure | None:
        """The punishment of this code, if the standard has it."""
        return next((measure for measure in self.measures if measure.code == code), None)
