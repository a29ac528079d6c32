"""The states of a notification and what may be decided in each: one table for the code, the views and the diagram."""

from typing import Literal

from shared.contracts.roles import Role
from shared.lifecycle import Lifecycle, Move

State = Literal[
    "queued", "sending", "unknown", "accepted", "delivered", "failed", "suppressed", "unresolved", "unconfirmed"
]
Verb = Literal[
    "claim",
    "release",
    "defer",
    "suppress",
    "accept",
    "retry",
    "fail",
    "lose",
    "park",
    "resolve",
    "deliver",
    "bounce",
    "give_up_on_receipt",
]
DESK = (Role.CS_SPECIALIST, Role.CS_SUPERVISOR, Role.CS_MANAGER, Role.CS_DIRECTOR, Role.OPERATOR)
"""Who looks after messages whose fate is unknown, and those that failed."""

LIFECYCLE: Lifecycle[State, Verb] = Lifecycle(
    "notification",
    "queued",
    {
        "claim": Move(("queued",), ("sending",)),
        "release": Move(("sending", "unknown"), ("queued",)),
        "defer": Move(("queued",)),
        "suppress": Move(("queued",), ("suppressed",)),
        "accept": Move(("sending", "unknown"), ("accepted",)),
        "retry": Move(("sending", "unknown", "accepted", "unconfirmed"), ("queued",)),
        "fail": Move(("queued", "sending", "unknown"), ("failed",)),
        "lose": Move(("sending",), ("unknown",)),
        "park": Move(("unknown",), ("unresolved",)),
        "resolve": Move(("unresolved",), ("accepted", "queued"), DESK),
        "deliver": Move(
            ("sending", "unknown", "unresolved", "accepted", "unconfirmed", "failed"),
            ("delivered",),
        ),
        "bounce": Move(("sending", "unknown", "unresolved", "accepted", "unconfirmed"), ("failed",)),
        "give_up_on_receipt": Move(("accepted",), ("unconfirmed",)),
    },
)
"""`delivered` and `suppressed` are final; a receipt may still raise what failed to delivered."""
