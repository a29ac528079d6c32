"""What an order is: where it stands on its route and everything known about it."""

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Self

from pydantic import Field

from orders.domain.parts.contract import Contract
from orders.domain.parts.delay import Delay
from orders.domain.parts.drawing import Drawings
from orders.domain.parts.freight import Freight
from orders.domain.parts.installation import Installation
from orders.domain.parts.notice import Notice
from orders.domain.parts.passage import Cancellation, CancellingRequest, Passage
from orders.domain.parts.promise import Promises
from orders.domain.parts.receivable import Receivable
from orders.domain.parts.shipment import Shipment
from orders.domain.parts.works import Works
from orders.domain.route import ROUTES, Milestone, Route, RouteName
from shared.aggregate import Cause
from shared.calendar import Calendar
from shared.clocks import Timed
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

CLOSED, CANCELLED = "closed", "cancelled"
ENDS: Mapping[str, str] = MappingProxyType({CLOSED: "关闭", CANCELLED: "取消"})


class Order(Timed):
    """An order on its route.

    `stage` is always the first stage of the route whose gate is not yet open: what came early is written down in
    `reached` and counts when the order gets there, and nothing leads around a gate.
    """

    order_no: OrderNo
    customer: CustomerSnapshot
    kind: OrderKind
    route_name: RouteName
    route_version: int
    policy_version: int
    zone: str
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
    exceptions: int = 0
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
        return ROUTES[self.route_name, self.route_version]

    @property
    def calendar(self) -> Calendar:
        """The calendar by which the order's days are counted."""
        return Calendar(self.zone)

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
    def delivered(self) -> bool:
        """Whether goods of it have left and not come back, or stand installed: it can only be credited then."""
        return bool(self.shipment.under_way) or self.has(Milestone.INSTALLED)

    @property
    def credited_in_full(self) -> bool:
        """Whether it was billed, and all of that was credited again."""
        return bool(self.receivable.invoiced) and self.receivable.billed == 0

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
        return next((each for each in reversed(self.cancelling_requests) if each.declined_by is None), None)

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

    def day(self, at: datetime) -> date:
        """The local day of a moment."""
        return self.calendar.day(at)

    def in_days(self, at: datetime, days: int) -> date:
        """The local day so many days after a moment."""
        return self.day(at) + timedelta(days=days)

    def decided_by(self, milestone: Milestone, cause: Cause) -> StaffId:
        """Who decides. Refused with `not_authorised` when it is not theirs on this route; a department's fact is."""
        if cause.kind == "request":
            self.route.authorise(milestone, cause.actor)
        return cause.actor.id

    def noting(self, *milestones: Milestone, at: datetime) -> Self:
        """With these milestones true from a moment on; what was true before stays so from then."""
        return self.but(reached={**dict.fromkeys(milestones, at), **self.reached})

    def without(self, *milestones: Milestone) -> Self:
        """With these milestones no longer true."""
        return self.but(reached={each: at for each, at in self.reached.items() if each not in milestones})
