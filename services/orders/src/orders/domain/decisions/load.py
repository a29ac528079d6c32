"""How a loading plan becomes the plan of a day."""

from datetime import date

from orders.domain.load import Load
from orders.domain.parts.freight import Plan
from shared.aggregate import Cause, Change
from shared.contracts.orders import LoadPlanned


def plan_load(plan: Plan, day: date, cause: Cause) -> Change[Load]:
    """The plan of a day, announced vehicle by vehicle (002 尾2b)."""
    load = Load(
        id=cause.derive("load"), day=day, trips=plan.trips, left=plan.left, costs=plan.costs, optimal=plan.optimal
    )
    told = tuple(
        LoadPlanned(load_id=load.id, day=day, order_nos=trip.order_nos, vehicle=trip.vehicle, route=trip.places)
        for trip in plan.trips
    )
    return Change(load, told)
