"""The lines of a month's settlement, and what the register says about a request's voucher."""

from decimal import Decimal
from typing import Literal, Self

from aftersales.domain.parts.money import Payment, Refund
from aftersales.domain.parts.service import ServiceType
from aftersales.domain.parts.withdrawal import Withdrawal
from shared.contracts.aftersales import Fault, Material, ServiceOrderClosed, Verdict
from shared.contracts.event import Instant, Money, Part
from shared.contracts.vocabulary import AboutCustomersServiceOrder, Line, PaperNo, Prose, ServiceOrderId, StaffId

Share = Literal["in_warranty", "beyond_warranty", "warranty_uncertain", "internal"]
"""Where a service's cost stands: by its warranty's verdict. Internal work, type D, has no warranty."""


class VoucherEntry(Part):
    """What the register says about a voucher: when it was opened, serviced and archived, what was done (003 §8, §10).

    `serviced_at` is when a technician resolved it. Or why it was called off, and who entered that.
    """

    service_order_id: ServiceOrderId
    voucher_no: PaperNo
    opened_at: Instant
    serviced_at: Instant | None = None
    closed_at: Instant | None = None
    result: Prose | None = None
    withdrawn: Withdrawal | None = None


class Entry(Part):
    """One closed service order: what it cost us free of charge, or what the customer was charged.

    Or a service that was called off: what had been paid for it, and what it cost where a technician had been there. Or
    money alone: what came in later, or was paid back to a customer.
    """

    service_order_id: ServiceOrderId
    voucher_no: PaperNo
    free: Money
    paid: Money
    settled_at: Instant | None = None
    type: ServiceType | None = None
    customer_name: Line | None = None
    item: Line | None = None
    fault: Fault | None = None
    cost: Money | None = None
    closed_at: Instant | None = None
    verdict: Verdict | None = None
    technician: StaffId | None = None
    visits: int | None = None
    technicians: tuple[StaffId, ...] = ()
    repeated: bool = False
    type_label: Line | None = None
    materials: tuple[Material, ...] = ()
    payments: tuple[Payment, ...] = ()
    refund: Refund | None = None

    @property
    def called_off(self) -> bool:
        """Whether it tells of a service that was called off, or only of money: it has no closing.

        It is read from that, since a replica of the release before, which does not know `payments` and `refund`, drops
        them when it writes the month.
        """
        return self.closed_at is None

    @property
    def handled(self) -> tuple[Payment | Refund, ...]:
        """The payments and the refund of which it tells."""
        return (*self.payments, *((self.refund,) if self.refund else ()))

    @property
    def crew(self) -> tuple[StaffId, ...]:
        """Everyone who went; of a service that was closed before that was kept, who went last."""
        if not self.visits:
            return ()
        return self.technicians or ((self.technician,) if self.technician else ())

    @property
    def share(self) -> Share:
        """Where its cost stands. A verdict that was not kept when the service was closed counts as uncertain."""
        if self.type == "D":
            return "internal"
        if self.verdict == "in_warranty":
            return "in_warranty"
        return "beyond_warranty" if self.verdict == "out_of_warranty" else "warranty_uncertain"

    @classmethod
    def of_money(cls, about: AboutCustomersServiceOrder, payments: tuple[Payment, ...], refund: Refund | None) -> Self:
        """The entry of payments for a service that was called off, or of what was paid back."""
        nothing = Money(amount=Decimal(0))
        return cls(
            service_order_id=about.service_order_id,
            voucher_no=about.voucher_no,
            free=nothing,
            paid=nothing,
            customer_name=about.customer.name,
            payments=payments,
            refund=refund,
        )

    @classmethod
    def of(cls, closed: ServiceOrderClosed, *, repeated: bool) -> Self:
        """The entry of a closed service order; `repeated` says that its order had a service shortly before."""
        nothing = Money(amount=Decimal(0))
        return cls(
            service_order_id=closed.service_order_id,
            voucher_no=closed.voucher_no,
            free=nothing if closed.charged else closed.cost or nothing,
            paid=closed.charged or nothing,
            type=closed.type,
            customer_name=closed.customer.name if closed.customer else None,
            item=closed.item,
            fault=closed.fault,
            cost=closed.cost,
            closed_at=closed.closed_at,
            verdict=closed.verdict,
            technician=closed.technician,
            visits=closed.visits,
            technicians=closed.technicians,
            repeated=repeated,
            type_label=closed.type_label,
            materials=closed.materials,
        )
