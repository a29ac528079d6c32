"""A customer's file: who it is, how to reach it, whose it is. It only grows; a correction is a new revision."""

from collections.abc import Collection, Mapping
from typing import Literal, Self
from uuid import UUID, uuid5

from pydantic import JsonValue

from intake.domain.chain import Entry, appended, first_altered
from intake.domain.clocks import FIRST_CONTACT
from shared.aggregate import Aggregate, Cause, Change, Refused
from shared.contracts.event import Part
from shared.contracts.intake import Contact, CustomerAssigned, CustomerRegistered, CustomerUpdated, FieldChange
from shared.contracts.vocabulary import CustomerKind, CustomerSnapshot, DepartmentName, Line, Prose, StaffId

_CUSTOMERS = UUID("5f0c7a52-2a55-5b1e-8f0a-6f6d1f6c9a11")

Trade = Literal["decoration_company", "dealer", "direct", "other"]
Rule = Literal["balanced", "ability", "manual"]


class Particulars(Part):
    """What a customer's file says at one time."""

    customer_no: Line | None = None
    name: Line
    kind: CustomerKind = "end"
    trade: Trade = "direct"
    contacts: tuple[Contact, ...] = ()
    address: Line | None = None
    region: Line | None = None
    member: bool = False
    special_specs: tuple[Prose, ...] = ()
    owner: StaffId | None = None


class Customer(Aggregate):
    """A customer. `file` holds every revision; `particulars` is what the last one says."""

    particulars: Particulars
    source: DepartmentName
    file: tuple[Entry, ...]

    @classmethod
    def registered(cls, id: UUID, particulars: Particulars, source: DepartmentName, cause: Cause) -> Change["Customer"]:
        """A file is opened, whichever department found the customer (002 尾1)."""
        content = {"particulars": particulars.model_dump(mode="json"), "source": source}
        customer = cls(id=id, particulars=particulars, source=source, file=appended((), "registered", content, cause))
        said = CustomerRegistered(customer_id=id, source=source, **dict(particulars))
        return Change(customer, (said,))

    def met(self, opened: Change["Customer"]) -> Change["Customer"]:
        """Somebody introduces this customer: a file is opened for one without; one that exists stays as it is."""
        return Change(self) if self.file else opened

    @property
    def revision(self) -> int:
        """How many times the file was written; the first time is the registration."""
        return len(self.file)

    def snapshot(self) -> CustomerSnapshot:
        """The customer as facts carry it: the first contact is the one we speak to."""
        first = self.particulars.contacts[0] if self.particulars.contacts else None
        return CustomerSnapshot(
            customer_id=self.id,
            kind=self.particulars.kind,
            name=self.particulars.name,
            contact_name=first.name if first else None,
            title=first.title if first else None,
            mobile=first.mobile if first else None,
            email=first.email if first else None,
            locale=first.locale if first else "zh-CN",
        )

    def corrected(self, changes: Mapping[str, object], reason: str, cause: Cause) -> Change["Customer"]:
        """A new revision; the earlier ones stay as they were (001 售前二b). `changes` names fields of Particulars.

        Refused with `nothing_changes` when the file says all of it already.
        """
        return Change(*self._revised("corrected", changes, reason, cause))

    def assigned(self, owner: StaffId, rule: Rule, cause: Cause) -> Change["Customer"]:
        """The one person this customer needs to know (002 尾3), who must call within a week (002 一3b).

        Refused with `nothing_changes` when it is that person already.
        """
        customer, events = self._revised("assigned", {"owner": owner}, None, cause)
        assigned = CustomerAssigned(
            customer_id=self.id,
            customer_name=self.particulars.name,
            owner=owner,
            previous_owner=self.particulars.owner,
            rule=rule,
            first_contact_due=FIRST_CONTACT.due(cause.at),
        )
        return Change(customer, (*events, assigned))

    def first_altered(self, announced: Collection[int] = ()) -> int | None:
        """The first revision that is not what was written or is missing, or nothing when the whole file agrees.

        `announced` are the revisions that others heard of: they show what was taken off the end.
        """
        if altered := first_altered(self.file):
            return altered
        if max(announced, default=0) > self.revision:
            return self.revision + 1
        agrees = self.file[-1].content["particulars"] == self.particulars.model_dump(mode="json")
        return None if agrees else self.revision

    def _revised(
        self, kind: str, changes: Mapping[str, object], reason: str | None, cause: Cause
    ) -> tuple[Self, tuple[CustomerUpdated, ...]]:
        particulars = Particulars.model_validate({**dict(self.particulars), **changes})
        changed = _changed(self.particulars, particulars)
        if not changed:
            raise Refused("the file says all of this already; name a field that is different", "nothing_changes")
        content: dict[str, JsonValue] = {"particulars": particulars.model_dump(mode="json"), "reason": reason}
        customer = self.but(particulars=particulars, file=appended(self.file, kind, content, cause))
        updated = CustomerUpdated(
            customer_id=self.id, revision=customer.revision, changed=changed, reason=reason, **dict(particulars)
        )
        return customer, (updated,)


def customer_id_of(department: str, customer_no: str) -> UUID:
    """The id of the customer whom a department knows by this number."""
    return uuid5(_CUSTOMERS, f"{department}/{customer_no}")


def _changed(before: Particulars, after: Particulars) -> dict[str, FieldChange]:
    old, new = before.model_dump(mode="json"), after.model_dump(mode="json")
    return {name: FieldChange(before=old[name], after=new[name]) for name in new if old[name] != new[name]}
