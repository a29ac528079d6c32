"""Every role that a route asks for is one that a token can carry."""

import ast
from collections.abc import Iterator
from pathlib import Path

from shared.identity import Role
from shared.wire import ingress

SERVICES = Path(__file__).parents[3] / "services"


def allowed() -> Iterator[tuple[str, str]]:
    for file in sorted(SERVICES.rglob("src/**/*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "allow":
                for argument in node.args:
                    if isinstance(argument, ast.Constant):
                        yield file.name, str(argument.value)


def test_every_role_that_a_route_names_is_registered_or_a_department() -> None:
    named = list(allowed())
    assert named
    known = {role.value for role in Role} | set(ingress.departments())
    assert [(file, role) for file, role in named if role not in known] == []
