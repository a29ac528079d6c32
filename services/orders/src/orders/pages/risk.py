"""How an order stands against the day that was promised: the forecast, the days of slack, and whose turn it is."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from orders.domain.pace import Pace, pace_id_of
from orders.domain.policy.policy import Rules
from orders.domain.route import Milestone, Route, RouteName, every_route
from orders.pages.words import REPORTED_BY
from orders.store import Paces
from shared.contracts.roles import Role
from shared.language import _, listed
from shared.store import OneOf

PERCENT = 80
"""A forecast is the day by which so many percent of the orders in this place would have left."""


@dataclass(frozen=True, slots=True)
class Outlook:
    """When the goods will have left, and how many days that is before the promised day; below zero it is late."""

    forecast: date | None
    slack: int | None

    @property
    def late(self) -> bool:
        """Whether the goods will leave after the promised day."""
        return self.slack is not None and self.slack < 0

    @property
    def words(self) -> str:
        """The slack as people say it."""
        if self.slack is None:
            return ""
        if self.slack < 0:
            return _("迟{days}天").format(days=-self.slack)
        return _("余{days}天").format(days=self.slack) if self.slack else _("没有余量")

    @property
    def state(self) -> str:
        """The style of a clock that says the same."""
        if self.slack is None or self.slack > 1:
            return ""
        return "missed" if self.slack < 0 else "near"


class Outlooks:
    """Forecasts from what the stages of each route took lately; where none did, from what is planned for them."""

    def __init__(self, paces: Mapping[UUID, Pace], rules: Rules, now: datetime) -> None:
        self._paces = paces
        self._rules = rules
        self._now = now

    @classmethod
    async def read(cls, paces: Paces, rules: Rules, now: datetime) -> "Outlooks":
        """With the pace of every version of a route."""
        ids = [pace_id_of(route.label) for route in every_route()]
        found = await paces.find({"id": OneOf(*ids)}, limit=len(ids))
        return cls({pace.id: pace for pace in found.items}, rules, now)

    def of(self, route: Route, stage: str, since: datetime, ship_on: date | None) -> Outlook:
        """The outlook of an order that entered this stage then. What should be over by now ends now at the soonest."""
        if route.index(stage) > route.index("shipping"):
            return Outlook(None, None)
        hours = self._pace(route).hours_left(stage, PERCENT, self._planned(route.name))
        forecast = self._rules.calendar.day(max(since + timedelta(hours=hours), self._now))
        return Outlook(forecast, (ship_on - forecast).days if ship_on else None)

    def usual_days(self, route: Route, stage: str) -> float | None:
        """How many days half of the orders took in a stage at most; what is planned where no order has left it."""
        pace = self._pace(route).of(stage)
        return pace.percentile(50) / 24 if pace.hours else self._planned(route.name).get(stage)

    def _pace(self, route: Route) -> Pace:
        return self._paces.get(pace_id_of(route.label)) or Pace.blank(route.label)

    def _planned(self, route: RouteName) -> Mapping[str, int]:
        return self._rules.on(self._now).planned_days.get(route, {})


def awaited(route: Route, stage: str, reached: Mapping[Milestone, datetime]) -> tuple[Milestone, ...]:
    """What the gate of a stage still waits for."""
    here = route.stage(stage)
    return tuple(each for each in here.gate if each not in reached) if here else ()


def whose_turn(route: Route, milestones: tuple[Milestone, ...]) -> tuple[str, tuple[Role, ...]]:
    """Whom an order waits for, in words, and the roles of ours among them."""
    roles = tuple(dict.fromkeys(role for each in milestones for role in route.deciders.get(each, ())))
    first = [_(route.deciders[each][0].chinese) for each in milestones if route.deciders.get(each)]
    others = [_(REPORTED_BY[each]) for each in milestones if each not in route.deciders and each in REPORTED_BY]
    return listed(dict.fromkeys((*first, *others))), roles
