"""What each service may do on the bus and in the database, as RabbitMQ and MongoDB want to be told."""

from collections.abc import Mapping
from typing import Any

from shared.contracts.catalogue import published
from shared.wire import ingress
from shared.wire.broker import EVENTS, UNHEARD

OPERATOR = "operator"
"""RabbitMQ's administrator and MongoDB's root."""

CONSOLE = "console"
"""The console's user: it hears what is announced, by a queue of its own, and announces nothing. Its replicas tell one
another who has signed out."""

CORE = "kefu"


def services() -> tuple[str, ...]:
    """Every service that announces something, in alphabetical order."""
    return tuple(sorted({event.publisher() for event in published().values()} - set(ingress.departments())))


def bus_clients() -> tuple[str, ...]:
    """Every service, and the console."""
    return (*services(), CONSOLE)


def logins(name: str) -> tuple[str, str]:
    """The two users of a client of the bus, alike in their rights: one is in use while the other's password changes."""
    return name, f"{name}-2"


def bus_definitions(passwords: Mapping[str, str], gateway: str = "intake", vhost: str = CORE) -> dict[str, Any]:
    """RabbitMQ definitions of the core vhost, for its management API or `load_definitions`.

    `passwords` are those of every service, or of both its logins. A service reaches the exchanges of the bus and its
    own queues, no sibling's; and it announces only events that are its own, the gateway also those that departments
    report. The console hears, and announces nothing.
    """
    users = [(name, user) for name in services() for user in logins(name) if user in passwords]
    listening = [user for user in logins(CONSOLE) if user in passwords]
    return {
        "vhosts": [{"name": vhost, "default_queue_type": "quorum"}],
        "users": [ingress.user(user, passwords[user]) for user in (*(user for _, user in users), *listening)],
        "permissions": [
            *(_own_places(name, user, vhost) for name, user in users),
            *(_hearing(user, vhost) for user in listening),
        ],
        "topic_permissions": [
            *(
                _own_keys(user, vhost, (name, *ingress.departments()) if name == gateway else (name,))
                for name, user in users
            ),
            *(_no_keys(user, vhost) for user in listening),
        ],
    }


def database_users(passwords: Mapping[str, str]) -> list[dict[str, Any]]:
    """MongoDB's users: every login of a service, known in the database of its name and good for that one alone."""
    return [
        {"name": user, "database": name, "password": passwords[user], "role": "readWrite"}
        for name in services()
        for user in logins(name)
        if user in passwords
    ]


def _own_places(name: str, user: str, vhost: str) -> dict[str, str]:
    places = rf"^({EVENTS.name}|{UNHEARD.name}|{name}\.on\..+)$"
    return {"user": user, "vhost": vhost, "configure": places, "write": places, "read": places}


def _own_keys(user: str, vhost: str, publishers: tuple[str, ...]) -> dict[str, str]:
    keys = rf"^({'|'.join(publishers)})\.[a-z0-9_.]+$"
    return {"user": user, "vhost": vhost, "exchange": EVENTS.name, "write": keys, "read": ".*"}


def _hearing(user: str, vhost: str) -> dict[str, str]:
    """A queue that the broker names goes with its connection; no other is reached, and no event is published."""
    own, among_us = r"amq\.gen-.+", r"amq\.fanout"
    return {
        "user": user,
        "vhost": vhost,
        "configure": rf"^{own}$",
        "write": rf"^({among_us}|{own})$",
        "read": rf"^({EVENTS.name}|{among_us}|{own})$",
    }


def _no_keys(user: str, vhost: str) -> dict[str, str]:
    return {"user": user, "vhost": vhost, "exchange": EVENTS.name, "write": "^$", "read": ".*"}
