"""An entry in the service register: what the customer wants, what is missing, and whose fault it is."""

from base64 import b32encode
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Literal, Self
from uuid import UUID

from aftersales.domain.charge import charge_policy
from aftersales.domain.warranty import Verdict
from shared.aggregate import Aggregate, Change, Refused
from shared.calendar import Calendar
from shared.contracts.aftersales import (
    ChargePolicy,
    Fault,
    FaultDetermined,
    ServiceRequestRegistered,
    ServiceRequestRejected,
    WarrantyChecked,
)
from shared.contracts.event import Instant, Part, PreciseDate
from shared.contracts.vocabulary import (
    ComplaintId,
    ContractNo,
    CustomerSnapshot,
    FileRef,
    Line,
    OrderNo,
    Prose,
    StaffId,
    order_id_of,
)

MANDATORY = ("contact_name", "mobile", "address", "contract_date", "content")
"""The starred fields of the feedback form; the customer's name and the date of filling are always there (001 表1)."""

Stage = Literal["incomplete", "registered"]


def register_no(id: UUID, day: date) -> Line:
    """The number of an entry made on this day: `SH-20261122-K7Q2MD`. It follows from the id, so nobody counts."""
    return f"SH-{day:%Y%m%d}-{b32encode(id.bytes)[:6].decode()}"


class FeedbackForm(Part):
    """The customer feedback form with the service register's fields (001 表1, 003 §7a). Anything may be missing yet."""

    customer: CustomerSnapshot
    address: Line | None = None
    content: Prose | None = None
    contract_date: PreciseDate | None = None
    contract_no: ContractNo | None = None
    order_no: OrderNo | None = None
    model: Line | None = None
    spec: Line | None = None
    purchased_on: PreciseDate | None = None
    purchase_place: Line | None = None
    salesman: StaffId | None = None
    complaint_id: ComplaintId | None = None

    def filled(self, fields: Mapping[str, Any]) -> Self:
        """The form with these fields filled in."""
        return self.model_validate(self.model_dump() | dict(fields))

    @property
    def missing(self) -> tuple[Line, ...]:
        """The mandatory fields that are not filled in, in the form's order."""
        there = {
            "contact_name": self.customer.contact_name,
            "mobile": self.customer.mobile,
            "address": self.address,
            "contract_date": self.contract_date,
            "content": self.content,
        }
        return tuple(field for field in MANDATORY if there[field] is None)


class IncompleteForm(Refused):
    """A form that lacks mandatory fields; it is not scheduled (001 备注2)."""

    code = "incomplete_form"


class ServiceRequest(Aggregate):
    """A request in the register. Incomplete until its form is filled in; only a complete one gets a service order."""

    register_no: Line
    form: FeedbackForm
    stage: Stage = "incomplete"
    recorded_by: StaffId
    recorded_at: Instant
    fault: Fault = "unknown"
    evidence: tuple[FileRef, ...] = ()
    determined_by: StaffId | None = None
    warranty: WarrantyChecked | None = None

    @classmethod
    def register(cls, id: UUID, form: FeedbackForm, by: StaffId, at: datetime, calendar: Calendar) -> Change[Self]:
        """Enter a request at once, complete or not; the recorder hears what is missing (003 §7a, 001 备注2)."""
        number = register_no(id, calendar.day(at))
        return cls(id=id, register_no=number, form=form, recorded_by=by, recorded_at=at)._examined()

    def complete(self, form: FeedbackForm) -> Change[Self]:
        """Fill in what was missing. A registered form only takes a contract number, which is written in later."""
        if self.stage == "incomplete":
            return self.but(form=form)._examined()
        if form != self.form.model_copy(update={"contract_no": form.contract_no}):
            raise Refused("a registered form only takes its contract number", "already_registered")
        return Change(self.but(form=form))

    def determine_fault(self, fault: Fault, evidence: tuple[FileRef, ...], by: StaffId) -> Change[Self]:
        """Whose fault it is: ours is repaired free, the customer's after payment (001 备注1)."""
        self.must_be_complete()
        determined = FaultDetermined(
            request_id=self.id,
            register_no=self.register_no,
            fault=fault,
            evidence=evidence,
            by=by,
            complaint_id=self.form.complaint_id,
            customer=self.form.customer,
        )
        return Change(self.but(fault=fault, evidence=evidence, determined_by=by), (determined,))

    def note_warranty(self, checked: WarrantyChecked) -> Change[Self]:
        """Keep the latest answer about the warranty."""
        return Change(self.but(warranty=checked))

    @property
    def verdict(self) -> Verdict:
        """The warranty as far as it is known."""
        return self.warranty.verdict if self.warranty else "uncertain"

    @property
    def charge_policy(self) -> ChargePolicy:
        """Who pays, as far as it can be said."""
        return charge_policy(self.verdict, self.fault)

    def must_be_complete(self) -> None:
        """Raises IncompleteForm with the missing fields."""
        if self.stage == "incomplete":
            raise IncompleteForm(f"the form is not complete; missing: {', '.join(self.form.missing)}")

    def must_be_schedulable(self) -> None:
        """Raises what stands in the way of a service order, and what would be right."""
        self.must_be_complete()
        if self.form.contract_no is None:
            raise IncompleteForm("the contract number must be written in before anybody is sent; missing: contract_no")
        if self.charge_policy == "undecided":
            raise Refused(
                f"nobody can say who pays: the fault is {self.fault}, the warranty {self.verdict}; "
                "determine the fault, or decide the warranty on its check",
                "charge_undecided",
            )

    def _examined(self) -> Change[Self]:
        missing = self.form.missing
        if missing:
            rejected = ServiceRequestRejected(
                request_id=self.id, register_no=self.register_no, missing=missing, recorded_by=self.recorded_by
            )
            return Change(self, (rejected,))
        registered = ServiceRequestRegistered.model_validate(
            self.form.model_dump()
            | {
                "request_id": self.id,
                "register_no": self.register_no,
                "order_id": order_id_of(self.form.order_no) if self.form.order_no else None,
                "recorded_by": self.recorded_by,
            }
        )
        return Change(self.but(stage="registered"), (registered,))
