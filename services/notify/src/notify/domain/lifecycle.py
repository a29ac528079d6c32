"""The stages of messages, slips and duties to tell a customer, and what may be decided in each, as one table each."""

from typing import Literal

from notify.domain.roles import DESK, STAFF
from shared.lifecycle import Lifecycle, Move

Stage = Literal[
    "queued", "sending", "unknown", "accepted", "delivered", "failed", "suppressed", "unresolved", "unconfirmed"
]
NotificationDecision = Literal[
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
SlipStage = Literal["posted", "acknowledged"]
SlipDecision = Literal["acknowledge", "chase"]
UnreachedStage = Literal["owed", "told", "not_needed"]
UnreachedDecision = Literal["end"]

LIFECYCLE: Lifecycle[Stage, NotificationDecision] = Lifecycle(
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
"""What was delivered or suppressed stays so. A message that failed becomes delivered when a late receipt says so."""

SLIP: Lifecycle[SlipStage, SlipDecision] = Lifecycle(
    "slip",
    "posted",
    {
        "acknowledge": Move(("posted",), ("acknowledged",), STAFF),
        "chase": Move(("posted",)),
    },
)
"""Of the staff only those whom a slip is meant for may acknowledge it: `acknowledgers` of a slip."""

UNREACHED: Lifecycle[UnreachedStage, UnreachedDecision] = Lifecycle(
    "duty to tell the customer",
    "owed",
    {"end": Move(("owed",), ("told", "not_needed"), DESK)},
)
