"""What each service may do on the bus and in the database, as RabbitMQ and MongoDB want to be told."""

from collections.abc import Mapping
from typing import Any

from shared.contracts.catalogue import published
from shared.wire import ingress
from shared.wire.broker import EVENTS, UNHEARD

OPERATOR = "operator"
"""RabbitMQ's administrator and MongoDB's root."""

CORE = "kefu"


def services() -> tuple[str, ...]:
    """Every service that announces something, in alphabetical order."""
    return tuple(sorted({event.publisher() for event in published().values()} - set(ingress.departments())))


def bus_definitions(passwords: Mapping[str, str], gateway: str = "intake", vhost: str = CORE) -> dict[str, Any]:
    """RabbitMQ definitions of the core vhost, for its management API or `load_definitions`.

    `passwords` are those of every service. A service reaches the exchanges of the bus and its own queues, no sibling's;
    and it announces only events that are its own, the gateway also those that departments report.
    """
    return {
        "vhosts": [{"name": vhost, "default_queue_type": "quorum"}],
        "users": [ingress.user(name, passwords[name]) for name in services()],
        "permissions": [_own_places(name, vhost) for name in services()],
        "topic_permissions": [
            _own_keys(name, vhost, (name, *ingress.departments()) if name == gateway else (name,))
            for name in services()
        ],
    }


def database_users(passwords: Mapping[str, str]) -> list[dict[str, Any]]:
    """One MongoDB user for each service, known in the database of the service's name and good for that one alone."""
    return [{"name": name, "database": name, "password": passwords[name], "role": "readWrite"} for name in services()]


def _own_places(name: str, vhost: str) -> dict[str, str]:
    places = rf"^({EVENTS.name}|{UNHEARD.name}|{name}\.on\..+)$"
    return {"user": name, "vhost": vhost, "configure": places, "write": places, "read": places}


def _own_keys(name: str, vhost: str, publishers: tuple[str, ...]) -> dict[str, str]:
    keys = rf"^({'|'.join(publishers)})\.[a-z0-9_.]+$"
    return {"user": name, "vhost": vhost, "exchange": EVENTS.name, "write": keys, "read": ".*"}
