"""What an order is: where it stands on its route and everything known about it."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from types import MappingProxyType

from pydantic import Field

from orders.domain.lifecycle import LIFECYCLES, OrderLifecycle
from orders.domain.parts.contract import Contract
from orders.domain.parts.delay import Delay, UntoldDelay
from orders.domain.parts.drawing import Drawings
from orders.domain.parts.freight import Freight
from orders.domain.parts.installation import Installation
from orders.domain.parts.notice import Notice
from orders.domain.parts.passage import Cancellation, CancellingRequest, Passage, request_of
from orders.domain.parts.promise import Promises
from orders.domain.parts.receivable import Receivable
from orders.domain.parts.shipment import Shipment
from orders.domain.parts.works import Works
from orders.domain.route import CANCELLED, CLOSED, ROUTES, Milestone, Route, RouteName
from orders.domain.standing import delivered, unpacked
from shared.aggregate import Cause, must_have_role
from shared.clocks import Timed
from shared.contracts.answer import Objection
from shared.contracts.event import Instant, Money
from shared.contracts.vocabulary import (
    AboutCustomersOrder,
    AboutOrder,
    CustomerSnapshot,
    Line,
    OrderKind,
    OrderLine,
    OrderNo,
    StaffId,
)
from shared.lifecycle import follows

ENDS: Mapping[str, str] = MappingProxyType({CLOSED: "关闭", CANCELLED: "取消"})


@follows(lambda order: order.lifecycle)
class Order(Timed):
    """An order on its route.

    `stage` is always the first stage of the route whose gate is not yet open: what came early is written down in
    `reached` and counts when the order gets there, and nothing leads around a gate. `zone` is written for the release
    before this one alone, which cannot read an order without it; days are counted in the company's calendar.
    """

    order_no: OrderNo
    customer: CustomerSnapshot
    kind: OrderKind
    route_name: RouteName
    route_version: int
    policy_version: int
    zone: str | None = None
    lines: tuple[OrderLine, ...]
    total: Money | None
    region: Line | None = None
    sales_owner: StaffId | None = None
    site_address: Line | None = None
    placed_at: Instant
    placed_on: date

    stage: str
    since: Instant
    reached: Mapping[Milestone, Instant] = Field(default_factory=dict)
    passages: tuple[Passage, ...] = ()
    contract: Contract = Contract()
    notice: Notice = Notice()
    drawings: Drawings = Drawings()
    works: Works = Works()
    shipment: Shipment = Shipment()
    installation: Installation = Installation()
    receivable: Receivable = Receivable()
    promises: Promises = Promises()
    delays: tuple[Delay, ...] = ()
    untold: UntoldDelay | None = None
    exceptions: int = 0
    objections: tuple[Objection, ...] = ()
    warned: bool = False
    sold_on: date | None = None
    released_on: date | None = None
    ship_on: date | None = None
    dispatched_on: date | None = None
    overdue_since: date | None = None
    last_delay_at: Instant | None = None
    last_receipt_at: Instant | None = None
    cancellation: Cancellation | None = None
    cancelling_requests: tuple[CancellingRequest, ...] = ()

    @property
    def route(self) -> Route:
        """The version of the route that the order began with."""
        return ROUTES[self.route_name].version(self.route_version)

    @property
    def lifecycle(self) -> OrderLifecycle:
        """What may be decided about it, on its route."""
        return LIFECYCLES[self.route_name, self.route_version]

    @property
    def stage_title(self) -> str:
        """What staff call the stage, or the end, that the order is in."""
        stage = self.route.stage(self.stage)
        return stage.title if stage else ENDS.get(self.stage, self.stage)

    @property
    def ended(self) -> bool:
        """Whether nothing more is to happen."""
        return self.stage in (CLOSED, CANCELLED)

    @property
    def lacks_word_of_crew(self) -> bool:
        """Whether installers go with it and engineering has said nothing about them."""
        return Milestone.INSTALLED in self.route.milestones and self.shipment.crew is None

    @property
    def unpacked(self) -> bool:
        """Whether goods are made for it whose packaging was not confirmed (004 三2(2))."""
        return unpacked(self)

    @property
    def delivered(self) -> bool:
        """Whether goods of it have left and not come back, or stand installed: it can only be credited then."""
        return delivered(self)

    @property
    def awaits_payment(self) -> bool:
        """Whether the goods are here because the customer has yet to pay for them, or in advance."""
        stage = self.route.stage(self.stage)
        payments = {Milestone.INITIAL_PAID, Milestone.PAID}
        waits = stage is not None and bool(payments.intersection(stage.gate))
        return waits and not self.is_past("shipping") and not self.shipment.under_way

    @property
    def day_unknown(self) -> bool:
        """Whether the customer was told that the goods are late, and no day yet on which they leave or arrive."""
        told = bool(self.delays) and self.delays[-1].estimated
        arrival = self.promises.current("arrive") if self.contract.ship_on is None else None
        agreed = arrival is not None and arrival.stage == "open"
        return told and not agreed and not self.dispatched_on and not self.shipment.announced_ready

    @property
    def produced_at(self) -> datetime | None:
        """Since when its goods are made: which goods they are, where they had to be made again."""
        return self.reached.get(Milestone.PRODUCED)

    @property
    def payments_in(self) -> tuple[Milestone, ...]:
        """The payments that are in: what the gates of the route ask for."""
        initial = (Milestone.INITIAL_PAID,) if self.receivable.settles("initial") else ()
        return (*initial, Milestone.PAID) if self.receivable.settles("balance") else initial

    @property
    def cancelling_request(self) -> CancellingRequest | None:
        """The wish to cancel it that waits for a decision."""
        return request_of(self.cancelling_requests)

    @property
    def named(self) -> AboutOrder:
        """Which order an event is about: `DunningHeld.of(order.named, …)`."""
        return AboutOrder(order_id=self.id, order_no=self.order_no)

    @property
    def about(self) -> AboutCustomersOrder:
        """Which order of whom an event is about: `OrderClosed.of(order.about, …)`."""
        return AboutCustomersOrder(order_id=self.id, order_no=self.order_no, customer=self.customer)

    @property
    def place(self) -> str | None:
        """Where the goods go, by city, or else by region; nothing when they are collected."""
        if self.site_address is None:
            return None
        city = re.match(r".+?市", self.site_address)
        return city.group() if city else self.region or self.site_address

    @property
    def freight(self) -> Freight | None:
        """The goods that can be loaded; nothing while their place, room or day is unknown."""
        litres = self.works.volume_litres
        if self.stage != "shipping" or self.place is None or litres is None or self.ship_on is None:
            return None
        return Freight(order_no=self.order_no, volume_litres=litres, place=self.place, ship_on=self.ship_on)

    def has(self, *milestones: Milestone) -> bool:
        """Whether all of these are true."""
        return all(milestone in self.reached for milestone in milestones)

    def is_past(self, stage: str) -> bool:
        """Whether the order has left this stage behind."""
        return self.route.index(self.stage) > self.route.index(stage)

    def decided_by(self, milestone: Milestone, cause: Cause) -> StaffId:
        """Who decides. Refused with `not_authorised` when it is not theirs on this route; a department's fact is."""
        if cause.kind == "request":
            must_have_role(milestone, self.route.deciders.get(milestone, ()), cause)
        return cause.actor.id


def without(reached: Mapping[Milestone, datetime], *milestones: Milestone) -> dict[Milestone, datetime]:
    """What an order has reached, with these milestones true no longer."""
    return {each: at for each, at in reached.items() if each not in milestones}
