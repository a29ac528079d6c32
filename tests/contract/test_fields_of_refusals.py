"""A refusal that names a field names one of the request: each is in the model of a route that may give the refusal."""

import ast
from collections.abc import Iterator
from functools import cache, cached_property
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from fastapi.routing import iter_route_contexts
from pydantic import TypeAdapter

from shared.service import Service

ROOT = Path(__file__).parents[2]
REFUSING = {"Refused", "Overstepped"}
ANY = "*"
"""A step of a path that is worked out while it runs, such as the place in a list."""

Steps = tuple[str, ...]


class Function(NamedTuple):
    """A function or a method, by the module in which it stands."""

    module: str
    node: ast.FunctionDef | ast.AsyncFunctionDef


@cache
def modules(folder: Path) -> dict[str, ast.Module]:
    """The modules below a folder of sources, each by its full name."""
    return {
        ".".join(file.relative_to(folder).with_suffix("").parts).removesuffix(".__init__"): ast.parse(
            file.read_text(encoding="utf-8")
        )
        for file in sorted(folder.rglob("*.py"))
    }


class Source:
    """The functions of a service and of the kernel, and which of them each one names."""

    def __init__(self, service: str) -> None:
        self.trees = modules(ROOT / "services" / service / "src") | modules(ROOT / "shared/src")
        self.functions: dict[tuple[str, str], list[Function]] = {}
        self.imported: dict[str, dict[str, tuple[str, str]]] = {}
        self._beside: dict[ast.AST, list[Function]] = {}
        for module, tree in self.trees.items():
            for node in ast.walk(tree):
                if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                    self.functions.setdefault((module, node.name), []).append(Function(module, node))
                elif isinstance(node, ast.ImportFrom):
                    found = {each.asname or each.name: (node.module or "", each.name) for each in node.names}
                    self.imported.setdefault(module, {}).update(found)

    def meant(self, module: str, name: ast.expr) -> list[Function]:
        """The functions that a name means in this module: its own, one that it imports, or one of such a module."""
        imported = self.imported.get(module, {})
        if isinstance(name, ast.Name):
            return self.functions.get(imported.get(name.id, (module, name.id)), [])
        if isinstance(name, ast.Attribute) and isinstance(name.value, ast.Name) and name.value.id in imported:
            return self.functions.get((".".join(imported[name.value.id]), name.attr), [])
        return self.refusing_methods.get(name.attr, []) if isinstance(name, ast.Attribute) else []

    @cached_property
    def refusing_methods(self) -> dict[str, list[Function]]:
        """The methods of nouns, parts and policies that refuse, by their names."""
        found: dict[str, list[Function]] = {}
        for functions in self.functions.values():
            for each in functions:
                if ".domain." in each.module and any(_refuses(node) for node in ast.walk(each.node)):
                    found.setdefault(each.node.name, []).append(each)
        return found

    def reached(self, start: list[Function]) -> list[Function]:
        """These, and every function that they name, directly or through others."""
        found: dict[ast.AST, Function] = {}
        waiting = list(start)
        while waiting:
            each = waiting.pop()
            if each.node not in found:
                found[each.node] = each
                waiting += self.beside(each)
        return list(found.values())

    def beside(self, function: Function) -> list[Function]:
        """The functions that one names."""
        if function.node not in self._beside:
            names = [node for node in _own(function.node) if isinstance(node, ast.Name | ast.Attribute)]
            self._beside[function.node] = [each for name in names for each in self.meant(function.module, name)]
        return self._beside[function.node]

    def named(self, function: Function) -> Iterator[Steps]:
        """The fields that a function names where it refuses, or has another one refuse by the field that it gives."""
        for node in _own(function.node):
            if not isinstance(node, ast.Call):
                continue
            if _refuses(node):
                yield from _paths(node.args[2:3])
            for other in self.meant(function.module, node.func):
                asked = [each.arg for each in other.node.args.args]
                if "field" in asked:
                    yield from _paths(node.args[asked.index("field") :][:1])
                if other.node.name == "must_be_payable":
                    yield from ((each.arg,) for each in node.keywords if each.arg)


def _own(function: ast.AST) -> Iterator[ast.AST]:
    """What stands in a function, and not in one that is defined in it: that is reached by its name."""
    for node in ast.iter_child_nodes(function):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node
            yield from _own(node)


def _refuses(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and getattr(node.func, "id", None) in REFUSING


def _paths(given: list[ast.expr]) -> Iterator[Steps]:
    for each in given:
        if isinstance(each, ast.IfExp):
            yield from _paths([each.body, each.orelse])
        elif isinstance(each, ast.JoinedStr):
            said = "".join(str(part.value) if isinstance(part, ast.Constant) else ANY for part in each.values)
            yield tuple(said.split("."))
        elif isinstance(each, ast.Constant) and isinstance(each.value, str):
            yield tuple(each.value.split("."))


def has(schema: dict[str, Any], path: Steps, definitions: dict[str, Any]) -> bool:
    """Whether a value of this schema may have something at this path."""
    if "$ref" in schema:
        return has(definitions[schema["$ref"].rsplit("/", 1)[1]], path, definitions)
    if kinds := schema.get("anyOf") or schema.get("oneOf"):
        return any(has(each, path, definitions) for each in kinds)
    if not path:
        return True
    step, *rest = path
    fields = schema.get("properties", {})
    below = [fields[step]] if step in fields else [schema["items"]] if step == ANY and "items" in schema else []
    if step == ANY:
        return any(has(each, path[at:], definitions) for at in (0, 1) for each in (*below, *fields.values()))
    return any(has(each, tuple(rest), definitions) for each in below) or "additionalProperties" in schema


def requests(service: Service) -> Iterator[tuple[Any, dict[str, Any]]]:
    """The routes of a service's own API that take a body, each with the schema of that."""
    for route in iter_route_contexts(service.app.routes):
        body = getattr(route, "body_field", None)
        if body is not None and route.endpoint.__module__.startswith(f"{service.name}."):
            yield route, TypeAdapter(body.field_info.annotation).json_schema()


@pytest.mark.parametrize("name", ["aftersales", "complaints", "intake", "notify", "orders"])
def test_a_field_that_a_refusal_names_is_one_of_a_request_that_may_be_refused_so(
    name: str, built_services: tuple[Service, ...]
) -> None:
    service = next(each for each in built_services if each.name == name)
    source = Source(name)
    asked: dict[tuple[str, str, Steps], bool] = {}
    for (module, function), found in source.functions.items():
        if module.startswith(f"{name}."):
            asked |= {(module, function, path): False for each in found for path in source.named(each)}
    for route, schema in requests(service):
        start = source.functions[route.endpoint.__module__, route.endpoint.__name__]
        for each in source.reached(start):
            for path in source.named(each):
                if has(schema, path, schema.get("$defs", {})):
                    asked[each.module, each.node.name, path] = True
    assert len(asked) >= {"notify": 2}.get(name, 20)
    assert [place for place, is_one in asked.items() if not is_one] == []
