"""How a JSON schema reads in a table."""

import json
from collections.abc import Iterator
from typing import Any

Schema = dict[str, Any]

_FORMATS = {"date-time": "time", "date": "date", "uuid": "id", "time": "time of day", "duration": "duration"}


def rows(schema: Schema) -> Iterator[tuple[str, str, str, str]]:
    """Name, type, whether it is always there, and meaning of each field."""
    required = schema.get("required", ())
    for name, node in schema.get("properties", {}).items():
        yield f"`{name}`", kind(node), "yes" if name in required else _otherwise(node), _meaning(node)


def kind(node: Schema) -> str:
    """The type in a word or two; a part links to where it is described."""
    if "anyOf" in node:
        return " or ".join(kind(each) for each in node["anyOf"] if each.get("type") != "null")
    if "$ref" in node:
        name = node["$ref"].rsplit("/", 1)[1]
        return f"[{name}](parts.md#{name.lower()})"
    if "enum" in node or "const" in node:
        return " · ".join(f"`{value}`" for value in node.get("enum", [node.get("const")]))
    if node.get("type") == "array":
        return f"list of {kind(node['items'])}"
    if "additionalProperties" in node:
        inner = node["additionalProperties"]
        return f"map to {kind(inner)}" if isinstance(inner, dict) else "map"
    return _FORMATS.get(node.get("format", "")) or str(node.get("type", "anything"))


def _otherwise(node: Schema) -> str:
    default = node.get("default")
    if default is None:
        return "may be absent"
    return f"else {_code(default)}" if default not in ([], {}, "") else "may be empty"


def _meaning(node: Schema) -> str:
    inner = node["anyOf"][0] if "anyOf" in node else node
    words = node.get("description") or inner.get("description", "")
    examples = [each for each in node.get("examples") or inner.get("examples", []) if each is not None]
    return " ".join(filter(None, (words, f"e.g. {_code(examples[0])}" if examples else ""))).replace("|", "\\|")


def _code(value: object) -> str:
    return f"`{value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)}`"
