"""What customers' files say at present: an order, a complaint or a voucher keeps what it said then."""

from typing import Self
from uuid import NAMESPACE_URL, UUID, uuid5

from shared.aggregate import Aggregate, Cause, Change
from shared.contracts.intake import Contact, CustomerRegistered, CustomerUpdated
from shared.contracts.vocabulary import Line
from shared.http import View
from shared.merged_files import MergedFiles
from shared.store import Index, Store, Touch
from shared.subscriptions import Subscriptions


class CustomerFile(Aggregate):
    """A service's copy of a customer's file, for staff who call or write: whom to reach now, and where.

    `revision` is that of the file; zero before any is known.
    """

    customer_id: UUID
    name: Line | None = None
    contacts: tuple[Contact, ...] = ()
    revision: int = 0


class CustomerNow(View):
    """What the customer's file says at present: whom to reach, and where."""

    name: str | None
    contacts: tuple[Contact, ...]
    revision: int

    @classmethod
    def of(cls, file: CustomerFile) -> Self:
        """The file as the service knows it."""
        return cls(name=file.name, contacts=file.contacts, revision=file.revision)


class CustomerFiles(Store[CustomerFile]):
    """What customers' files say at present."""

    collection = "customer_files"
    kind = CustomerFile
    indexes = (Index("customer_id"),)

    async def now(self, customer_id: UUID | None, merged: MergedFiles) -> CustomerNow | None:
        """The customer's file as it was announced last; of merged files the one that is kept.

        None without a customer id, and before anything was announced of the file.
        """
        if customer_id is None:
            return None
        found = await self.find({"customer_id": await merged.leading(customer_id)}, limit=1)
        return CustomerNow.of(found.items[0]) if found.items else None


def follow(on: Subscriptions, files: CustomerFiles) -> None:
    """Keep what intake announces of customers' files."""
    names = uuid5(NAMESPACE_URL, f"urn:kefu:{on.service}:customer-file")

    def kept(event: CustomerRegistered | CustomerUpdated, revision: int) -> Touch[CustomerFile]:
        """An earlier revision that is heard later changes nothing (001 售前二b)."""

        def keep(file: CustomerFile) -> Change[CustomerFile]:
            newer = revision > file.revision
            return Change(file.but(name=event.name, contacts=event.contacts, revision=revision) if newer else file)

        blank = CustomerFile(id=uuid5(names, str(event.customer_id)), customer_id=event.customer_id)
        return files.touch(blank.id, keep, blank)

    @on(CustomerRegistered)
    def keep_file(event: CustomerRegistered, cause: Cause) -> Touch[CustomerFile]:
        """Staff see the present contacts beside the one of then (001 售前二b)."""
        return kept(event, 1)

    @on(CustomerUpdated)
    def follow_file(event: CustomerUpdated, cause: Cause) -> Touch[CustomerFile]:
        """A number that was corrected or removed is no longer shown as the present one (001 售前二b)."""
        return kept(event, event.revision)
