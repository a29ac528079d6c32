"""Which way an order goes: stages, the gates out of them, and whose decision opens each; policy with versions."""

from collections.abc import Iterator, Mapping
from datetime import date
from enum import StrEnum
from importlib.resources import files
from types import MappingProxyType
from typing import Literal, Self, get_args

from pydantic import Field, model_validator

from orders.domain.parts.promise import PromiseKind
from shared.contracts.departments import DrawingKind, Skill
from shared.contracts.event import Frozen
from shared.contracts.orders import Collector, StageGroup
from shared.contracts.roles import Role
from shared.contracts.vocabulary import OrderKind
from shared.policy import Policies, Policy, read_policies

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


JUDGED = ("making", "breakdown_review", "inspection")
"""The stages in which an order waits for nothing but a person's decision: that is the duty of who decides."""

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


CLOSED, CANCELLED = "closed", "cancelled"
"""The ends of every route."""


class Stage(Frozen):
    """Where an order stands until everything in its gate is true."""

    name: str = Field(pattern=r"^[a-z][a-z_]*$")
    title: str = Field(min_length=1)
    group: StageGroup
    gate: tuple[Milestone, ...] = Field(min_length=1)


class Route(Policy):
    """One way from review to payment, one version of it; an order keeps the one that it began with."""

    name: RouteName
    title: str = Field(min_length=1)
    stages: tuple[Stage, ...] = Field(min_length=1)
    deciders: Mapping[Milestone, tuple[Role, ...]]
    drafters: tuple[Role, ...]
    reviewers: tuple[Role, ...] = ()
    receivers: tuple[Role, ...] = ()
    submitters: tuple[Role, ...] = ()
    planners: tuple[Role, ...] = ()
    released_to: ReleasedTo
    designers: Literal["project_team", "rd"]
    installers: Skill
    collector: Collector
    credit: bool

    @model_validator(mode="after")
    def _decides_about_its_own_gates(self) -> Self:
        names = [stage.name for stage in self.stages]
        if twice := sorted({name for name in names if names.count(name) > 1 or name in (CLOSED, CANCELLED)}):
            raise ValueError(f"each stage has a name of its own, and none that of an end: {', '.join(twice)}")
        if strange := sorted(self.deciders.keys() - set(self.milestones)):
            raise ValueError(f"no gate asks for what is decided about: {', '.join(strange)}")
        return self

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

    def before(self, stage: str) -> tuple[Milestone, ...]:
        """Everything that the gates before a stage ask for, in order."""
        return tuple(milestone for each in self.stages[: self.index(stage)] for milestone in each.gate)

    @property
    def milestones(self) -> tuple[Milestone, ...]:
        """Everything that the gates of this route ask for, in order."""
        return tuple(milestone for stage in self.stages for milestone in stage.gate)


def _versions(name: RouteName) -> Policies[Route]:
    return read_policies(Route, files("orders") / "domain" / "policy" / "routes" / name)


ROUTES: Mapping[RouteName, Policies[Route]] = MappingProxyType({name: _versions(name) for name in get_args(RouteName)})
"""Every version of each route, as the files beside the policy say (`domain/policy/routes`)."""


def every_route() -> Iterator[Route]:
    """All versions of all routes."""
    return (route for versions in ROUTES.values() for route in versions)


def stages() -> tuple[str, ...]:
    """The names of all stages of all versions of all routes."""
    return tuple(dict.fromkeys(stage.name for route in every_route() for stage in route.stages))


def route_for(kind: OrderKind, day: date, *, from_stock: bool) -> Route:
    """The route that an order of this day takes: a standard one from stock needs neither drawing nor production."""
    return ROUTES["stock" if kind == "standard" and from_stock else kind].on(day)
