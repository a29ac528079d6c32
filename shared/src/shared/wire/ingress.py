"""The departments' own vhost on RabbitMQ: what is in it and who may do what, as data for the broker's operators."""

import base64
import hashlib
import os
from collections.abc import Mapping, Sequence
from typing import Any

from shared.contracts import departments as facts
from shared.contracts.event import Event

VHOST = "ingress"
REFUSED = "refused"
INBOX_BYTES = 64 * 1024 * 1024
"""Bytes of messages that wait at an entrance before further ones are refused."""
REFUSALS_KEPT = 1000
"""Messages in a queue of refusals; older ones are dropped."""
LIMITS = {"max-connections": 20, "max-channels": 40}


def departments() -> tuple[str, ...]:
    """Every department that may report facts, in alphabetical order."""
    kinds = (kind for kind in vars(facts).values() if isinstance(kind, type) and issubclass(kind, Event))
    return tuple(sorted({kind.publisher() for kind in kinds if kind.__module__ == facts.__name__}))


def entrance(department: str) -> str:
    """The exchange that a department publishes to and the queue behind it."""
    return f"in.{department}"


def refusals(department: str) -> str:
    """The queue in which a department finds what was refused, and why."""
    return f"{REFUSED}.{department}"


def definitions(
    passwords: Mapping[str, str], gateways: Sequence[str] = ("intake",), vhost: str = VHOST
) -> dict[str, Any]:
    """RabbitMQ definitions of the vhost, for its management API or `load_definitions`.

    `passwords` are those of every department and of the users of the gateway, `gateways`. A department writes to its
    own exchange under its own keys, reads its own refusals and configures nothing; the gateway reads every entrance and
    writes refusals. An entrance that is full refuses further messages, so that a flood hurts only who sends it.
    """
    return {
        "vhosts": [{"name": vhost}],
        "users": [{**user(name, passwords[name]), "limits": LIMITS} for name in (*departments(), *gateways)],
        "permissions": [
            *(_permission(name, vhost) for name in departments()),
            *(_reads_all(name, vhost) for name in gateways),
        ],
        "topic_permissions": [_own_keys(name, vhost) for name in departments()],
        "exchanges": [
            _exchange(REFUSED, "direct", vhost),
            *(_exchange(entrance(d), "topic", vhost) for d in departments()),
        ],
        "queues": [queue for name in departments() for queue in _queues(name, vhost)],
        "bindings": [binding for name in departments() for binding in _bindings(name, vhost)],
    }


def user(name: str, password: str) -> dict[str, Any]:
    """A user as definitions have it: of the password a salted hash, and no right yet."""
    salt = os.urandom(4)
    digest = hashlib.sha256(salt + password.encode()).digest()
    return {
        "name": name,
        "password_hash": base64.b64encode(salt + digest).decode(),
        "hashing_algorithm": "rabbit_password_hashing_sha256",
        "tags": "",
    }


def _permission(name: str, vhost: str) -> dict[str, str]:
    write, read = f"^in\\.{name}$", f"^refused\\.{name}$"
    return {"user": name, "vhost": vhost, "configure": "^$", "write": write, "read": read}


def _reads_all(gateway: str, vhost: str) -> dict[str, str]:
    return {"user": gateway, "vhost": vhost, "configure": "^$", "write": f"^{REFUSED}$", "read": "^in\\."}


def _own_keys(name: str, vhost: str) -> dict[str, str]:
    keys = f"^{name}\\.[a-z0-9_.]+$"
    return {"user": name, "vhost": vhost, "exchange": entrance(name), "write": keys, "read": "^$"}


def _exchange(name: str, type: str, vhost: str) -> dict[str, Any]:
    return {
        "name": name,
        "vhost": vhost,
        "type": type,
        "durable": True,
        "auto_delete": False,
        "internal": False,
        "arguments": {},
    }


def _queues(name: str, vhost: str) -> list[dict[str, Any]]:
    durable = {"vhost": vhost, "durable": True, "auto_delete": False}
    full = {"x-queue-type": "quorum", "x-max-length-bytes": INBOX_BYTES, "x-overflow": "reject-publish"}
    kept = {"x-queue-type": "quorum", "x-max-length": REFUSALS_KEPT, "x-overflow": "drop-head"}
    return [
        {"name": entrance(name), "arguments": full, **durable},
        {"name": refusals(name), "arguments": kept, **durable},
    ]


def _bindings(name: str, vhost: str) -> list[dict[str, Any]]:
    to_queue = {"vhost": vhost, "destination_type": "queue", "arguments": {}}
    return [
        {"source": entrance(name), "destination": entrance(name), "routing_key": "#", **to_queue},
        {"source": REFUSED, "destination": refusals(name), "routing_key": name, **to_queue},
    ]
