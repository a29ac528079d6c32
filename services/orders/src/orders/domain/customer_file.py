"""What a customer's file says at present: an order keeps what it said then."""

from uuid import NAMESPACE_URL, UUID, uuid5

from shared.aggregate import Aggregate
from shared.contracts.intake.customers import Contact
from shared.contracts.vocabulary import Line

_FILES = uuid5(NAMESPACE_URL, "urn:kefu:orders:customer-file")


def file_id_of(customer_id: UUID) -> UUID:
    """The id of our copy of this customer's file."""
    return uuid5(_FILES, str(customer_id))


class CustomerFile(Aggregate):
    """Our copy of a customer's file, for staff who call or write: whom to reach now, and where.

    `revision` is that of the file; zero before any is known.
    """

    customer_id: UUID
    name: Line | None = None
    contacts: tuple[Contact, ...] = ()
    revision: int = 0

    @classmethod
    def blank(cls, customer_id: UUID) -> "CustomerFile":
        """The copy of a file of which nothing was heard."""
        return cls(id=file_id_of(customer_id), customer_id=customer_id)
