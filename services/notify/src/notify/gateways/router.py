"""Which gateway takes a message: the channel's providers in their order, without those that are out of order."""

from collections.abc import Iterator, Mapping, Sequence

from notify.domain.messages.template import Channel, Words
from notify.domain.notification import Notification
from notify.domain.parts.answer import Answer
from notify.gateways.circuits import Circuits
from notify.gateways.gateway import Gateway

ELSEWHERE = {"retry_later", "stop"}


class GatewayRouter:
    """All gateways of a deployment. A message moves to another provider only when it has surely not been sent."""

    def __init__(self, gateways: Mapping[Channel, Sequence[Gateway]], circuits: Circuits | None = None) -> None:
        self._gateways = gateways
        self._circuits = circuits or Circuits()

    def __iter__(self) -> Iterator[Gateway]:
        for gateways in self._gateways.values():
            yield from gateways

    def named(self, name: str) -> Gateway | None:
        """The gateway of this name."""
        return next((gateway for gateway in self if gateway.name == name), None)

    def choose(self, notification: Notification, words: Words) -> Gateway | None:
        """The first provider that may be asked and has not just put this message off, else one that has."""
        able = self._able(notification, words)
        fresh = [gateway for gateway in able if gateway.name not in _put_off(notification)]
        for gateway in [*fresh, *able]:
            if self._circuits.lets(gateway.name, words.template, notification.way.address):
                return gateway
        return None

    def opens_in(self, notification: Notification, words: Words) -> float:
        """Seconds until one of the providers may be asked again."""
        waits = [self._circuits.opens_in(each.name, words.template) for each in self._able(notification, words)]
        return min(waits, default=0.0)

    def heard(self, gateway: Gateway, words: Words, to: str, answer: Answer) -> bool:
        """Learn from an answer about a message to this address. True when it has just put something out of order."""
        return self._circuits.heard(gateway.name, words.template, to, answer)

    def states(self) -> Mapping[str, str]:
        """How each provider is, in Chinese for operators, and each template that rests at one."""
        resting = self._circuits.resting()
        rests = {name: f"停用，{wait:.0f}秒后再试" for name, wait in resting.items()}
        return {gateway.name: "正常" for gateway in self} | rests

    async def close(self) -> None:
        """Give up all connections."""
        for gateway in self:
            await gateway.close()

    def _able(self, notification: Notification, words: Words) -> list[Gateway]:
        return [each for each in self._gateways.get(notification.way.channel, ()) if each.carries(words)]


def _put_off(notification: Notification) -> set[str]:
    """Providers that put this message off on its way since the last round over all of them."""
    channel = notification.way.channel
    return {
        each.provider for each in notification.attempts[-3:] if each.channel == channel and each.outcome in ELSEWHERE
    }
