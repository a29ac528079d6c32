"""The complaint form: what the customer said, where and about what (003 §24-1, §25.1, 002 六1(1))."""

from datetime import date
from typing import Literal, Self
from uuid import UUID

from pydantic import Field

from shared.contracts.complaints import ComplaintFiled
from shared.contracts.event import Instant, Money, Part, PreciseDate
from shared.contracts.vocabulary import ComplaintNo, ContractNo, CustomerSnapshot, Line, OrderNo, Prose, order_id_of

Channel = Literal["oral", "written", "phone", "sms", "email", "web", "auto"]


class Form(Part):
    """What a complaint says. What the customer could not tell is absent."""

    customer: CustomerSnapshot
    complainant: Line
    channel: Channel
    received_at: Instant
    content: Prose
    demand: Prose | None = None
    order_no: OrderNo | None = None
    contract_no: ContractNo | None = None
    contract_date: PreciseDate | None = None
    batch_no: Line | None = None
    shipped_on: date | None = None
    defect_quantity: int | None = Field(default=None, ge=1)
    sample_ref: Line | None = None
    amount_claimed: Money | None = None
    nature: Literal["quality", "non_quality", "unknown"] = "unknown"
    severity: Literal["ordinary", "major"] = "ordinary"
    source_event_id: UUID | None = None
    chain: tuple[ComplaintNo, ...] = ()

    @classmethod
    def of(cls, filed: ComplaintFiled) -> Self:
        """The form of a complaint that was announced."""
        return cls.model_validate(filed.model_dump())

    @property
    def order_id(self) -> UUID | None:
        """The id of the order that the complaint is about, if it is about one."""
        return order_id_of(self.order_no) if self.order_no else None

    def filed(self, id: UUID, number: ComplaintNo, accepted_at: Instant) -> ComplaintFiled:
        """The announcement of this form under its number."""
        return ComplaintFiled.model_validate(
            self.model_dump()
            | {
                "complaint_id": id,
                "complaint_no": number,
                "accepted_at": accepted_at,
                "order_id": self.order_id,
                "previous_no": self.chain[-1] if self.chain else None,
            }
        )

    def resubmitted(self, number: ComplaintNo, reason: Prose | None, at: Instant) -> Self:
        """A new form for a case whose conclusion the customer did not accept, with the old one attached (003 §25.6)."""
        return self.model_copy(
            update={
                "received_at": at,
                "demand": reason or self.demand,
                "source_event_id": None,
                "chain": (*self.chain, number),
            }
        )
