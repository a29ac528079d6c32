"""How a service order is shown."""

from typing import Self

from aftersales.domain.service_order import ServiceOrder
from aftersales.domain.voucher import Charge, Cost, Payment, ServiceType, SignOff, Stage, Visit
from aftersales.domain.warranty import Verdict
from shared.aggregate import Deadline
from shared.contracts.aftersales import ChargePolicy, Fault
from shared.contracts.event import Instant, Part
from shared.contracts.vocabulary import (
    ComplaintId,
    CustomerSnapshot,
    Line,
    OrderNo,
    Prose,
    ServiceOrderId,
    ServiceRequestId,
    StaffId,
)


class ServiceOrderView(Part):
    """The voucher with everything on it."""

    service_order_id: ServiceOrderId
    voucher_no: Line
    type: ServiceType
    content: Prose
    stage: Stage
    opened_at: Instant
    request_id: ServiceRequestId | None
    complaint_id: ComplaintId | None
    order_no: OrderNo | None
    customer: CustomerSnapshot | None
    fault: Fault
    verdict: Verdict
    charge_policy: ChargePolicy
    technician: StaffId | None
    priority: bool
    carried_over_days: int
    visits: tuple[Visit, ...]
    cost: Cost | None
    charge: Charge | None
    payments: tuple[Payment, ...]
    paid: bool
    sign_off_note: SignOff | None
    result: Prose | None
    closed_at: Instant | None
    deadlines: tuple[Deadline, ...]

    @classmethod
    def of(cls, order: ServiceOrder) -> Self:
        """Everything on the voucher."""
        shown = {name: getattr(order, name) for name in cls.model_fields if name != "service_order_id"}
        return cls(service_order_id=order.id, **shown)
