"""What a load is: which orders travel on which vehicle, by which places, at what cost."""

import re
from datetime import date

from pydantic import Field

from orders.domain.order import Order
from shared.aggregate import Aggregate, Cause, Change
from shared.contracts.event import Part
from shared.contracts.orders import LoadPlanned
from shared.contracts.vocabulary import Line, OrderNo


class Freight(Part):
    """Goods that are ready: how much room they take, where they go, by when they have to leave."""

    order_no: OrderNo
    volume_litres: int = Field(ge=1)
    place: Line
    ship_on: date


def place_of(order: Order) -> str | None:
    """Where an order's goods go, by city, or else by region; nothing when they are collected."""
    if order.site_address is None:
        return None
    city = re.match(r".+?市", order.site_address)
    return city.group() if city else order.region or order.site_address


def freight_of(order: Order) -> Freight | None:
    """The goods of an order that can be loaded; nothing while their place, room or day is unknown."""
    place, litres = place_of(order), order.works.volume_litres
    if order.stage != "shipping" or place is None or litres is None or order.ship_on is None:
        return None
    return Freight(order_no=order.order_no, volume_litres=litres, place=place, ship_on=order.ship_on)


class Vehicle(Part):
    """A vehicle for the day: its room, and what it costs to use it and to stop at one more place."""

    name: Line = Field(examples=["粤A·12345 9.6 米"])
    volume_litres: int = Field(ge=1, examples=[48000])
    cost: int = Field(ge=0, description="Yuan for using it at all.", examples=[900])
    cost_per_place: int = Field(ge=0, description="Yuan for each place it drives to.", examples=[250])


class Weights(Part):
    """What leaving goods behind costs, in yuan: for each order, and for each day that it is or will be behind."""

    left_behind: int = Field(default=200, ge=0)
    day_late: int = Field(default=400, ge=0)


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


class Load(Aggregate):
    """The loading plan of a day: economic, convenient, fast (002 尾2b)."""

    day: date
    trips: tuple[Trip, ...]
    left: tuple[OrderNo, ...]
    costs: Costs
    optimal: bool

    @classmethod
    def planned(
        cls, day: date, trips: tuple[Trip, ...], left: tuple[OrderNo, ...], costs: Costs, optimal: bool, cause: Cause
    ) -> Change["Load"]:
        """A plan, announced vehicle by vehicle."""
        load = cls(id=cause.derive("load"), day=day, trips=trips, left=left, costs=costs, optimal=optimal)
        events = tuple(
            LoadPlanned(load_id=load.id, day=day, order_nos=trip.order_nos, vehicle=trip.vehicle, route=trip.places)
            for trip in trips
        )
        return Change(load, events)
