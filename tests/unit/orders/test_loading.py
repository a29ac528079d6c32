"""The loading plan is the cheapest there is, which counting every possibility confirms."""

from datetime import date
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orders.domain.decisions.load import plan_load
from orders.domain.decisions.packaging import pack
from orders.domain.figures.assignment import assigned, cheapest
from orders.domain.parts.freight import Freight, Vehicle, Weights
from orders.domain.parts.packaging import PackedItem
from shared.aggregate import Refused
from shared.contracts import departments as facts
from shared.contracts import orders as said

DAY = date(2026, 11, 26)
WEIGHTS = Weights()


def freight(no, litres, place, day=DAY):
    return Freight(order_no=no, volume_litres=litres, place=place, ship_on=day)


def lowest_cost(freights, vehicles, weights=WEIGHTS):
    """The cost of the best of all plans."""
    plans = []
    for chosen in product([None, *range(len(vehicles))], repeat=len(freights)):
        rooms = [
            sum(f.volume_litres for f, v in zip(freights, chosen, strict=True) if v == n) for n in range(len(vehicles))
        ]
        if all(room <= vehicle.volume_litres for room, vehicle in zip(rooms, vehicles, strict=True)):
            plans.append(assigned(DAY, freights, vehicles, weights, chosen, optimal=True).costs.total)
    return min(plans)


FREIGHTS = st.lists(
    st.builds(
        lambda litres, place, day: (litres, place, day),
        st.integers(1, 10),
        st.sampled_from(["广州市", "佛山市", "深圳市"]),
        st.sampled_from([DAY, date(2026, 11, 24), date(2026, 11, 28)]),
    ),
    min_size=1,
    max_size=5,
)
VEHICLES = st.lists(
    st.builds(
        lambda litres, cost, place: (litres, cost, place), st.integers(5, 20), st.integers(0, 900), st.integers(0, 400)
    ),
    min_size=1,
    max_size=3,
)


@pytest.mark.requirement("R124.a")
@settings(max_examples=40, deadline=None)
@given(freights=FREIGHTS, vehicles=VEHICLES)
def test_no_plan_is_cheaper_than_the_one_found(freights, vehicles):
    goods = [freight(f"SO-{n}", *each) for n, each in enumerate(freights)]
    trucks = [
        Vehicle(name=f"V{n}", volume_litres=litres, cost=cost, cost_per_place=place)
        for n, (litres, cost, place) in enumerate(vehicles)
    ]
    found = cheapest(DAY, goods, trucks, WEIGHTS)

    assert found.optimal
    assert found.costs.total == lowest_cost(goods, trucks)
    assert all(trip.free_litres >= 0 for trip in found.trips)
    loaded = [no for trip in found.trips for no in trip.order_nos]
    assert sorted([*loaded, *found.left]) == sorted(each.order_no for each in goods)


@pytest.mark.requirement("R124.a", "R186.a")
def test_orders_for_one_place_travel_together_and_the_cheap_vehicle_is_taken():
    goods = [freight("A", 4, "广州市"), freight("B", 4, "广州市"), freight("C", 4, "深圳市")]
    trucks = [
        Vehicle(name="大车", volume_litres=12, cost=900, cost_per_place=100),
        Vehicle(name="小车", volume_litres=8, cost=300, cost_per_place=100),
    ]
    found = cheapest(DAY, goods, trucks, Weights(left_behind=200, day_late=0))
    assert [(trip.vehicle, trip.order_nos, trip.places) for trip in found.trips] == [("小车", ("A", "B"), ("广州市",))]
    assert found.left == ("C",)
    assert found.costs.model_dump() == {"vehicles": 300, "places": 100, "left_behind": 200, "lateness": 0}


def test_what_is_late_leaves_before_what_has_time():
    goods = [freight("LATE", 5, "广州市", date(2026, 11, 20)), freight("EARLY", 5, "广州市", date(2026, 12, 1))]
    found = cheapest(DAY, goods, [Vehicle(name="V", volume_litres=5, cost=100, cost_per_place=0)], WEIGHTS)
    assert found.left == ("EARLY",)


def test_a_plan_needs_something_to_load():
    with pytest.raises(Refused) as refused:
        cheapest(DAY, [], [Vehicle(name="V", volume_litres=5, cost=1, cost_per_place=1)], WEIGHTS)
    assert refused.value.code == "nothing_to_load"


async def test_an_order_is_freight_once_it_is_ready_and_packed(company):
    await company.place(site_address="广州市天河区珠江东路 6 号")
    await company.run_to("production")
    await company.fact(facts.ProductionCompleted, completed_at=company.now, quantity_ok=24)
    assert (await company.order()).freight is None
    await company.decide(pack, (PackedItem(item="木箱", quantity=6),), 4200, role="warehouse")
    assert (await company.order()).freight == freight("SO-2026-0412", 4200, "广州市")
    await company.send()
    assert (await company.order()).freight is None


@pytest.mark.parametrize(("address", "place"), [("广州市天河区", "广州市"), ("三亚 5 号", "华南"), (None, None)])
async def test_goods_go_to_a_city_or_else_to_a_region(company, address, place):
    assert (await company.place(site_address=address)).place == place


@pytest.mark.requirement("R124.a")
async def test_a_plan_is_announced_vehicle_by_vehicle(company):
    goods = [freight("A", 4, "广州市"), freight("B", 4, "深圳市")]
    trucks = [Vehicle(name=name, volume_litres=4, cost=10, cost_per_place=10) for name in ("甲", "乙")]
    found = cheapest(DAY, goods, trucks, WEIGHTS)
    change = plan_load(found, DAY, company.cause())
    assert {(type(event), event.load_id) for event in change.events} == {(said.LoadPlanned, change.state.id)}
    assert sorted(event.order_nos for event in change.events) == [("A",), ("B",)]
