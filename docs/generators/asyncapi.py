"""The bus as an AsyncAPI 3 document: a channel for each event, an operation for each publisher and each listener."""

import inspect
from typing import Any

from pydantic.json_schema import models_json_schema

from generators.contracts import message
from generators.services import listeners
from shared.contracts.catalogue import published
from shared.contracts.event import Event

Node = dict[str, Any]

_EXCHANGE = {"name": "events", "type": "topic", "durable": True, "vhost": "/"}
_HEADERS: Node = {
    "type": "object",
    "required": [f"cloudEvents:{name}" for name in ("specversion", "id", "type", "source", "subject", "time")],
    "properties": {
        "cloudEvents:specversion": {"type": "string", "const": "1.0"},
        "cloudEvents:id": {"type": "string", "format": "uuid"},
        "cloudEvents:type": {"type": "string", "description": "The event's key."},
        "cloudEvents:source": {"type": "string", "description": "Who announces it."},
        "cloudEvents:subject": {"type": "string", "format": "uuid", "description": "The aggregate it happened to."},
        "cloudEvents:time": {"type": "string", "format": "date-time"},
        "cloudEvents:sequence": {"type": "integer", "description": "The aggregate's version."},
        "cloudEvents:correlation": {"type": "string", "format": "uuid", "description": "The case."},
        "cloudEvents:causation": {"type": "string", "format": "uuid", "description": "What is behind it."},
        "cloudEvents:actorkind": {"type": "string", "enum": ["staff", "department", "customer", "service", "time"]},
        "cloudEvents:actorid": {"type": "string"},
        "cloudEvents:actorrole": {"type": "string"},
        "cloudEvents:traceparent": {"type": "string", "description": "W3C trace context."},
    },
}


def asyncapi() -> Node:
    """The whole bus in one document."""
    events = list(published().values())
    schemas = models_json_schema(
        [(event, "validation") for event in events], ref_template="#/components/schemas/{model}"
    )[1]["$defs"]
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "kefu events",
            "version": "1.0.0",
            "description": "The facts of a customer-service department. CloudEvents 1.0 over AMQP, binary mode.",
        },
        "defaultContentType": "application/json",
        "channels": {event.key: _channel(event) for event in events},
        "operations": _operations(events),
        "components": {
            "messages": {event.key: _message(event) for event in events},
            "messageTraits": {"CloudEvent": {"headers": _HEADERS}},
            "schemas": schemas,
        },
    }


def _channel(event: type[Event]) -> Node:
    return {
        "address": event.key,
        "title": event.__name__,
        "messages": {event.__name__: {"$ref": f"#/components/messages/{event.key}"}},
        "bindings": {"amqp": {"is": "routingKey", "exchange": _EXCHANGE, "bindingVersion": "0.3.0"}},
    }


def _message(event: type[Event]) -> Node:
    example = message(event)
    return {
        "name": event.key,
        "title": event.__name__,
        "summary": (inspect.getdoc(event) or "").partition("\n")[0],
        "contentType": "application/json",
        "traits": [{"$ref": "#/components/messageTraits/CloudEvent"}],
        "payload": {"$ref": f"#/components/schemas/{event.__name__}"},
        "examples": [{"headers": example["headers"], "payload": example["body"]}],
    }


def _operations(events: list[type[Event]]) -> Node:
    sends = {
        f"{event.publisher()}.announces.{event.key}": _operation("send", event, event.publisher()) for event in events
    }
    hears = {
        f"{name}.on.{key}": _operation("receive", published()[key], name, sentence)
        for key, heard in sorted(listeners().items())
        if key in published()
        for name, sentence in sorted(heard.items())
    }
    return sends | hears


def _operation(action: str, event: type[Event], who: str, summary: str | None = None) -> Node:
    return {
        "action": action,
        "channel": {"$ref": f"#/channels/{event.key}"},
        "messages": [{"$ref": f"#/channels/{event.key}/messages/{event.__name__}"}],
        "tags": [{"name": who}],
        **({"summary": summary} if summary else {}),
    }
