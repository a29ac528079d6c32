"""How our copy of a customer's file follows the file."""

from orders.domain.customer_file import CustomerFile
from shared.aggregate import Cause, Change
from shared.contracts.intake import CustomerRegistered, CustomerUpdated


def keep(file: CustomerFile, event: CustomerRegistered | CustomerUpdated, cause: Cause) -> Change[CustomerFile]:
    """The file as it is now; an earlier revision that is heard later changes nothing (001 售前二b)."""
    revision = event.revision if isinstance(event, CustomerUpdated) else 1
    if revision <= file.revision:
        return Change(file)
    return Change(file.but(name=event.name, contacts=event.contacts, revision=revision))
