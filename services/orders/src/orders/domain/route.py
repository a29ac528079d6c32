"""Which way an order goes: stages, the gates out of them, and whose decision opens each; data with a version."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Literal

from orders.domain.parts.promise import PromiseKind
from orders.domain.roles import CS, CS_HEADS, FOLLOW_UP
from shared.aggregate import Overstepped
from shared.contracts.departments import DrawingKind, Skill
from shared.contracts.event import Actor, Part
from shared.contracts.orders import Collector, StageGroup
from shared.contracts.roles import Role
from shared.contracts.vocabulary import OrderKind

RouteName = Literal["standard", "custom", "stock"]
ReleasedTo = Literal["project_team", "design_director"]


class Milestone(StrEnum):
    """Something that has to be true before an order may leave a stage."""

    CONTRACT_APPROVED = "contract_approved"
    CONTRACT_SIGNED = "contract_signed"
    INITIAL_PAID = "initial_paid"
    CREDIT_GRANTED = "credit_granted"
    NOTICE_SIGNED = "notice_signed"
    PLAN_APPROVED = "plan_approved"
    RENDERING_APPROVED = "rendering_approved"
    ELEVATION_APPROVED = "elevation_approved"
    CONSTRUCTION_APPROVED = "construction_approved"
    PRODUCTION_RELEASED = "production_released"
    BROKEN_DOWN = "broken_down"
    BREAKDOWN_APPROVED = "breakdown_approved"
    SAMPLE_CONFIRMED = "sample_confirmed"
    PRODUCED = "produced"
    INSPECTED = "inspected"
    DISPATCHED = "dispatched"
    ARRIVED = "arrived"
    INSTALLED = "installed"
    ACCEPTED = "accepted"
    PAID = "paid"


DRAWINGS: Mapping[DrawingKind, Milestone] = MappingProxyType(
    {
        "plan": Milestone.PLAN_APPROVED,
        "rendering": Milestone.RENDERING_APPROVED,
        "elevation": Milestone.ELEVATION_APPROVED,
        "construction": Milestone.CONSTRUCTION_APPROVED,
    }
)
"""The four drawing kinds and what their approval is called (000 §3.3.2)."""


SENDING = ("shipping", "transport", "installation")
"""The stages in which goods leave, the last of several shipments maybe long after the first."""

HAPPENS: Mapping[PromiseKind, tuple[Milestone, ...]] = MappingProxyType(
    {
        "ship": (Milestone.DISPATCHED,),
        "arrive": (Milestone.ARRIVED,),
        "install": (Milestone.INSTALLED,),
        "complete": (Milestone.INSTALLED,),
        "accept": (Milestone.ACCEPTED,),
    }
)
"""What has happened when a promise is kept or broken for good."""


class Stage(Part):
    """Where an order stands until everything in its gate is true."""

    name: str
    title: str
    group: StageGroup
    gate: tuple[Milestone, ...]


class Route(Part):
    """One way from review to payment. A changed rule is a new version; an order keeps the one it began with."""

    name: RouteName
    version: int
    title: str
    stages: tuple[Stage, ...]
    deciders: Mapping[Milestone, tuple[Role, ...]]
    drafters: tuple[Role, ...]
    reviewers: tuple[Role, ...] = ()
    receivers: tuple[Role, ...] = ()
    submitters: tuple[Role, ...] = ()
    released_to: ReleasedTo
    designers: Literal["project_team", "rd"]
    installers: Skill
    collector: Collector
    credit: bool

    @property
    def label(self) -> str:
        """Name and version, as in events: `custom.v1`."""
        return f"{self.name}.v{self.version}"

    def index(self, stage: str) -> int:
        """How far along the route a stage is; its ends, `closed` and `cancelled`, are behind all stages."""
        return next((place for place, each in enumerate(self.stages) if each.name == stage), len(self.stages))

    def stage(self, name: str) -> Stage | None:
        """The stage of this name; nothing for the ends of the route."""
        return next((each for each in self.stages if each.name == name), None)

    def authorise(self, milestone: Milestone, actor: Actor) -> None:
        """Refused with `not_authorised` unless this person's role decides about this milestone on this route."""
        self._allow(self.deciders.get(milestone, ()), actor, f"{milestone} is decided by")

    def may_draft(self, actor: Actor) -> None:
        """Refused with `not_authorised` unless this person's role prepares order notices on this route."""
        self._allow(self.drafters, actor, "an order notice is prepared by")

    def may_review(self, actor: Actor) -> None:
        """Refused with `not_authorised` unless this person's role reviews order notices on this route (004 三2(1))."""
        self._allow(self.reviewers, actor, "an order notice is reviewed by")

    def may_receive(self, actor: Actor) -> None:
        """Refused with `not_authorised` unless this person's role receives orders on this route (000 §3.5.1)."""
        self._allow(self.receivers, actor, "an order is received by")

    def may_submit(self, actor: Actor) -> None:
        """Refused with `not_authorised` unless their role submits contracts for review on this route (000 §3.5.1)."""
        self._allow(self.submitters, actor, "a contract is submitted for review by")

    def _allow(self, roles: tuple[Role, ...], actor: Actor, what: str) -> None:
        if actor.role not in roles:
            raise Overstepped(f"on the {self.name} route {what} {' or '.join(roles) or 'no role'}", "not_authorised")

    def before(self, stage: str) -> tuple[Milestone, ...]:
        """Everything that the gates before a stage ask for, in order."""
        return tuple(milestone for each in self.stages[: self.index(stage)] for milestone in each.gate)

    @property
    def milestones(self) -> tuple[Milestone, ...]:
        """Everything that the gates of this route ask for, in order."""
        return tuple(milestone for stage in self.stages for milestone in stage.gate)


_M = Milestone

_REVIEW = Stage(name="review", title="合同评审", group="contract", gate=(_M.CONTRACT_APPROVED,))
_SIGNING = Stage(name="signing", title="合同签订", group="contract", gate=(_M.CONTRACT_SIGNED,))
_DEPOSIT = Stage(name="deposit", title="收首期款", group="payment", gate=(_M.INITIAL_PAID,))
_DRAWING_STAGES = (
    Stage(name="plan", title="平面设计", group="plan", gate=(_M.PLAN_APPROVED,)),
    Stage(name="rendering", title="效果设计", group="rendering", gate=(_M.RENDERING_APPROVED,)),
    Stage(
        name="drawings",
        title="立面与施工图",
        group="order",
        gate=(_M.ELEVATION_APPROVED, _M.CONSTRUCTION_APPROVED),
    ),
)
_MAKING = Stage(name="making", title="下单生产", group="order", gate=(_M.PRODUCTION_RELEASED,))
_BREAKDOWN = Stage(name="breakdown", title="拆单", group="order", gate=(_M.BROKEN_DOWN,))
_SHIPPING = Stage(name="shipping", title="待发货", group="order", gate=(_M.DISPATCHED,))
_TRANSPORT = Stage(name="transport", title="运输", group="installation", gate=(_M.ARRIVED,))
_TO_THE_END = (
    _TRANSPORT,
    Stage(name="installation", title="安装", group="installation", gate=(_M.INSTALLED,)),
    Stage(name="acceptance", title="验收", group="installation", gate=(_M.ACCEPTED,)),
    Stage(name="balance", title="收尾款", group="payment", gate=(_M.PAID,)),
)

STANDARD = Route(
    name="standard",
    version=1,
    title="标准单",
    stages=(
        _REVIEW,
        _SIGNING,
        _DEPOSIT,
        Stage(name="release", title="下单", group="order", gate=(_M.NOTICE_SIGNED,)),
        *_DRAWING_STAGES,
        _MAKING,
        _BREAKDOWN,
        Stage(name="production", title="生产", group="order", gate=(_M.PRODUCED,)),
        _SHIPPING,
        *_TO_THE_END,
    ),
    deciders={
        _M.CONTRACT_APPROVED: CS,
        _M.CONTRACT_SIGNED: CS_HEADS,
        _M.NOTICE_SIGNED: CS,
        **dict.fromkeys(DRAWINGS.values(), CS),
        _M.PRODUCTION_RELEASED: (Role.PLANT_MANAGER,),
        _M.ACCEPTED: FOLLOW_UP,
    },
    drafters=CS,
    reviewers=CS_HEADS,
    released_to="project_team",
    designers="project_team",
    installers="ordinary",
    collector="account_manager",
    credit=False,
)
"""000 §3.4: standard packages, reviewed by CS; any installer; the account manager collects.

The heads of CS keep the seal, and one of them reviews every order before it is made (004 一㈡1c, 三2(1)).
"""

CUSTOM = Route(
    name="custom",
    version=1,
    title="定制件",
    stages=(
        _REVIEW,
        _SIGNING,
        _DEPOSIT,
        Stage(name="release", title="下单", group="order", gate=(_M.NOTICE_SIGNED, _M.CREDIT_GRANTED)),
        *_DRAWING_STAGES,
        _MAKING,
        _BREAKDOWN,
        Stage(name="breakdown_review", title="拆单审核", group="order", gate=(_M.BREAKDOWN_APPROVED,)),
        Stage(name="sample", title="打样", group="order", gate=(_M.SAMPLE_CONFIRMED,)),
        Stage(name="production", title="生产", group="order", gate=(_M.PRODUCED,)),
        Stage(name="inspection", title="发货前验收", group="order", gate=(_M.INSPECTED,)),
        _SHIPPING,
        *_TO_THE_END,
    ),
    deciders={
        _M.CONTRACT_APPROVED: (Role.CS_DIRECTOR,),
        _M.CONTRACT_SIGNED: CS_HEADS,
        _M.NOTICE_SIGNED: CS_HEADS,
        **dict.fromkeys(DRAWINGS.values(), (Role.DESIGN_DIRECTOR,)),
        _M.PRODUCTION_RELEASED: CS_HEADS,
        _M.BREAKDOWN_APPROVED: (Role.RD_TEAM,),
        _M.SAMPLE_CONFIRMED: (Role.DESIGN_DIRECTOR,),
        _M.INSPECTED: (Role.DESIGN_DIRECTOR,),
        _M.ACCEPTED: FOLLOW_UP,
    },
    drafters=CS,
    reviewers=CS_HEADS,
    receivers=(Role.REGIONAL_HEAD,),
    submitters=(Role.CS_SUPERVISOR, Role.CS_SECTION_CHIEF, Role.CS_MANAGER),
    released_to="design_director",
    designers="rd",
    installers="senior",
    collector="regional_head",
    credit=True,
)
"""000 §3.5: the regional head receives, a supervisor submits, the CS director reviews, a head of CS orders, R&D designs
and checks the breakdown, design confirms the sample and inspects the goods; senior installers; the regional head
collects within the customer's credit.
"""

STOCK = Route(
    name="stock",
    version=1,
    title="现货",
    stages=(
        Stage(name="payment", title="收款", group="payment", gate=(_M.PAID,)),
        Stage(name="shipping", title="待发货", group="order", gate=(_M.DISPATCHED,)),
        Stage(name="transport", title="运输", group="installation", gate=(_M.ARRIVED,)),
    ),
    deciders={},
    drafters=(),
    released_to="project_team",
    designers="project_team",
    installers="ordinary",
    collector="account_manager",
    credit=False,
)
"""Articles from stock, promised for a day of arrival: paid, sent, arrived (000 §3.4.3 库存件出货, 004 一㈠1)."""

ROUTES: Mapping[tuple[RouteName, int], Route] = MappingProxyType(
    {(route.name, route.version): route for route in (STANDARD, CUSTOM, STOCK)}
)
CURRENT: Mapping[RouteName, Route] = MappingProxyType({"standard": STANDARD, "custom": CUSTOM, "stock": STOCK})


def stages() -> tuple[str, ...]:
    """The names of all stages of all versions of all routes."""
    return tuple(dict.fromkeys(stage.name for route in ROUTES.values() for stage in route.stages))


def route_for(kind: OrderKind, from_stock: bool) -> Route:
    """The route that a new order takes: a standard order from stock needs neither drawing nor production."""
    return CURRENT["stock" if kind == "standard" and from_stock else kind]
