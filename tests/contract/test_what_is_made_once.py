"""A request that makes something and is repeated is answered by what it made: every route of every service asks so."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
MADE = {"create"}
LOOKED_AT = {"served", "must_not_hold"}
"""What a route asks of a customer, who may have been erased or merged since the same request was answered."""
Handler = ast.AsyncFunctionDef


def handlers() -> Iterator[tuple[str, Handler]]:
    """The functions under `@router.post(…)` of all services, each with its service."""
    for path in sorted(ROOT.glob("services/*/src/*/api/*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, Handler) and any("router.post" in ast.unparse(each) for each in node.decorator_list):
                yield f"{path.parts[-5]}.{node.name}", node


def called(node: ast.AST) -> set[str]:
    return {each.attr for each in ast.walk(node) if isinstance(each, ast.Attribute)}


def asks_first(node: Handler) -> bool:
    decorators = map(ast.unparse, node.decorator_list)
    return "made" in called(node) or any("made_once" in each or "changed_once" in each for each in decorators)


def test_every_route_that_makes_something_asks_first_whether_this_request_has_made_it():
    makers = {name for name, node in handlers() if MADE & called(node)}
    asking = {name for name, node in handlers() if asks_first(node)}
    assert makers - asking == set()
    assert {"aftersales.open_requested", "intake.take_order", "complaints.file", "orders.plan_loads"} <= makers


def test_every_route_that_looks_whether_there_is_the_customer_asks_first_whether_this_request_was_answered():
    looking = {name for name, node in handlers() if LOOKED_AT & called(node)}
    asking = {name for name, node in handlers() if asks_first(node)}
    assert looking - asking == set()
    assert {"intake.revise_quote", "intake.record_contact", "aftersales.complete"} <= looking
