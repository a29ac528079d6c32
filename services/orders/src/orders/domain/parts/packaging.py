"""What an order's goods are packed in: boxes, manuals, labels, from stock or printed outside."""

from datetime import date

from pydantic import Field

from shared.contracts.event import Part
from shared.contracts.vocabulary import Line


class PackingMaterial(Part):
    """How many of one kind are needed and in stock; what stock lacks is printed outside (004 三2(2))."""

    item: Line = Field(examples=["彩印包装箱"])
    quantity: int = Field(ge=1, examples=[24])
    in_stock: int = Field(ge=0, examples=[4])
    printer: Line | None = Field(default=None, description="Who prints what stock lacks.", examples=["佳美印刷"])
    expected_on: date | None = Field(default=None, description="By when it is here.", examples=["2026-11-20"])


class Material(PackingMaterial):
    """The same as the order keeps it, with the day on which what was printed outside came in."""

    came_on: date | None = None

    @property
    def awaited(self) -> bool:
        """Whether something of it is printed outside and has not come in."""
        return self.in_stock < self.quantity and self.came_on is None


class PackedItem(Part):
    """What was packed: boxes, manuals, labels (004 三2(2))."""

    item: Line
    quantity: int = Field(ge=1)
