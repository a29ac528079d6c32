"""A service order: one job on its voucher, from the first word to the signature (003 §6-§11, 001 售后六)."""

from pydantic import Field

from aftersales.domain.lifecycle import INTERNAL, LIFECYCLE, Decision, Stage
from aftersales.domain.parts.money import Charge, Cost, Payment
from aftersales.domain.parts.service import ServiceType, SignOff, Visit
from aftersales.domain.parts.warranty import Verdict
from shared.clocks import Timed
from shared.contracts.aftersales import ChargePolicy, Fault
from shared.contracts.event import Instant
from shared.contracts.vocabulary import (
    AboutCustomersServiceOrder,
    AboutServiceOrder,
    ComplaintId,
    CustomerSnapshot,
    Line,
    OrderNo,
    Prose,
    ServiceRequestId,
    StaffId,
)
from shared.lifecycle import Lifecycle


class ServiceOrder(Timed):
    """One job. It ends once, signed by the customer; internal work, type D, ends when it is done.

    Who pays and whether the warranty holds is fixed when the order is opened, and so is the version of the policy.
    """

    voucher_no: Line
    type: ServiceType
    content: Prose
    stage: Stage = LIFECYCLE.start
    policy_version: int
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
    def lifecycle(self) -> Lifecycle[Stage, Decision]:
        """What may be decided about it: internal work has a shorter table."""
        return INTERNAL if self.type == "D" else LIFECYCLE

    @property
    def paid(self) -> bool:
        """Whether everything that was charged has come in."""
        if self.charge is None:
            return False
        return sum(payment.amount.amount for payment in self.payments) >= self.charge.amount.amount

    @property
    def waits_for_money(self) -> bool:
        """Whether the customer has to pay before a technician is sent (001 备注1)."""
        return self.charge_policy == "pay_first" and not self.paid

    @property
    def about(self) -> AboutServiceOrder:
        """What every announcement about it says."""
        return AboutServiceOrder(service_order_id=self.id, voucher_no=self.voucher_no)

    @property
    def about_customer(self) -> AboutCustomersServiceOrder:
        """What every announcement that matters to the customer says."""
        assert self.customer is not None, "internal work matters to no customer"
        return AboutCustomersServiceOrder(service_order_id=self.id, voucher_no=self.voucher_no, customer=self.customer)
