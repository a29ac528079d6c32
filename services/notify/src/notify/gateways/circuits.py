"""Who may be asked now: a provider, or one template at a provider, that is out of order rests for a while."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from time import monotonic

from notify.domain.parts.answer import Answer

FAILURES = 8
REST = 30.0
LONG_REST = 300.0


@dataclass(slots=True)
class _Circuit:
    failures: int = 0
    closed_until: float = 0.0


class Circuits:
    """In real time, seconds. A `stop` opens a circuit for LONG_REST, a row of FAILURES failures for REST.

    After the rest one message goes first; if it gets through, the others follow. If that one gets no answer, the
    next goes first after another rest.
    """

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._circuits: dict[Hashable, _Circuit] = {}

    def lets(self, provider: str, template: str) -> bool:
        """Whether this template may be sent over this provider now."""
        return all(self._lets(key) for key in (provider, (provider, template)))

    def opens_in(self, provider: str, template: str) -> float:
        """Seconds until it may be tried again."""
        waits = [self._circuits[key].closed_until for key in (provider, (provider, template)) if key in self._circuits]
        return max(0.0, max(waits, default=0.0) - self._clock())

    def heard(self, provider: str, template: str, answer: Answer) -> bool:
        """Learn from an answer. True when it has just put something out of order."""
        if answer.outcome == "stop":
            return self._open(provider if answer.scope == "provider" else (provider, template), LONG_REST)
        if answer.outcome in ("accepted", "permanent"):
            self._circuits.pop(provider, None)
            self._circuits.pop((provider, template), None)
            return False
        circuit = self._circuits.setdefault(provider, _Circuit())
        circuit.failures += 1
        return circuit.failures >= FAILURES and self._open(provider, REST)

    def _lets(self, key: Hashable) -> bool:
        circuit = self._circuits.get(key)
        if circuit is None or circuit.closed_until == 0.0:
            return True
        if circuit.closed_until > self._clock():
            return False
        circuit.closed_until = self._clock() + REST
        return True

    def _open(self, key: Hashable, rest: float) -> bool:
        circuit = self._circuits.setdefault(key, _Circuit())
        fresh = circuit.closed_until <= self._clock()
        circuit.closed_until = self._clock() + rest
        return fresh
