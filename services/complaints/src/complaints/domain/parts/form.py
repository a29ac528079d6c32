"""The complaint form: what the customer said, where and about what (003 §24-1, §25.1, 002 六1(1))."""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Literal, Self
from uuid import UUID

from shared.contracts.complaints import ComplaintFiled, ComplaintForm
from shared.contracts.event import Instant, Part
from shared.contracts.vocabulary import (
    AboutCustomersComplaint,
    ComplaintNo,
    ConcerningOrder,
    ContractNo,
    CustomerSnapshot,
    FileRef,
    OrderNo,
    PaperNo,
    Prose,
    Quantity,
    StaffId,
    order_id_of,
)

Channel = Literal["oral", "written", "phone", "sms", "email", "web", "auto"]
CHANNELS: Mapping[Channel, str] = MappingProxyType(
    {
        "oral": "当面",
        "written": "书面",
        "phone": "电话",
        "sms": "短信",
        "email": "邮件",
        "web": "网上",
        "auto": "自动立案",
    }
)
"""What staff call the way on which a complaint came."""
Nature = Literal["quality", "non_quality", "unknown"]


class Details(Part):
    """What sales finds out about the goods and the demand; what is left out stays as it is (003 §24-1, §25.1)."""

    demand: Prose | None = None
    batch_no: PaperNo | None = None
    shipped_on: date | None = None
    defect_quantity: Quantity | None = None
    sample_ref: PaperNo | None = None
    photos: tuple[FileRef, ...] = ()
    opinion: Prose | None = None


class AddedDetails(Part):
    """Who added what to a case that was filed, and when."""

    found: Details
    by: StaffId
    at: Instant


class NamedOrder(Part):
    """The order or the contract that a case was filed without, and who named it when."""

    order_no: OrderNo | None = None
    contract_no: ContractNo | None = None
    by: StaffId
    at: Instant


class Additions(Details):
    """What a person adds to a draft; what is left out stays as it was drafted."""

    order_no: OrderNo | None = None
    contract_no: ContractNo | None = None
    nature: Nature | None = None
    severity: Literal["ordinary", "major"] | None = None


class Form(ComplaintForm):
    """What a complaint says, with the customer and the order that it is about."""

    customer: CustomerSnapshot
    order_no: OrderNo | None = None

    @classmethod
    def of(cls, filed: ComplaintFiled) -> Self:
        """The form of a complaint that was announced."""
        return cls.model_validate(filed.model_dump())

    @property
    def said(self) -> ComplaintForm:
        """What the customer said, without whom and what it concerns."""
        return ComplaintForm.model_validate(self.model_dump())

    @property
    def concerning(self) -> ConcerningOrder:
        """The order that the complaint is about, if it is about one."""
        return ConcerningOrder(order_id=order_id_of(self.order_no) if self.order_no else None, order_no=self.order_no)

    def announced(self, complaint_id: UUID, number: ComplaintNo, accepted_at: Instant) -> ComplaintFiled:
        """What is announced of it once its complaint has this number."""
        return ComplaintFiled.of(
            AboutCustomersComplaint(complaint_id=complaint_id, complaint_no=number, customer=self.customer),
            self.concerning,
            self.said,
            accepted_at=accepted_at,
            previous_no=self.chain[-1] if self.chain else None,
        )


def completed(form: Form, added: Details) -> Form:
    """With what is given in the place of what stood there; photos come to those that are there, each once."""
    return form.but(
        demand=added.demand or form.demand,
        batch_no=added.batch_no or form.batch_no,
        shipped_on=added.shipped_on or form.shipped_on,
        defect_quantity=added.defect_quantity or form.defect_quantity,
        sample_ref=added.sample_ref or form.sample_ref,
        photos=tuple(dict.fromkeys((*form.photos, *added.photos))),
        opinion=added.opinion or form.opinion,
    )
