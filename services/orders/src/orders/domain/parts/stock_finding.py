"""What a check of stock came to: goods counted against the books, or pieces looked at."""

from pydantic import Field

from shared.contracts.event import Part
from shared.contracts.vocabulary import Count, Line


class StockFinding(Part):
    """One kind of goods: what the books or the sample say, and what was found of it (004 一㈡4).

    Of a count `expected` is the quantity in the books and `found` that on the shelf; of a sample `expected` is how many
    pieces were looked at and `found` how many of them are good.
    """

    goods: Line = Field(examples=["80 款单玻隔断"])
    expected: Count = Field(examples=[120])
    found: Count = Field(examples=[117])

    @property
    def differs(self) -> bool:
        """Whether what was found is not what was expected."""
        return self.found != self.expected
