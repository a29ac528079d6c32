"""The bodies of facts as generated clients need them: one envelope for each fact, told apart by `type`."""

from typing import Any

from pydantic.json_schema import models_json_schema

from intake.domain.fact import FACTS
from intake.domain.parts.cloud_event import BATCH, BATCH_LIMIT, JSON, STRUCTURED
from shared.contracts.event import Event

Node = dict[str, Any]
_REF = "#/components/schemas/"
_ID: Node = {"type": "string", "minLength": 1, "maxLength": 200}
_ATTRIBUTES: dict[str, Node] = {
    "specversion": {"type": "string", "const": "1.0"},
    "id": {**_ID, "description": "Yours: the same id again is the same fact.", "examples": ["erp-4711"]},
    "source": {**_ID, "description": "The system that tells it.", "examples": ["erp"]},
    "time": {"type": "string", "format": "date-time", "maxLength": 200, "description": "When it happened."},
}
_OPTIONAL: dict[str, Node] = {
    "correlation": {"type": "string", "format": "uuid", "description": "The case that it belongs to."},
    "traceparent": {**_ID, "description": "W3C trace context."},
}


_PATTERNS = {
    "date-time": "^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]+)?([Zz]|[+-][0-9]{2}:[0-9]{2})$",
    "uuid": "^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$",
}


def _header(name: str, schema: Node) -> Node:
    """Written without `const` and `format`, which client generators do not know for headers."""
    said = {key: value for key, value in schema.items() if key not in {"description", "const", "format"}}
    if "const" in schema:
        said["enum"] = [schema["const"]]
    if "format" in schema:
        said["pattern"] = _PATTERNS[schema["format"]]
    described = f"{schema.get('description', '')} Binary mode only.".strip()
    return {"name": f"ce-{name}", "in": "header", "required": False, "schema": said, "description": described}


HEADERS = [
    _header(name, schema)
    for name, schema in {**_ATTRIBUTES, "type": {"type": "string", "enum": sorted(FACTS)}, **_OPTIONAL}.items()
]
"""The attributes as headers, which binary mode demands and the other modes ignore."""


def accepted() -> Node:
    """The request body of `POST /facts` in its three modes. `$defs` become components of the document."""
    facts = [FACTS[key] for key in sorted(FACTS)]
    _, defined = models_json_schema([(fact, "validation") for fact in facts], ref_template=f"{_REF}{{model}}")
    envelopes = {_name(fact): _envelope(fact) for fact in facts}
    any_event: Node = {
        "oneOf": [{"$ref": f"{_REF}{_name(fact)}"} for fact in facts],
        "discriminator": {
            "propertyName": "type",
            "mapping": {fact.key: f"{_REF}{_name(fact)}" for fact in facts},
        },
    }
    batch = {"type": "array", "maxItems": BATCH_LIMIT, "items": {"$ref": f"{_REF}FactEvent"}}
    schemas = {**defined["$defs"], **envelopes, "FactEvent": any_event}
    return {
        "required": True,
        "content": {
            STRUCTURED: {"schema": {"$ref": f"{_REF}FactEvent", "$defs": schemas}},
            BATCH: {"schema": batch},
            JSON: {"schema": {"anyOf": [{"$ref": f"{_REF}{fact.__name__}"} for fact in facts]}},
        },
    }


def _name(fact: type[Event]) -> str:
    return f"{fact.__name__}Event"


def _envelope(fact: type[Event]) -> Node:
    """The fact in structured mode. Further attributes are extensions, which are let through and not read."""
    return {
        "title": _name(fact),
        "type": "object",
        "required": [*_ATTRIBUTES, "type", "data"],
        "properties": {
            **_ATTRIBUTES,
            "type": {"type": "string", "const": fact.key},
            "datacontenttype": {"type": "string", "const": JSON},
            **_OPTIONAL,
            "data": {"$ref": f"{_REF}{fact.__name__}"},
        },
        "additionalProperties": True,
    }
