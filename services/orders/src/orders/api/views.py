"""What is shown of an order."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from pydantic import BaseModel

from orders.domain.contract import Contract
from orders.domain.delay import Delay
from orders.domain.drawing import Drawing
from orders.domain.installation import Installation
from orders.domain.notice import Notice
from orders.domain.order import Cancellation, Order, Passage
from orders.domain.promise import Promise
from orders.domain.receivable import Due, Receipt
from orders.domain.route import Milestone
from orders.domain.shipment import Shipment
from orders.domain.works import Works
from shared.contracts.event import Money
from shared.contracts.orders import PaymentTerm
from shared.contracts.vocabulary import CustomerSnapshot, OrderKind, OrderLine


class LedgerView(BaseModel):
    """What is owed for an order and what has come in."""

    terms: tuple[PaymentTerm, ...]
    receipts: tuple[Receipt, ...]
    due: Due | None
    billed: Decimal
    paid: Decimal
    open: Decimal
    currency: str
    dunning_held: bool

    @classmethod
    def of(cls, order: Order) -> "LedgerView":
        ledger = order.receivable
        return cls(
            terms=ledger.terms,
            receipts=ledger.receipts,
            due=ledger.due,
            billed=ledger.billed,
            paid=ledger.paid,
            open=ledger.open,
            currency=ledger.currency,
            dunning_held=bool(ledger.held_by),
        )


class OrderView(BaseModel):
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
    shipment: Shipment
    installation: Installation
    promises: tuple[Promise, ...]
    delays: tuple[Delay, ...]
    payment: LedgerView
    passages: tuple[Passage, ...]
    cancellation: Cancellation | None

    @classmethod
    def of(cls, order: Order) -> "OrderView":
        stage = order.route.stage(order.stage)
        gate = stage.gate if stage else ()
        same = cls.model_fields.keys() & Order.model_fields.keys() - {"promises", "drawings"}
        return cls(
            order_id=order.id,
            route=f"{order.route_name}.v{order.route_version}",
            stage_title=stage.title if stage else order.stage,
            waits_for=tuple(milestone for milestone in gate if not order.has(milestone)),
            drawings=order.drawings.items,
            promises=order.promises.given,
            payment=LedgerView.of(order),
            **{field: getattr(order, field) for field in same},
        )


class OrderRow(BaseModel):
    """An order in a list."""

    order_id: UUID
    order_no: str
    contract_no: str | None
    kind: OrderKind
    stage: str
    customer: str
    region: str | None
    sales_owner: str | None
    total: Money | None
    placed_on: date
    released_on: date | None
    ship_on: date | None
    overdue_since: date | None
    delay_days: int

    @classmethod
    def of(cls, order: Order) -> "OrderRow":
        return cls(
            order_id=order.id,
            order_no=order.order_no,
            contract_no=order.contract.no,
            kind=order.kind,
            stage=order.stage,
            customer=order.customer.name,
            region=order.region,
            sales_owner=order.sales_owner,
            total=order.total,
            placed_on=order.placed_on,
            released_on=order.released_on,
            ship_on=order.ship_on,
            overdue_since=order.overdue_since,
            delay_days=order.delays[-1].days if order.delays else 0,
        )


class PromiseView(BaseModel):
    """A promise, and for which order it was given."""

    order_id: UUID
    order_no: str
    promise: Promise
