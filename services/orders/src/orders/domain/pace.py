"""How long stages really take, and what that says about a promised day."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from math import ceil
from uuid import NAMESPACE_URL, UUID, uuid5

from orders.domain.route import Route, RouteName, every_route
from shared.aggregate import Aggregate
from shared.contracts.event import Part

_PACES = uuid5(NAMESPACE_URL, "urn:kefu:orders:pace")
SAMPLE = 200
"""How many of the latest durations of a stage count: as many as one document holds without growing."""


def pace_id_of(route: str) -> UUID:
    """The id of the pace of this version of a route, written as in events: `custom.v1`."""
    return uuid5(_PACES, route)


class StagePace(Part):
    """The latest durations of one stage, in hours, oldest first."""

    stage: str
    hours: tuple[float, ...] = ()

    def percentile(self, percent: int) -> float:
        """The nearest-rank percentile in hours: the smallest duration that so many percent did not exceed."""
        ranked = sorted(self.hours)
        return ranked[max(ceil(len(ranked) * percent / 100), 1) - 1]


class Forecast(Part):
    """When an order's goods will have left, if every stage takes its median, and if each takes its 80th percentile."""

    likely: datetime
    safe: datetime


class Pace(Aggregate):
    """How long each stage of one version of a route takes, from our own orders."""

    route: str
    stages: tuple[StagePace, ...] = ()

    @classmethod
    def blank(cls, route: str) -> "Pace":
        """The pace of a route that no order has gone yet."""
        return cls(id=pace_id_of(route), route=route)

    def of(self, stage: str) -> StagePace:
        """The pace of one stage."""
        return next((each for each in self.stages if each.stage == stage), StagePace(stage=stage))

    def hours_left(self, stage: str, percent: int, planned: Mapping[str, int], until: str = "shipping") -> float:
        """How long it takes from the beginning of a stage to the end of `until`, if each stage takes its percentile.

        A stage that no order has left yet takes as many days as are planned for it.
        """
        stages = self._route.stages[self._route.index(stage) : self._route.index(until) + 1]
        return sum(
            pace.percentile(percent) if (pace := self.of(each.name)).hours else 24.0 * planned.get(each.name, 0)
            for each in stages
        )

    def forecast(self, stage: str, since: datetime, planned: Mapping[str, int]) -> Forecast:
        """The forecast for an order that entered this stage at that time."""
        return Forecast(
            likely=since + timedelta(hours=self.hours_left(stage, 50, planned)),
            safe=since + timedelta(hours=self.hours_left(stage, 80, planned)),
        )

    @property
    def route_name(self) -> RouteName:
        """The route without its version."""
        return self._route.name

    @property
    def _route(self) -> Route:
        return next(route for route in every_route() if route.label == self.route)
