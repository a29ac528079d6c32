"""A realistic example of any contract, composed from the examples that its fields carry."""

from typing import Any, TypeVar
from uuid import NAMESPACE_URL, uuid5

from pydantic import BaseModel

M = TypeVar("M", bound=BaseModel)
Schema = dict[str, Any]

_OF_FORMAT = {
    "date-time": "2026-11-22T02:10:00.000000Z",
    "date": "2026-11-26",
    "time": "10:30:00",
    "duration": "PT24H",
}
_OF_TYPE = {"boolean": True, "array": [], "object": {}, "null": None}


def example(model: type[M]) -> M:
    """An instance with every field filled that has an example, a format or a default; the same one each time.

    Raises LookupError, naming the field, when a text must be given and no example says what it looks like.
    """
    schema = model.model_json_schema()
    return model.model_validate(_value(schema, schema.get("$defs", {}), model.__name__))


def _value(node: Schema, definitions: Schema, name: str) -> Any:
    if "examples" in node:
        return node["examples"][0]
    if node.get("default") is not None and "$ref" not in node.get("items", {}):
        return node["default"]
    if "$ref" in node:
        return _value(definitions[node["$ref"].rsplit("/", 1)[1]], definitions, name)
    if "anyOf" in node:
        return _value(node["anyOf"][0], definitions, name)
    if "properties" in node:
        return {
            field: _value(inner, definitions, f"{name}.{field}")
            for field, inner in node["properties"].items()
            if field in node.get("required", ()) or _tells(inner)
        }
    return _plain(node, definitions, name)


def _tells(node: Schema) -> bool:
    """Whether an optional field has something to show: an example of its own or a shape that leads to one."""
    inner = node["anyOf"][0] if "anyOf" in node else node
    return "examples" in node or "examples" in inner or "$ref" in inner or node.get("default") is not None


def _plain(node: Schema, definitions: Schema, name: str) -> Any:
    if "const" in node or "enum" in node:
        return node.get("const", node.get("enum", [None])[0])
    if node.get("format") == "uuid":
        return str(uuid5(NAMESPACE_URL, f"urn:kefu:example:{name}"))
    if node.get("format") in _OF_FORMAT:
        return _OF_FORMAT[node["format"]]
    if node.get("type") == "array" and ("$ref" in node["items"] or node.get("minItems")):
        return [_value(node["items"], definitions, name)]
    if node.get("type") in {"integer", "number"}:
        return max(node.get("minimum", 0), 1)
    if node.get("type") in _OF_TYPE:
        return _OF_TYPE[node["type"]]
    raise LookupError(f"{name} needs an example: Field(examples=[…])")
