"""A contract counts when code announces it: read from the syntax tree of the services, wherever that code stands."""

import ast
from pathlib import Path

import pytest

from shared.contracts.catalogue import contracts, published

ROOT = Path(__file__).parents[2]
DEPARTMENTS = {"sales", "design", "production", "warehouse", "engineering", "finance"}
FROZEN = {line.split()[0] for line in (Path(__file__).parent / "not_announced.txt").read_text().splitlines()}
LISTENING = {"on", "isinstance", "issubclass", "cast"}
"""Calls that are given an event class and announce nothing."""


def modules(folder, pattern="*.py"):
    return [ast.parse(path.read_text()) for path in sorted(ROOT.glob(f"{folder}/**/{pattern}"))]


def names(node):
    """The classes that an expression names: itself, in a container, or before `.of` and `.model_validate`."""
    if isinstance(node, ast.Attribute):
        return names(node.value) if node.attr == "of" or node.attr.startswith("model_validate") else {node.attr}
    if isinstance(node, ast.Name):
        return {node.id}
    if isinstance(node, ast.Starred):
        return names(node.value)
    parts = node.values if isinstance(node, ast.Dict) else getattr(node, "elts", ())
    return {name for part in parts for name in names(part)}


def constructed(module):
    """What a module calls, or hands to a call that will: `OrderPlaced(…)`, `message(NotificationSent, …)`."""
    calls = [node for node in ast.walk(module) if isinstance(node, ast.Call) and not names(node.func) & LISTENING]
    given = [each for call in calls for each in (call.func, *call.args, *(word.value for word in call.keywords))]
    return {name for each in given for name in names(each)}


def spoken_of(module):
    """Every class that a test names, and every text, since a test may know an event by its key."""
    nodes = list(ast.walk(module))
    texts = {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    return texts | {name for node in nodes if isinstance(node, ast.Name | ast.Attribute) for name in names(node)}


ANNOUNCED = {name for module in modules("services/*/src") for name in constructed(module)}
RINGS = ("unit", "integration", "e2e")
TESTED = {name for ring in RINGS for each in modules(f"tests/{ring}") for name in spoken_of(each)}


def silent():
    """The keys of services' contracts that no code announces."""
    return {
        key
        for key, event in contracts().items()
        if event.publisher() not in DEPARTMENTS and event.__name__ not in ANNOUNCED
    }


def test_a_contract_is_marked_as_not_announced_exactly_while_no_code_announces_it():
    assert contracts().keys() - published().keys() == silent()


def test_the_list_of_contracts_that_no_code_announces_only_shrinks():
    assert contracts().keys() - published().keys() == FROZEN


def test_every_announced_event_is_named_by_a_test():
    assert [key for key, event in published().items() if TESTED.isdisjoint({key, event.__name__})] == []


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("OrderPlaced(order_no='1')", True),
        ("orders.OrderPlaced(order_no='1')", True),
        ("OrderPlaced.model_validate(said)", True),
        ("OrderPlaced.of(wish, order_id=id)", True),
        ("message(OrderPlaced, at=at)", True),
        ("Announcements(begun=OrderPlaced)", True),
        ("announce_one_of((OrderPlaced, OrderClosed))", True),
        ("@on(OrderPlaced)\nasync def react(event: OrderPlaced): ...", False),
        ("isinstance(event, OrderPlaced | OrderClosed) or isinstance(event, (OrderPlaced, OrderClosed))", False),
        ("find(OrderPlaced.key)", False),
    ],
)
def test_code_announces_what_it_constructs_and_not_what_it_hears(code, found):
    assert ("OrderPlaced" in constructed(ast.parse(code))) is found
