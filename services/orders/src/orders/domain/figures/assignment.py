"""How orders are assigned to vehicles: the cheapest plan by place, volume and date, found with OR-Tools CP-SAT."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from orders.domain.parts.freight import Costs, Freight, Plan, Trip, Vehicle, Weights
from shared.aggregate import Refused


def penalty(freight: Freight, day: date, weights: Weights) -> tuple[int, int]:
    """What leaving goods behind on a day costs, in yuan: for itself, and for the days by which they leave late.

    Goods left behind leave on the next day at the earliest, so on their own day they are already one day late.
    """
    return weights.left_behind, weights.day_late * max((day - freight.ship_on).days + 1, 0)


def cheapest(
    day: date, freights: Sequence[Freight], vehicles: Sequence[Vehicle], weights: Weights, seconds: float = 10.0
) -> Plan:
    """The cheapest plan for a day. No vehicle is overloaded and no order is split.

    The search is the same every time; after `seconds` the best plan found so far is taken and `optimal` says so.
    Refused with `nothing_to_load` without freight or vehicles.
    """
    if not freights or not vehicles:
        raise Refused(
            "a loading plan needs a vehicle, and an order that waits in shipping, packed with its volume told, with a "
            "site address and a ship date by that day; days_ahead also takes what may leave later",
            "nothing_to_load",
        )
    problem = _Problem(freights, vehicles)
    problem.minimise([sum(penalty(freight, day, weights)) for freight in freights])
    chosen, optimal = problem.solve(seconds)
    return assigned(day, freights, vehicles, weights, chosen, optimal=optimal)


class _Problem:
    """Which freight goes on which vehicle, in the solver's words: one truth per question that a plan answers."""

    def __init__(self, freights: Sequence[Freight], vehicles: Sequence[Vehicle]) -> None:
        from ortools.sat.python import cp_model  # heavy: a service that plans no load starts twice as fast without

        self._solver = cp_model
        self._model = cp_model.CpModel()
        self._vehicles = vehicles
        places = sorted({freight.place for freight in freights})
        self._used = [self._truth(f"use {v}") for v in range(len(vehicles))]
        self._stops = [[self._truth(f"{v} to {place}") for place in places] for v in range(len(vehicles))]
        self._on = [[self._truth(f"{i} on {v}") for v in range(len(vehicles))] for i in range(len(freights))]
        for v, vehicle in enumerate(vehicles):
            room = sum(freight.volume_litres * on[v] for freight, on in zip(freights, self._on, strict=True))
            self._model.add(room <= vehicle.volume_litres * self._used[v])
        for freight, on in zip(freights, self._on, strict=True):
            self._model.add_at_most_one(on)
            for v in range(len(vehicles)):
                self._model.add_implication(on[v], self._stops[v][places.index(freight.place)])

    def minimise(self, penalties: Sequence[int]) -> None:
        """Weigh vehicles and places against what stays behind."""
        left = [penalty * (1 - sum(on)) for penalty, on in zip(penalties, self._on, strict=True)]
        driven = [
            vehicle.cost * self._used[v] + vehicle.cost_per_place * sum(self._stops[v])
            for v, vehicle in enumerate(self._vehicles)
        ]
        self._model.minimize(sum(left) + sum(driven))

    def solve(self, seconds: float) -> tuple[list[int | None], bool]:
        """The vehicle of each freight, and whether that is proven to be the cheapest way."""
        solver = self._solver.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.max_time_in_seconds = seconds
        found = solver.solve(self._model)
        if found not in (self._solver.OPTIMAL, self._solver.FEASIBLE):
            return [None] * len(self._on), False
        chosen = [next((v for v, truth in enumerate(on) if solver.boolean_value(truth)), None) for on in self._on]
        return chosen, found == self._solver.OPTIMAL

    def _truth(self, name: str) -> Any:
        return self._model.new_bool_var(name)


def assigned(
    day: date,
    freights: Sequence[Freight],
    vehicles: Sequence[Vehicle],
    weights: Weights,
    chosen: Sequence[int | None],
    *,
    optimal: bool,
) -> Plan:
    """The plan in which each freight travels on the vehicle chosen for it, or stays behind, with what that costs."""
    trips = tuple(
        _trip(vehicle, [freight for freight, place in zip(freights, chosen, strict=True) if place == v])
        for v, vehicle in enumerate(vehicles)
        if v in chosen
    )
    left = [freight for freight, place in zip(freights, chosen, strict=True) if place is None]
    used = [vehicle for v, vehicle in enumerate(vehicles) if v in chosen]
    costs = Costs(
        vehicles=sum(vehicle.cost for vehicle in used),
        places=sum(trip.cost for trip in trips) - sum(vehicle.cost for vehicle in used),
        left_behind=sum(penalty(freight, day, weights)[0] for freight in left),
        lateness=sum(penalty(freight, day, weights)[1] for freight in left),
    )
    return Plan(trips=trips, left=tuple(freight.order_no for freight in left), costs=costs, optimal=optimal)


def _trip(vehicle: Vehicle, freights: Sequence[Freight]) -> Trip:
    places = tuple(sorted({freight.place for freight in freights}))
    litres = sum(freight.volume_litres for freight in freights)
    return Trip(
        vehicle=vehicle.name,
        order_nos=tuple(freight.order_no for freight in freights),
        places=places,
        litres=litres,
        free_litres=vehicle.volume_litres - litres,
        cost=vehicle.cost + vehicle.cost_per_place * len(places),
    )
