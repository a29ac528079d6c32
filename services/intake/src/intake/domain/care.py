"""What is done for a customer before the first order, month by month, and what the customer was told already."""

from uuid import UUID, uuid5

from intake.domain.parts.care_month import CareMonth
from shared.clocks import Timed
from shared.contracts.event import Instant
from shared.contracts.vocabulary import CustomerId, CustomerSnapshot, Month

_CARE = UUID("9d7c1b7e-0e0c-5c43-9a1c-3f0f6f1d2b55")


class Care(Timed):
    """The present month of one customer; its one clock is the duty to do what a month has at least (001 售前五a).

    `told` are the contents that the customer was sent, ever: none is sent again (001 售前五b).
    """

    customer_id: CustomerId
    customer: CustomerSnapshot
    done: CareMonth
    told: tuple[UUID, ...] = ()

    @classmethod
    def blank(cls, customer: CustomerSnapshot, month: Month) -> "Care":
        """The care for a customer for whom nothing was done yet."""
        return cls(
            id=care_id_of(customer.customer_id),
            customer_id=customer.customer_id,
            customer=customer,
            done=CareMonth(month=month),
        )

    @property
    def due_at(self) -> Instant | None:
        """By when the rest of the month's care is to be given; nothing while none is owed."""
        return self.running[0].due_at if self.running else None


def care_id_of(customer_id: UUID) -> UUID:
    """The id of the care for a customer."""
    return uuid5(_CARE, str(customer_id))
