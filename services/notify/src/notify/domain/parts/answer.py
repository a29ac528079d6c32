"""What a provider said to a message, in five words that every provider's codes come down to."""

from typing import Literal

from shared.contracts.event import Part

Outcome = Literal["accepted", "permanent", "retry_later", "stop", "unknown"]
Scope = Literal["message", "template", "provider"]


class Answer(Part):
    """A provider's answer to one attempt.

    `accepted`: it has the message. `permanent`: this message to this address will never work. `retry_later`: surely not
    sent, may work after `wait` seconds. `stop`: surely not sent, and nothing of this `scope` will be until the
    configuration is repaired. `unknown`: it may or may not have the message, so it is asked before a repetition.

    `alone` says that the answer tells something of this message and its address alone, and nothing of the provider or
    the line to it: it puts nothing out of order.
    """

    outcome: Outcome
    code: str = ""
    detail: str = ""
    reference: str | None = None
    wait: float | None = None
    scope: Scope = "message"
    alone: bool = False


def accepted(reference: str | None, code: str = "OK") -> Answer:
    """The provider has the message; `reference` is its own id for it."""
    return Answer(outcome="accepted", code=code, reference=reference)


def permanent(code: str, detail: str = "") -> Answer:
    """This message to this address will never work."""
    return Answer(outcome="permanent", code=code, detail=detail)


def unsendable(detail: str) -> Answer:
    """No provider can be asked: of these words, for this address, no message can be made. The detail has neither."""
    return Answer(outcome="permanent", code="unsendable", detail=detail, alone=True)


def retry_later(code: str, detail: str = "", wait: float | None = None, *, alone: bool = False) -> Answer:
    """Surely not sent; may work later. Without `wait` (seconds) the sender's own back-off decides."""
    return Answer(outcome="retry_later", code=code, detail=detail, wait=wait, alone=alone)


def stop(code: str, detail: str = "", scope: Scope = "provider") -> Answer:
    """Surely not sent; nothing of this scope works until the configuration is repaired."""
    return Answer(outcome="stop", code=code, detail=detail, scope=scope)


def unknown(code: str, detail: str = "", *, alone: bool = False) -> Answer:
    """Bytes of the request may have left, and no answer says what became of them."""
    return Answer(outcome="unknown", code=code, detail=detail, alone=alone)


class Sighting(Part):
    """What a provider says when asked about a message whose fate is unknown.

    `seen`: it has the message. `absent`: it does not know it (yet). `blind`: it cannot be asked.
    """

    seen: Literal["seen", "absent", "blind"]
    reference: str | None = None
    code: str = ""


BLIND = Sighting(seen="blind")
ABSENT = Sighting(seen="absent")
