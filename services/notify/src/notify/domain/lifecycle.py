"""The states of a notification and every way between them, as the one table that the code and the diagram follow."""

from types import MappingProxyType
from typing import Literal

from shared.aggregate import Refused

State = Literal[
    "queued", "sending", "unknown", "accepted", "delivered", "failed", "suppressed", "unresolved", "unconfirmed"
]
Signal = Literal[
    "claimed",
    "released",
    "deferred",
    "accepted",
    "put_back",
    "rejected",
    "lost",
    "parked",
    "delivered",
    "undelivered",
    "suppressed",
    "silent",
]

LIFECYCLE: MappingProxyType[tuple[State, Signal], State] = MappingProxyType(
    {
        ("queued", "claimed"): "sending",
        ("queued", "deferred"): "queued",
        ("queued", "suppressed"): "suppressed",
        ("queued", "rejected"): "failed",
        ("sending", "released"): "queued",
        ("sending", "accepted"): "accepted",
        ("sending", "put_back"): "queued",
        ("sending", "rejected"): "failed",
        ("sending", "lost"): "unknown",
        ("sending", "delivered"): "delivered",
        ("sending", "undelivered"): "failed",
        ("unknown", "released"): "queued",
        ("unknown", "accepted"): "accepted",
        ("unknown", "put_back"): "queued",
        ("unknown", "rejected"): "failed",
        ("unknown", "parked"): "unresolved",
        ("unknown", "delivered"): "delivered",
        ("unknown", "undelivered"): "failed",
        ("unresolved", "accepted"): "accepted",
        ("unresolved", "put_back"): "queued",
        ("unresolved", "delivered"): "delivered",
        ("unresolved", "undelivered"): "failed",
        ("accepted", "delivered"): "delivered",
        ("accepted", "undelivered"): "failed",
        ("accepted", "put_back"): "queued",
        ("accepted", "silent"): "unconfirmed",
        ("unconfirmed", "delivered"): "delivered",
        ("unconfirmed", "undelivered"): "failed",
        ("failed", "delivered"): "delivered",
    }
)
"""`delivered` and `suppressed` are final; a receipt may still raise what failed to delivered."""


def following(state: State, signal: Signal) -> State:
    """The state after a signal. Refused when the table has no such way."""
    try:
        return LIFECYCLE[state, signal]
    except KeyError:
        raise Refused(f"a notification that is {state} cannot be {signal}", f"not_{signal}") from None


def possible(state: State, signal: Signal) -> bool:
    """Whether the table has a way for this signal."""
    return (state, signal) in LIFECYCLE


def diagram() -> str:
    """The table as a Mermaid state diagram."""
    ways = [f"    {state} --> {target}: {signal}" for (state, signal), target in LIFECYCLE.items()]
    return "\n".join(["stateDiagram-v2", "    [*] --> queued", *ways])
