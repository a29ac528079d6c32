"""What an order is: where it stands on its route and everything known about it."""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import get_args

from pydantic import Field

from orders.domain.lifecycle import LIFECYCLES, OrderDecision, OrderLifecycle
from orders.domain.parts.contract import Contract
from orders.domain.parts.delay import Delay, UntoldDelay
from orders.domain.parts.drawing import Drawings
from orders.domain.parts.freight import Freight
from orders.domain.parts.installation import Installation
from orders.domain.parts.notice import Notice
from orders.domain.parts.passage import Cancellation, CancellingRequest, Passage
from orders.domain.parts.promise import Promises
from orders.domain.parts.receivable import Receivable
from orders.domain.parts.shipment import Shipment
from orders.domain.parts.works import Works
from orders.domain.policy.policy import OrdersPolicy
from orders.domain.route import CANCELLED, CLOSED, HAPPENS, ROUTES, Milestone, Route, RouteName
from shared.aggregate import Cause
from shared.calendar import Calendar
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
from shared.lifecycle import Possible, follows

ENDS: Mapping[str, str] = MappingProxyType({CLOSED: "关闭", CANCELLED: "取消"})


@follows(lambda order: order.lifecycle)
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
    def offered(self) -> tuple[OrderDecision, ...]:
        """What people may decide about it now: what its stage allows, and what nothing else is missing for."""
        allowed = (name for name in get_args(OrderDecision) if self.lifecycle.allows(self.stage, name))
        return tuple(name for name in allowed if name not in _NEEDED or _NEEDED[name](self))

    def possible(self, policy: OrdersPolicy) -> tuple[Possible, ...]:
        """What people may do with it now, and who of them: by its route, or as the policy that it keeps says."""
        moves = ((name, self.lifecycle.move(self.stage, name)) for name in self.offered)
        cancellers = policy.authority(self.reached).by
        return tuple(
            Possible(decision=name, roles=cancellers if move.by_policy else move.by) for name, move in moves if move
        )

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
    def unpacked(self) -> bool:
        """Whether goods are made for it whose packaging was not confirmed (004 三2(2))."""
        return Milestone.PRODUCED in self.route.milestones and not self.works.packed

    @property
    def delivered(self) -> bool:
        """Whether goods of it have left and not come back, or stand installed: it can only be credited then."""
        return bool(self.shipment.under_way) or self.has(Milestone.INSTALLED)

    @property
    def awaits_payment(self) -> bool:
        """Whether the goods are here because the customer has yet to pay for them, or in advance."""
        stage = self.route.stage(self.stage)
        payments = {Milestone.INITIAL_PAID, Milestone.PAID}
        waits = stage is not None and bool(payments.intersection(stage.gate))
        return waits and not self.is_past("shipping") and not self.shipment.under_way

    @property
    def lessened_by(self) -> tuple[StaffId, ...]:
        """Who has made the customer owe less: by a credit, by a lower price, or by ending the order.

        So have those who prepared the price, and those who decided on the paper of a credit.
        """
        lower = (each for each in self.receivable.entries if each.kind == "amendment" and each.amount.amount < 0)
        credits = [each for each in self.receivable.entries if each.kind == "credit"]
        return (
            *(each.by for each in (*credits, *lower) if each.by),
            *(staff for each in credits for staff in each.decided_by),
            *(staff for review in self.contract.reviews for staff in review.lowered_by),
            *((self.cancellation.by,) if self.cancellation else ()),
        )

    @property
    def day_unknown(self) -> bool:
        """Whether the customer was told that the goods are late, and no day yet on which they leave or arrive."""
        told = bool(self.delays) and self.delays[-1].estimated
        arrival = self.promises.current("arrive") if self.contract.ship_on is None else None
        agreed = arrival is not None and arrival.stage == "open"
        return told and not agreed and not self.dispatched_on and not self.shipment.announced_ready

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


def without(reached: Mapping[Milestone, datetime], *milestones: Milestone) -> dict[Milestone, datetime]:
    """What an order has reached, with these milestones true no longer."""
    return {each: at for each, at in reached.items() if each not in milestones}


def _may_be_submitted(order: Order) -> bool:
    draft = order.contract.draft
    return draft is not None and draft.submitted_by is None and order.contract.received_by is not None


def _may_be_reviewed(order: Order) -> bool:
    draft = order.contract.draft
    return draft is not None and (not order.route.submitters or draft.submitted_by is not None)


def _may_be_countersigned(order: Order) -> bool:
    draft = order.contract.draft
    return draft is not None and draft.countersigned is None


def _may_slip(order: Order) -> bool:
    return not order.dispatched_on and order.contract.signed and order.contract.ship_on is not None


def _may_be_credited(order: Order) -> bool:
    return bool(order.receivable.invoiced) and order.receivable.billed > 0


_NEEDED: Mapping[OrderDecision, Callable[[Order], bool]] = MappingProxyType(
    {
        "take_on": lambda order: order.contract.received_by is None,
        "submit_for_review": _may_be_submitted,
        "countersign": _may_be_countersigned,
        "review": _may_be_reviewed,
        "amend": lambda order: order.contract.draft is None,
        "prepare_notice": lambda order: order.notice.next == "prepared",
        "review_notice": lambda order: order.notice.next == "reviewed",
        "approve_notice": lambda order: order.notice.next == "approved",
        "review_drawing": lambda order: any(drawing.stage == "submitted" for drawing in order.drawings.items),
        "judge_sample": lambda order: any(sample.verdict is None for sample in order.works.samples),
        "send_sample": lambda order: bool(order.works.samples),
        "issue_work_order": lambda order: order.works.work_order is None,
        "receive_packaging": lambda order: bool(order.works.awaited_materials),
        "pack": lambda order: not order.works.awaited_materials,
        "arrange_paper": lambda order: bool(order.shipment.missing_papers),
        "dispatch": lambda order: not order.unpacked and not order.shipment.missing_papers,
        "schedule_installation": lambda order: order.shipment.expected_at is not None,
        "agree": lambda order: any(not order.has(*happens) for happens in HAPPENS.values()),
        "postpone": _may_slip,
        "word_delay": lambda order: order.untold is not None,
        "cancel": lambda order: order.credited_in_full or not order.delivered,
        "ask_to_cancel": lambda order: order.cancelling_request is None,
        "decline_cancelling": lambda order: order.cancelling_request is not None,
        "credit": _may_be_credited,
        "refund": lambda order: order.receivable.refundable,
    }
)
"""What a decision needs besides the stage: a draft, a sample, money. The decision says what is missing."""
