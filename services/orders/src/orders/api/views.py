"""What is shown of an order and of what belongs to it."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from pydantic import AliasPath, BeforeValidator, ConfigDict, Field, computed_field

from orders.domain import disposal
from orders.domain.cost import Cost
from orders.domain.disposal import Disposal
from orders.domain.exception import OrderException
from orders.domain.figures.by_shipment import ShipmentPayments, by_shipment
from orders.domain.lifecycle import (
    COST,
    EXCEPTION,
    STOCK_CHECK,
    CostStage,
    DisposalStage,
    ExceptionStage,
    StockCheckKind,
    StockCheckStage,
)
from orders.domain.load import Load
from orders.domain.order import Order
from orders.domain.parts.contract import Contract
from orders.domain.parts.delay import Delay, UntoldDelay
from orders.domain.parts.drawing import Drawing, Drawings
from orders.domain.parts.entry import Entry
from orders.domain.parts.exception_kind import ExceptionKind
from orders.domain.parts.freight import Costs, Trip
from orders.domain.parts.installation import Installation
from orders.domain.parts.notice import Notice
from orders.domain.parts.passage import Cancellation, CancellingRequest, Passage
from orders.domain.parts.promise import Promise
from orders.domain.parts.proposal import Proposal
from orders.domain.parts.receivable import Claim, Receivable
from orders.domain.parts.shipment import Shipment
from orders.domain.parts.spending import Spending
from orders.domain.parts.stock_finding import StockFinding
from orders.domain.parts.works import Works
from orders.domain.policy.policy import Rules
from orders.domain.route import Milestone, RouteName
from orders.domain.standing import possible
from orders.domain.stock_check import StockCheck
from shared.contracts.departments import DelayReason
from shared.contracts.event import Money
from shared.contracts.orders import PaymentKind, PaymentTerm
from shared.contracts.vocabulary import CustomerSnapshot, OrderKind, OrderLine
from shared.customer_files import CustomerNow
from shared.http import View
from shared.lifecycle import Possible


def _days_behind(delays: object) -> object:
    """How far the latest of an order's delays is behind the contract, in days."""
    if not isinstance(delays, Sequence):
        return delays
    return Delay.model_validate(delays[-1]).days if delays else 0


class ReceiptView(View):
    """Money that came in; not counted when it is in another currency than the order's."""

    kind: PaymentKind
    amount: Money
    at: datetime
    no: str | None
    counted: bool


class DueView(View):
    """An amount that was asked for, and what of it is paid and open now."""

    kind: PaymentKind
    amount: Money
    paid: Decimal
    open: Decimal
    on: date
    overdue: bool
    level: int

    @classmethod
    def of(cls, claim: Claim) -> "DueView":
        due = claim.due
        return cls(
            kind=due.kind,
            amount=due.amount,
            paid=claim.paid,
            open=claim.open,
            on=due.on,
            overdue=due.overdue,
            level=due.level,
        )


class ShipmentPaymentsView(View):
    """A shipment: what it costs, and what of that is paid and open (004 四2)."""

    delivery_note_no: str | None
    left_at: datetime | None
    price: Decimal | None
    paid: Decimal
    open: Decimal

    @classmethod
    def of(cls, payments: ShipmentPayments) -> "ShipmentPaymentsView":
        return cls.model_validate(payments, from_attributes=True)


class LedgerView(View):
    """What is owed for an order and what has come in."""

    terms: tuple[PaymentTerm, ...]
    receipts: tuple[ReceiptView, ...]
    entries: tuple[Entry, ...]
    shipments: tuple[ShipmentPaymentsView, ...] = Field(description="What each shipment costs and what of it is paid.")
    due: DueView | None
    dues: tuple[DueView, ...]
    billed: Decimal
    paid: Decimal
    open: Decimal
    surplus: Decimal
    currency: str
    dunning_held: bool

    @classmethod
    def of(cls, order: Order) -> "LedgerView":
        ledger = order.receivable
        dues = tuple(DueView.of(claim) for claim in ledger.claims)
        currency = ledger.money(Decimal()).currency
        return cls(
            terms=ledger.terms,
            receipts=tuple(
                ReceiptView(
                    kind=entry.pays or "balance",
                    amount=Money(amount=-entry.amount.amount, currency=entry.amount.currency),
                    at=entry.at,
                    no=entry.reference,
                    counted=entry.amount.currency == currency,
                )
                for entry in ledger.entries
                if entry.kind == "payment"
            ),
            entries=ledger.entries,
            shipments=tuple(ShipmentPaymentsView.of(each) for each in by_shipment(order)),
            due=dues[0] if dues else None,
            dues=dues,
            billed=ledger.billed,
            paid=ledger.paid,
            open=ledger.open,
            surplus=ledger.surplus,
            currency=currency,
            dunning_held=bool(ledger.held_by),
        )


class UntoldDelayView(View):
    """A delay that waits for its words: what the department said, and what is told when no person gives any."""

    new: date
    reason: DelayReason
    said: str | None
    usual: str
    estimated: bool
    known_at: datetime
    tell_by: datetime

    @classmethod
    def of(cls, untold: UntoldDelay) -> "UntoldDelayView":
        return cls.model_validate(untold, from_attributes=True)


class OrderView(View):
    """An order with everything that staff may know about it."""

    order_id: UUID
    order_no: str
    kind: OrderKind
    route: str
    stage: str
    stage_title: str
    since: datetime
    waits_for: tuple[Milestone, ...]
    customer: CustomerSnapshot
    customer_now: CustomerNow | None = Field(
        default=None, description="The file of the customer at present; shown when the order itself is asked for."
    )
    lines: tuple[OrderLine, ...]
    total: Money | None
    region: str | None
    sales_owner: str | None
    placed_on: date
    ship_on: date | None
    contract: Contract
    notice: Notice
    drawings: tuple[Drawing, ...]
    works: Works
    produced_at: datetime | None
    shipment: Shipment
    installation: Installation
    promises: tuple[Promise, ...]
    delays: tuple[Delay, ...]
    untold: UntoldDelayView | None
    payment: LedgerView
    passages: tuple[Passage, ...]
    cancellation: Cancellation | None
    cancelling_requests: tuple[CancellingRequest, ...]
    possible: tuple[Possible, ...]

    @classmethod
    def of(cls, order: Order, rules: Rules, now: CustomerNow | None = None) -> "OrderView":
        stage = order.route.stage(order.stage)
        gate = stage.gate if stage else ()
        same = cls.model_fields.keys() & Order.model_fields.keys() - {"promises", "drawings", "untold"}
        return cls(
            order_id=order.id,
            route=order.route.label,
            stage_title=order.stage_title,
            produced_at=order.produced_at,
            waits_for=tuple(milestone for milestone in gate if not order.has(milestone)),
            drawings=order.drawings.items,
            promises=order.promises.given,
            untold=UntoldDelayView.of(order.untold) if order.untold else None,
            payment=LedgerView.of(order),
            possible=possible(order, rules.of(order)),
            customer_now=now,
            **{field: getattr(order, field) for field in same},
        )


class OrderFacts(View):
    """What every list shows of an order."""

    model_config = ConfigDict(frozen=True, validate_by_name=True, validate_by_alias=True)

    order_id: UUID = Field(validation_alias="id")
    order_no: str
    kind: OrderKind
    stage: str
    customer: str = Field(validation_alias=AliasPath("customer", "name"))
    region: str | None
    sales_owner: str | None
    total: Money | None
    placed_on: date
    released_on: date | None
    ship_on: date | None
    overdue_since: date | None
    delay_days: Annotated[int, BeforeValidator(_days_behind)] = Field(default=0, validation_alias="delays")


class ListedOrder(OrderFacts):
    """What a list reads of an order: what it shows, and what is asked about what may be decided."""

    route_name: RouteName
    route_version: int
    policy_version: int
    reached: Mapping[Milestone, datetime] = Field(default_factory=dict)
    contract: Contract = Contract()
    notice: Notice = Notice()
    drawings: Drawings = Drawings()
    works: Works = Works()
    shipment: Shipment = Shipment()
    receivable: Receivable = Receivable()
    untold: UntoldDelay | None = None
    dispatched_on: date | None = None
    cancelling_requests: tuple[CancellingRequest, ...] = ()
    cancellation: Cancellation | None = None


class OrderRow(OrderFacts):
    """An order in a list, and what may be done with it now."""

    contract_no: str | None
    possible: tuple[Possible, ...]

    @classmethod
    def of(cls, order: ListedOrder, rules: Rules) -> "OrderRow":
        return cls(
            **{name: getattr(order, name) for name in OrderFacts.model_fields},
            contract_no=order.contract.no,
            possible=possible(order, rules.of(order)),
        )


class PromisesRow(View):
    """Every day that was given to the customer of an order."""

    order_id: UUID = Field(validation_alias="id")
    order_no: str
    given: tuple[Promise, ...] = Field(validation_alias=AliasPath("promises", "given"))


class PromiseView(View):
    """A promise, and for which order it was given."""

    order_id: UUID
    order_no: str
    promise: Promise


class ExceptionView(View):
    """An entry of the exception feedback form, and who may resolve it (000 §4.1c, form 11)."""

    id: UUID
    order_id: UUID
    order_no: str
    kind: ExceptionKind
    detail: str
    raised_by: str
    raised_at: datetime
    stage: ExceptionStage
    resolution: str | None
    resolved_by: str | None
    resolved_at: datetime | None

    @computed_field  # type: ignore[prop-decorator]
    @property
    def possible(self) -> tuple[Possible, ...]:
        """What may be done about it now."""
        return EXCEPTION.possible(self.stage)

    @classmethod
    def of(cls, exception: OrderException) -> "ExceptionView":
        return cls.model_validate(exception, from_attributes=True)


class DisposalView(View):
    """Goods that should go, and who may decide about it (004 一㈡4)."""

    id: UUID
    proposal: Proposal
    proposed_by: str
    proposed_at: datetime
    stage: DisposalStage
    decided_by: str | None

    @computed_field  # type: ignore[prop-decorator]
    @property
    def possible(self) -> tuple[Possible, ...]:
        """What may be done with the proposal now."""
        return disposal.possible(self.stage, self.proposed_by)

    @classmethod
    def of(cls, disposal: Disposal) -> "DisposalView":
        return cls.model_validate(disposal, from_attributes=True)


class StockCheckView(View):
    """A count or a sample of stock: who asked for it, by when, and what was found (004 一㈡4)."""

    id: UUID
    kind: StockCheckKind
    goods: str
    reason: str
    until: date
    asked_by: str
    asked_at: datetime
    stage: StockCheckStage
    findings: tuple[StockFinding, ...]
    reported_by: str | None
    reported_at: datetime | None

    @computed_field  # type: ignore[prop-decorator]
    @property
    def differences(self) -> int:
        """How many kinds of goods are not as expected."""
        return sum(finding.differs for finding in self.findings)

    @computed_field  # type: ignore[prop-decorator]
    @property
    def possible(self) -> tuple[Possible, ...]:
        """What may be done about it now."""
        return STOCK_CHECK.possible(self.stage)

    @classmethod
    def of(cls, check: StockCheck) -> "StockCheckView":
        return cls.model_validate(check, from_attributes=True)


class CostView(View):
    """What selling took, who entered it, and whether it counts (004 四5)."""

    id: UUID
    spending: Spending
    spent_on: date
    entered_by: str
    entered_at: datetime
    stage: CostStage
    withdrawn_by: str | None
    reason: str | None

    @computed_field  # type: ignore[prop-decorator]
    @property
    def possible(self) -> tuple[Possible, ...]:
        """What may be done with the entry now."""
        return COST.possible(self.stage)

    @classmethod
    def of(cls, cost: Cost) -> "CostView":
        return cls.model_validate(cost, from_attributes=True)


class LoadView(View):
    """The loading plan of a day: trips, what stays behind, what that costs, and whether nothing cheaper exists."""

    id: UUID
    day: date
    trips: tuple[Trip, ...]
    left: tuple[str, ...]
    costs: Costs
    optimal: bool

    @classmethod
    def of(cls, load: Load) -> "LoadView":
        return cls.model_validate(load, from_attributes=True)
