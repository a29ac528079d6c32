"""A class of customers, for whose files a colleague has to answer."""

from uuid import NAMESPACE_URL, UUID, uuid5

from shared.clocks import Timed
from shared.contracts.intake import Trade

_CLASSES = uuid5(NAMESPACE_URL, "urn:kefu:intake:customer-class")


class CustomerClass(Timed):
    """One class, and the duty to entrust it to a colleague while it has customers and none (002 一2)."""

    trade: Trade

    @classmethod
    def blank(cls, trade: Trade) -> "CustomerClass":
        """A class of which nothing has been asked yet."""
        return cls(id=customer_class_id_of(trade), trade=trade)


def customer_class_id_of(trade: Trade) -> UUID:
    """The id of a class."""
    return uuid5(_CLASSES, trade)
