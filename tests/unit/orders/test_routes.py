"""Which way orders go is the company's to lay down: versions with a first day in force and who approved them."""

from datetime import date

import pytest

from orders.domain.route import ROUTES, Route, every_route, route_for, stages
from shared.policy import Policies, read_policies


def test_every_route_says_from_when_it_is_in_force_and_who_approved_it():
    assert [(route.label, route.in_force_from) for route in every_route()] == [
        ("standard.v1", date(2026, 1, 1)),
        ("custom.v1", date(2026, 1, 1)),
        ("stock.v1", date(2026, 1, 1)),
    ]
    assert all(route.approved_by for route in every_route())


@pytest.mark.parametrize(
    ("kind", "from_stock", "name"),
    [
        ("standard", False, "standard"),
        ("standard", True, "stock"),
        ("custom", False, "custom"),
        ("custom", True, "custom"),
    ],
)
def test_an_order_takes_the_route_of_its_kind_that_is_in_force_on_its_day(kind, from_stock, name):
    assert route_for(kind, date(2026, 9, 30), from_stock=from_stock) == ROUTES[name].version(1)


def test_a_new_version_is_for_the_orders_of_its_days_and_no_earlier_ones():
    first = ROUTES["custom"].version(1)
    second = first.but(version=2, in_force_from=date(2027, 1, 1))
    versions = Policies([first, second])
    assert [versions.on(day) for day in (date(2026, 12, 31), date(2027, 1, 1))] == [first, second]


@pytest.mark.parametrize(
    ("was", "now", "wrong"),
    [
        ('gate = ["paid"]', 'gate = ["payed"]', "stages.2.gate.0"),
        ('gate = ["paid"]', 'gate = ["paid"]\nlights = "on"', "stages.2.lights"),
        ('name = "second"', 'name = "first"', "each stage has a name of its own, and none that of an end: first"),
        ('name = "second"', 'name = "closed"', "each stage has a name of its own, and none that of an end: closed"),
        ("[deciders]", '[deciders]\ninspected = ["finance"]', "no gate asks for what is decided about: inspected"),
        ('["cs_director"]', '["the_boss"]', "deciders.contract_signed.0"),
    ],
)
def test_a_route_that_cannot_be_meant_is_refused_with_the_place_of_the_mistake(tmp_path, was, now, wrong):
    file = tmp_path / "v1.toml"
    file.write_text(ROUTE, encoding="utf-8")
    assert [route.label for route in read_policies(Route, file)] == ["custom.v1"]
    file.write_text(ROUTE.replace(was, now), encoding="utf-8")
    with pytest.raises(ValueError, match=r"v1\.toml") as refused:
        read_policies(Route, file)
    assert wrong in str(refused.value)


def test_the_stages_of_all_routes_have_names_once():
    assert len(stages()) == len(set(stages())) == 19


ROUTE = """
name = "custom"
version = 1
in_force_from = 2026-01-01
approved_by = "the CS director"
title = "定制件"
drafters = []
released_to = "design_director"
designers = "rd"
installers = "senior"
collector = "regional_head"
credit = true

[deciders]
contract_signed = ["cs_director"]

[[stages]]
name = "first"
title = "签订"
group = "contract"
gate = ["contract_signed"]

[[stages]]
name = "second"
title = "发货"
group = "order"
gate = ["dispatched"]

[[stages]]
name = "third"
title = "收款"
group = "payment"
gate = ["paid"]
"""
