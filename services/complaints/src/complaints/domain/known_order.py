"""What complaints knows of an order: whose it is, which goods, and for which region."""

from complaints.domain.parts.papers import PartCount
from shared.aggregate import Aggregate
from shared.contracts.vocabulary import CustomerId, Line, OrderNo


class KnownOrder(Aggregate):
    """An order as it was placed. Its id follows from its number."""

    order_no: OrderNo
    customer_id: CustomerId
    region: Line | None = None
    goods: tuple[PartCount, ...] = ()

    @property
    def products(self) -> tuple[str, ...]:
        """Each product once, in the order of the form."""
        return tuple(dict.fromkeys(line.part for line in self.goods))
