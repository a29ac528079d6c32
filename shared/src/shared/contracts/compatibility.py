"""What a change of a contract breaks for those who rely on it, found by comparing two JSON schemas."""

from collections.abc import Iterator
from typing import Any

Schema = dict[str, Any]

_REMARKS = {"title", "description", "examples", "$defs"}
_PARTS = {"properties", "required", "items", "anyOf"}


def breaks(frozen: Schema, current: Schema) -> tuple[str, ...]:
    """One line for each thing that a listener to `frozen` could not rely on any more; empty for an additive change.

    Additive is only a new field with a default. A field that is removed, renamed, retyped, made optional or made
    mandatory breaks a reader, and so does another default, limit or set of values, on both sides of the wire.
    """
    return tuple(_differences(_inlined(frozen, frozen), _inlined(current, current), ""))


def _inlined(node: Any, root: Schema) -> Any:
    """The node with references followed and without what only people read."""
    if isinstance(node, list):
        return [_inlined(each, root) for each in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        rest = {name: value for name, value in node.items() if name != "$ref"}
        return _inlined(root["$defs"][node["$ref"].rsplit("/", 1)[1]] | rest, root)
    fields = node.get("properties", {})
    plain = {name: _inlined(value, root) for name, value in node.items() if name not in _REMARKS | {"properties"}}
    return plain | ({"properties": {name: _inlined(field, root) for name, field in fields.items()}} if fields else {})


def _differences(frozen: Schema, current: Schema, at: str) -> Iterator[str]:
    if len(frozen.get("anyOf", ())) != len(current.get("anyOf", ())) or _type(frozen) != _type(current):
        yield f"{at or 'the event'} was retyped: {_type(frozen)} became {_type(current)}"
        return
    yield from _fields(frozen, current, at)
    for before, after in zip(frozen.get("anyOf", ()), current.get("anyOf", ()), strict=True):
        yield from _differences(before, after, at)
    if isinstance(frozen.get("items"), dict) and isinstance(current.get("items"), dict):
        yield from _differences(frozen["items"], current["items"], f"{at}[]")


def _fields(frozen: Schema, current: Schema, at: str) -> Iterator[str]:
    before, after = frozen.get("properties", {}), current.get("properties", {})
    for name, field in before.items():
        path = f"{at}.{name}".lstrip(".")
        if name not in after:
            yield f"{path} was removed"
            continue
        if (name in frozen.get("required", ())) != (name in current.get("required", ())):
            yield f"{path} was made {'optional' if name in frozen.get('required', ()) else 'mandatory'}"
        yield from _differences(field, after[name], path)
    for name in after.keys() - before.keys():
        if name in current.get("required", ()):
            yield f"{at}.{name} is new and has no default".lstrip(".")


def _type(node: Schema) -> Schema:
    return {name: value for name, value in node.items() if name not in _PARTS} | (
        {"items": node["items"]} if isinstance(node.get("items"), bool) else {}
    )
