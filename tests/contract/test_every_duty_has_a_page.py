"""Whatever people have duties about has a page of the console, to which the duty leads."""

import importlib
from typing import Any

import pytest

from console.frame import SCREENS
from shared.clocks import Timed
from shared.service import Service
from shared.store import Store

WITHOUT = {
    "aftersales": set[str](),
    "complaints": set[str](),
    "intake": {
        "calendar_years",
        "care",
        "customer_classes",
        "design_intakes",
    },
    "notify": set[str](),
    "orders": set[str](),
}
"""Collections whose things have no page yet."""


def is_store(of: Any) -> bool:
    """Whether this is a store of a service."""
    return isinstance(of, type) and issubclass(of, Store) and of is not Store and hasattr(of, "kind")


@pytest.fixture(params=sorted(WITHOUT))
def service(request: pytest.FixtureRequest, services: tuple[Service, ...]) -> Service:
    return next(each for each in services if each.name == request.param)


def test_a_duty_leads_to_the_page_of_what_it_is_about(service: Service) -> None:
    stores = vars(importlib.import_module(f"{service.name}.store")).values()
    timed = {each.collection for each in stores if is_store(each) and issubclass(each.kind, Timed)}
    shown = {screen.of for screen in SCREENS.values() if screen.service == service.name}
    assert timed - shown == WITHOUT[service.name]
