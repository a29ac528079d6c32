"""How a customer gets a file."""

from uuid import UUID

from intake.domain.customer import Customer, found_by
from intake.domain.parts.chain import appended
from shared.aggregate import Cause, Change
from shared.contracts.intake import CustomerRegistered, Particulars
from shared.contracts.vocabulary import DepartmentName


def register(id: UUID, particulars: Particulars, source: DepartmentName, cause: Cause) -> Change[Customer]:
    """A file is opened, whichever department found the customer (002 尾1)."""
    content = {"particulars": particulars.model_dump(mode="json"), "source": source}
    file = appended((), "registered", content, cause)
    registered = CustomerRegistered.of(particulars, customer_id=id, source=source)
    opened = Customer(id=id, particulars=particulars, source=source, file=file, found_by=found_by(particulars))
    return Change(opened, (registered,))


def introduce(customer: Customer, cause: Cause) -> Change[Customer]:
    """A department names this customer: one without a file gets it, a file that exists stays as it is (002 尾1)."""
    if customer.file:
        return Change(customer)
    return register(customer.id, customer.particulars, customer.source, cause)
