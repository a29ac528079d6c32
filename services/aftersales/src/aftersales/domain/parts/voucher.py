"""The service voucher: what is known about a service order, and in which stage what may be done (003 §6-§10)."""

from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Literal, get_args

from pydantic import Field

from aftersales.domain.warranty import Verdict
from shared.aggregate import Aggregate, Refused
from shared.contracts.aftersales import ChargePolicy, Fault
from shared.contracts.event import Instant, Money, Part
from shared.contracts.vocabulary import (
    ComplaintId,
    CustomerSnapshot,
    FileRef,
    Line,
    OrderNo,
    Prose,
    ServiceRequestId,
    StaffId,
)

ServiceType = Literal["A", "B", "C", "D"]
"""A paid, B contract, C free, D internal (003 §6; the words for B and C are missing there and inferred)."""

Stage = Literal["open", "dispatched", "resolved", "signed_off", "closed"]
Decision = Literal["dispatch", "complete_visit", "sign_off", "close", "record_cost", "raise_charge"]

STAGES: tuple[Stage, ...] = get_args(Stage)
_BEFORE_THE_END: frozenset[Stage] = frozenset(STAGES) - {"closed"}
ALLOWED: Mapping[Decision, frozenset[Stage]] = MappingProxyType(
    {
        "dispatch": frozenset[Stage]({"open"}),
        "complete_visit": frozenset[Stage]({"dispatched"}),
        "sign_off": frozenset[Stage]({"resolved"}),
        "close": frozenset[Stage]({"signed_off"}),
        "record_cost": _BEFORE_THE_END,
        "raise_charge": _BEFORE_THE_END,
    }
)
INTERNAL: Mapping[Decision, frozenset[Stage]] = MappingProxyType(
    {"close": frozenset[Stage]({"open"}), "record_cost": frozenset[Stage]({"open"})}
)
"""Internal work, type D: nobody is sent to a customer, nobody pays, nobody signs."""


class IllegalTransition(Refused):
    """Something that the stage of the service order does not allow."""

    code = "illegal_transition"


class Visit(Part):
    """The technician was there: actual times and work (003 §8, §10)."""

    technician: StaffId
    started_at: Instant
    ended_at: Instant
    work: Prose
    resolved: bool


class Cost(Part):
    """What the service cost us; travel out of town counts (003 §12)."""

    material: Money
    transport: Money
    labour: Money
    travel: Money
    filled_by_role: Literal["cs", "finance"]
    by: StaffId

    @property
    def parts(self) -> tuple[Money, ...]:
        """The four amounts."""
        return self.material, self.transport, self.labour, self.travel

    @property
    def total(self) -> Money:
        """Their sum."""
        return Money(amount=sum((part.amount for part in self.parts), start=Decimal(0)))


class Charge(Part):
    """What the customer has to pay, and how."""

    amount: Money
    mode: Literal["on_spot", "invoiced", "prepaid"]


class Payment(Part):
    """Money that came in."""

    amount: Money
    at: Instant
    invoice_no: Line | None = None


class SignOff(Part):
    """The customer accepted the service and signed."""

    signatory: Line
    signature: FileRef | None = None
    photos: tuple[FileRef, ...] = ()
    at: Instant


class Voucher(Aggregate):
    """A service order on paper. Who pays and whether warranty holds is fixed when the order is opened."""

    voucher_no: Line
    type: ServiceType
    content: Prose
    stage: Stage = "open"
    opened_at: Instant
    request_id: ServiceRequestId | None = None
    complaint_id: ComplaintId | None = None
    order_no: OrderNo | None = None
    customer: CustomerSnapshot | None = None
    item: Line | None = None
    fault: Fault = "unknown"
    verdict: Verdict = "uncertain"
    charge_policy: ChargePolicy = "free"
    technician: StaffId | None = None
    priority: bool = False
    carried_over_days: int = Field(default=0, ge=0)
    visits: tuple[Visit, ...] = ()
    cost: Cost | None = None
    charge: Charge | None = None
    payments: tuple[Payment, ...] = ()
    sign_off_note: SignOff | None = None
    result: Prose | None = None
    closed_at: Instant | None = None

    @property
    def paid(self) -> bool:
        """Whether everything that was charged has come in."""
        if self.charge is None:
            return False
        return sum(payment.amount.amount for payment in self.payments) >= self.charge.amount.amount

    def must(self, decision: Decision) -> None:
        """Raises IllegalTransition, with what is possible instead, when the stage does not allow the decision."""
        allowed = INTERNAL if self.type == "D" else ALLOWED
        if self.stage in allowed.get(decision, ()):
            return
        offers = ", ".join(each for each, stages in allowed.items() if self.stage in stages) or "nothing any more"
        raise IllegalTransition(
            f"{decision} is not possible for a service order of type {self.type} that is {self.stage}; "
            f"possible now: {offers}"
        )

    def _named(self) -> dict[str, Any]:
        return {"service_order_id": self.id, "voucher_no": self.voucher_no}
