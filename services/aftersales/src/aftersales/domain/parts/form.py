"""The customer feedback form, with the service register's fields (001 表1, 003 §7a)."""

from shared.contracts.event import Part, PreciseDate
from shared.contracts.vocabulary import (
    ComplaintId,
    ConcerningOrder,
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


class FeedbackForm(Part):
    """What a request says. Anything but the customer may be missing yet."""

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
    salesman_signature: FileRef | None = None
    complaint_id: ComplaintId | None = None

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

    @property
    def concerning(self) -> ConcerningOrder:
        """The order that the request is about, if it is about one."""
        return ConcerningOrder(order_id=order_id_of(self.order_no) if self.order_no else None, order_no=self.order_no)
