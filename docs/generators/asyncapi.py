"""The bus as an AsyncAPI 3 document: a channel for each event, an operation for each publisher and each listener."""

import inspect
from typing import Any

from pydantic.json_schema import models_json_schema

from generators.contracts import message
from generators.services import listeners
from shared.contracts.catalogue import published
from shared.contracts.event import Event
from shared.wire import ingress
from shared.wire.broker import EVENTS

Node = dict[str, Any]

_CORE = "kefu"
_EXCHANGE = {"name": EVENTS.name, "type": "topic", "durable": True, "vhost": _CORE}
_SERVERS: Node = {
    "core": {
        "host": "{rabbitmq}",
        "pathname": f"/{_CORE}",
        "protocol": "amqp",
        "protocolVersion": "0.9.1",
        "description": "The bus between the services. A subscriber gets a user of its own here, which may configure, "
        "write and read what begins with its name, and read `events`: it declares `<name>.on.<key>` and binds it.",
        "variables": {"rabbitmq": {"default": "localhost:5672"}},
        "security": [{"$ref": "#/components/securitySchemes/user"}],
    },
    "ingress": {
        "host": "{rabbitmq}",
        "pathname": f"/{ingress.VHOST}",
        "protocol": "amqp",
        "protocolVersion": "0.9.1",
        "description": "Where departments report. A department's user writes to `in.<department>` under its own keys, "
        "reads `refused.<department>`, and does nothing else.",
        "variables": {"rabbitmq": {"default": "localhost:5672"}},
        "security": [{"$ref": "#/components/securitySchemes/user"}],
    },
}
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
_TOLD: Node = {
    "type": "object",
    "required": [f"cloudEvents:{name}" for name in ("specversion", "id", "type", "source", "time")],
    "properties": {
        "cloudEvents:specversion": {"type": "string", "const": "1.0"},
        "cloudEvents:id": {"type": "string", "minLength": 1, "maxLength": 200, "description": "Yours to choose."},
        "cloudEvents:type": {"type": "string", "description": "The fact's key, which is the routing key too."},
        "cloudEvents:source": {"type": "string", "minLength": 1, "maxLength": 200},
        "cloudEvents:time": {"type": "string", "format": "date-time"},
        "cloudEvents:correlation": {"type": "string", "format": "uuid", "description": "The case."},
        "cloudEvents:traceparent": {"type": "string", "description": "W3C trace context."},
    },
}
_REFUSAL: Node = {
    "type": "object",
    "required": ["id", "type", "code", "reason", "refusal", "at"],
    "properties": {
        "id": {"type": ["string", "null"], "description": "The id that the fact had, if it could be read."},
        "type": {"type": "string"},
        "code": {"type": "string"},
        "reason": {"type": "string"},
        "refusal": {"type": "string", "format": "uuid"},
        "at": {"type": "string", "format": "date-time"},
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
        "servers": _SERVERS,
        "channels": {
            **{event.key: _channel(event) for event in events},
            **{f"ingress.{event.key}": _way_in(event) for event in events if _is_reported(event)},
            **{ingress.refusals(name): _refusals(name) for name in ingress.departments()},
        },
        "operations": _operations(events),
        "components": {
            "messages": {
                **{event.key: _message(event) for event in events},
                **{f"ingress.{event.key}": _told(event) for event in events if _is_reported(event)},
                "refusal": {"name": "refusal", "contentType": "application/json", "payload": _REFUSAL},
            },
            "messageTraits": {"CloudEvent": {"headers": _HEADERS}, "Told": {"headers": _TOLD}},
            "schemas": schemas,
            "securitySchemes": {"user": {"type": "userPassword", "description": "A user of RabbitMQ."}},
        },
    }


def _channel(event: type[Event]) -> Node:
    return {
        "address": event.key,
        "title": event.__name__,
        "servers": [{"$ref": "#/servers/core"}],
        "messages": {event.__name__: {"$ref": f"#/components/messages/{event.key}"}},
        "bindings": {"amqp": {"is": "routingKey", "exchange": _EXCHANGE, "bindingVersion": "0.3.0"}},
    }


def _is_reported(event: type[Event]) -> bool:
    return event.publisher() in ingress.departments()


def _way_in(event: type[Event]) -> Node:
    """Where the department itself reports the fact; intake then announces it on the bus."""
    exchange = {"name": ingress.entrance(event.publisher()), "type": "topic", "durable": True, "vhost": ingress.VHOST}
    return {
        "address": event.key,
        "title": f"{event.__name__}, as its department reports it",
        "servers": [{"$ref": "#/servers/ingress"}],
        "messages": {event.__name__: {"$ref": f"#/components/messages/ingress.{event.key}"}},
        "bindings": {"amqp": {"is": "routingKey", "exchange": exchange, "bindingVersion": "0.3.0"}},
    }


def _refusals(department: str) -> Node:
    queue = {"name": ingress.refusals(department), "durable": True, "vhost": ingress.VHOST}
    return {
        "address": ingress.refusals(department),
        "title": f"What was refused of {department}, and why",
        "servers": [{"$ref": "#/servers/ingress"}],
        "messages": {"refusal": {"$ref": "#/components/messages/refusal"}},
        "bindings": {"amqp": {"is": "queue", "queue": queue, "bindingVersion": "0.3.0"}},
    }


def _told(event: type[Event]) -> Node:
    return {
        "name": f"ingress.{event.key}",
        "title": event.__name__,
        "contentType": "application/json",
        "traits": [{"$ref": "#/components/messageTraits/Told"}],
        "payload": {"$ref": f"#/components/schemas/{event.__name__}"},
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
    """A department reports its facts on its own vhost; intake, which has admitted them, announces them on the bus."""
    reports = {
        f"{event.publisher()}.reports.{event.key}": _operation(
            "send", event, event.publisher(), way=f"ingress.{event.key}"
        )
        for event in events
        if _is_reported(event)
    }
    sends = {
        f"{_announcer(event)}.announces.{event.key}": _operation("send", event, _announcer(event)) for event in events
    }
    hears = {
        f"{name}.on.{key}": _operation("receive", published()[key], name, sentence)
        for key, heard in sorted(listeners().items())
        if key in published()
        for name, sentence in sorted(heard.items())
    }
    refused = {
        f"{name}.on.{ingress.refusals(name)}": {
            "action": "receive",
            "channel": {"$ref": f"#/channels/{ingress.refusals(name)}"},
            "messages": [{"$ref": f"#/channels/{ingress.refusals(name)}/messages/refusal"}],
            "tags": [{"name": name}],
        }
        for name in ingress.departments()
    }
    return reports | sends | hears | refused


def _announcer(event: type[Event]) -> str:
    return "intake" if _is_reported(event) else event.publisher()


def _operation(action: str, event: type[Event], who: str, summary: str | None = None, way: str | None = None) -> Node:
    channel = way or event.key
    return {
        "action": action,
        "channel": {"$ref": f"#/channels/{channel}"},
        "messages": [{"$ref": f"#/channels/{channel}/messages/{event.__name__}"}],
        "tags": [{"name": who}],
        **({"summary": summary} if summary else {}),
    }
