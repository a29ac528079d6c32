"""The departments' gateway: what arrives on their vhost is verified, then admitted once or refused with the reason."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from faststream.rabbit import RabbitExchange, RabbitQueue

from intake.domain.decisions.admission import admit
from intake.domain.fact import Fact, understand
from intake.domain.parts.cloud_event import CloudEvent, Sent, Unfit, must_be_said_once, read
from intake.domain.parts.teller import Teller
from intake.domain.parts.tolerance import Tolerance
from intake.store import Facts
from shared.subscriptions import AnswerToSender, Dead, Heard
from shared.time_source import TimeSource
from shared.wire import ingress
from shared.wire.message import ATTRIBUTES, Message

_FORBIDDEN = frozenset({"cc", "bcc"})
_AS_IT_IS = frozenset({"", "identity", "utf-8"})
"""The content encodings of a body that is not packed; clients that mean its characters say utf-8."""


@dataclass(frozen=True, slots=True)
class Gateway:
    """The door for one department's facts over AMQP. Only the department's own user can write to its exchange."""

    department: str
    facts: Facts
    time: TimeSource
    tolerance: Tolerance

    @property
    def queue(self) -> str:
        """Where the department's messages arrive."""
        return ingress.entrance(self.department)

    def declared(self) -> tuple[RabbitQueue, RabbitExchange]:
        """The queue as it is: the operator of the broker declares it, and this service has no right to."""
        return RabbitQueue(self.queue, declare=False), RabbitExchange(ingress.entrance(self.department), declare=False)

    async def hear(self, message: Message) -> Heard:
        """The fact to admit. Raises Unfit with the reason, also for `sender` and `headers`.

        What a colleague told in person and an operator has repaired is still that colleague's, in that one's roles.
        """
        teller = Teller.named_by(message.user_id)
        told = self._verified(message, teller)
        person = teller.telling(told.type) if teller else None
        event = understand(self.department, told, self.time.now(), self.tolerance, teller)
        fact = Fact.blank(self.department, told)
        cause = fact.cause(told, person)
        return cause, (self.facts.touch(fact.id, lambda known: admit(known, fact, event, cause), fact),)

    def claimed(self, message: Message) -> str | None:
        """The fact's id in whichever mode it was sent."""
        return Sent(message.content_type, dict(_attributes(message.headers)), message.body).claimed

    def answer(self, message: Message, dead: Dead) -> AnswerToSender:
        """What was refused and why, for the department to find in its queue of refusals."""
        refused = {
            "id": dead.claimed,
            "type": dead.key,
            "code": dead.code,
            "reason": dead.reason,
            "refusal": str(dead.id),
            "at": dead.last_at.isoformat(),
        }
        body = json.dumps(refused, ensure_ascii=False).encode()
        return AnswerToSender(ingress.REFUSED, self.department, body)

    def _verified(self, message: Message, teller: Teller | None) -> CloudEvent:
        if teller is None and message.user_id not in (None, self.department):
            said = f"the message has user_id {message.user_id!r}"
            raise Unfit("sender", f"{said}; leave it out, or name your own user, {self.department}")
        if present := _misplaced(message):
            raise Unfit("headers", f"leave out {', '.join(present)}: a fact has one way to go and asks for no reply")
        if (encoding := message.content_encoding or "").lower() not in _AS_IT_IS:
            raise Unfit("content_type", f"send the body as it is, in UTF-8, without content_encoding {encoding!r}")
        attributes = _attributes(message.headers)
        must_be_said_once(name for name, _ in attributes)
        told = read(Sent(message.content_type, dict(attributes), message.body))
        if message.routing_key != told.type:
            raise Unfit("key", f"the routing key {message.routing_key!r} must equal the type {told.type!r}")
        return told


def gateways(facts: Facts, time: TimeSource, tolerance: Tolerance) -> Iterable[Gateway]:
    """One for each department that may report facts."""
    return tuple(Gateway(department, facts, time, tolerance) for department in ingress.departments())


def _attributes(headers: Mapping[str, Any]) -> list[tuple[str, Any]]:
    return [
        (name.removeprefix(prefix), value)
        for name, value in headers.items()
        for prefix in ATTRIBUTES
        if name.startswith(prefix)
    ]


def _misplaced(message: Message) -> list[str]:
    named = [name for name in message.headers if name.lower() in _FORBIDDEN]
    properties = {"reply_to": message.reply_to, "expiration": message.expiration}
    return named + [name for name, value in properties.items() if value is not None]
