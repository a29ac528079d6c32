"""How long stages really take, and what that says about a promised day."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from math import ceil
from uuid import NAMESPACE_URL, UUID, uuid5

from orders.domain.order import Order
from orders.domain.route import ROUTES, Route
from shared.aggregate import Aggregate, Cause, Change
from shared.contracts.event import Part
from shared.contracts.orders import DeadlineApproachingAtOrders, OrderStageChanged

_PACES = uuid5(NAMESPACE_URL, "urn:kefu:orders:pace")
SAMPLE = 200
"""How many of the latest durations of a stage count."""


def pace_id_of(route: str) -> UUID:
    """The id of the pace of this version of a route, written as in events: `custom.v1`."""
    return uuid5(_PACES, route)


class StagePace(Part):
    """The latest durations of one stage, in hours, oldest first."""

    stage: str
    hours: tuple[float, ...] = ()

    def with_one_more(self, hours: float) -> "StagePace":
        """With the newest duration; the oldest leaves."""
        return StagePace(stage=self.stage, hours=(*self.hours, hours)[-SAMPLE:])

    def percentile(self, percent: int) -> float:
        """The nearest-rank percentile in hours: the smallest duration that so many percent did not exceed."""
        ranked = sorted(self.hours)
        return ranked[max(ceil(len(ranked) * percent / 100), 1) - 1]


class Pace(Aggregate):
    """How long each stage of one version of a route takes, from our own orders."""

    route: str
    stages: tuple[StagePace, ...] = ()

    @classmethod
    def blank(cls, route: str) -> "Pace":
        """The pace of a route that nobody has gone yet."""
        return cls(id=pace_id_of(route), route=route)

    def learn(self, event: OrderStageChanged) -> Change["Pace"]:
        """An order has left a stage."""
        if event.entered_at is None:
            return Change(self)
        hours = max((event.at - event.entered_at) / timedelta(hours=1), 0.0)
        others = tuple(each for each in self.stages if each.stage != event.before)
        return Change(self.but(stages=(*others, self.of(event.before).with_one_more(round(hours, 2)))))

    def of(self, stage: str) -> StagePace:
        """The pace of one stage."""
        return next((each for each in self.stages if each.stage == stage), StagePace(stage=stage))

    def hours_left(self, stage: str, percent: int, until: str = "shipping") -> float:
        """How long it takes from the beginning of a stage to the end of `until`, if each stage takes its percentile.

        A stage that nobody has left yet takes as long as the route plans for it.
        """
        stages = self._route.stages[self._route.index(stage) : self._route.index(until) + 1]
        return sum(
            pace.percentile(percent) if (pace := self.of(each.name)).hours else 24.0 * (each.days or 0)
            for each in stages
        )

    @property
    def _route(self) -> Route:
        name, version = self.route.rsplit(".v", 1)
        return next(route for (known, number), route in ROUTES.items() if (known, number) == (name, int(version)))


class Forecast(Part):
    """When an order's goods will have left, if every stage takes its median, and if each takes its 80th percentile."""

    likely: datetime
    safe: datetime


def forecast(pace: Pace, stage: str, since: datetime) -> Forecast:
    """The forecast for an order that entered this stage at that time."""
    return Forecast(
        likely=since + timedelta(hours=pace.hours_left(stage, 50)),
        safe=since + timedelta(hours=pace.hours_left(stage, 80)),
    )


def warn(order: Order, cause: Cause) -> Change[Order]:
    """Staff hear that a promised day is in danger while there is time to do something; once per promised day."""
    if order.ended or order.warned or order.ship_on is None:
        return Change(order)
    due = order.calendar.moment(order.ship_on)
    warning = DeadlineApproachingAtOrders(
        deadline_id=cause.derive("forecast"),
        kind="ship_forecast",
        about=order.order_no,
        due_at=due,
        assignee_role="order_specialist",
        customer_id=order.customer.customer_id,
        remaining=max(due - cause.at, timedelta()),
    )
    return Change(order.but(warned=True), (warning,))


def table(paces: Iterable[Pace]) -> list[dict[str, object]]:
    """Median and 80th percentile in hours per route and stage."""
    return [
        {
            "route": pace.route,
            "stage": each.stage,
            "orders": len(each.hours),
            "median_hours": each.percentile(50),
            "p80_hours": each.percentile(80),
        }
        for pace in paces
        for each in pace.stages
    ]
