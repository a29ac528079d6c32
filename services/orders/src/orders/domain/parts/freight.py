"""What is loaded: freight, the vehicles that carry it, their trips, and what all that costs."""

from datetime import date

from pydantic import Field

from shared.contracts.event import Part
from shared.contracts.vocabulary import Count, Line, OrderNo, Quantity


class Freight(Part):
    """Goods that are ready: how much room they take, where they go, by when they have to leave."""

    order_no: OrderNo
    volume_litres: int = Field(ge=1)
    place: Line
    ship_on: date


class Vehicle(Part):
    """A vehicle for the day: its room, and what it costs to use it and to stop at one more place."""

    name: Line = Field(examples=["粤A·12345 9.6 米"])
    volume_litres: Quantity = Field(examples=[48000])
    cost: Count = Field(description="Yuan for using it at all.", examples=[900])
    cost_per_place: Count = Field(description="Yuan for each place it drives to.", examples=[250])


class Weights(Part):
    """What leaving goods behind costs, in yuan: for each order, and for each day that it is or will be behind."""

    left_behind: Count = 200
    day_late: Count = 400


class Trip(Part):
    """One vehicle's orders and the places it drives to."""

    vehicle: Line
    order_nos: tuple[OrderNo, ...]
    places: tuple[Line, ...]
    litres: int
    free_litres: int
    cost: int


class Costs(Part):
    """What was weighed: the sum is what the plan makes as small as it can be."""

    vehicles: int
    places: int
    left_behind: int
    lateness: int

    @property
    def total(self) -> int:
        """All of it, in yuan."""
        return self.vehicles + self.places + self.left_behind + self.lateness


class Plan(Part):
    """Trips, what stays behind, what that costs, and whether nothing cheaper exists."""

    trips: tuple[Trip, ...]
    left: tuple[OrderNo, ...]
    costs: Costs
    optimal: bool
