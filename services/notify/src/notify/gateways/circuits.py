"""Who may be asked now: a provider, or one template at a provider, that is out of order rests for a while."""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from time import monotonic

from notify.domain.parts.answer import Answer

FAILURES = 8
"""Addresses in a row that a provider failed to reach."""
REST = 30.0
"""Seconds for which a provider is not asked after so many failures."""
LONG_REST = 300.0
"""Seconds for which it is not asked after it said stop."""


@dataclass(slots=True)
class _Circuit:
    failed: set[str] = field(default_factory=set)
    last_failed: str = ""
    closed_until: float = 0.0


class Circuits:
    """In real time, seconds. A `stop` opens a circuit for LONG_REST; failures to FAILURES addresses in a row for REST.

    Failures to one address count once, and what an answer says of its message alone counts nothing: one recipient's
    trouble puts nothing out of order. After the rest one message goes first; if it gets through, the others follow. It
    is not one to the address that failed last, unless no other comes within another rest. If it gets no answer, the
    next goes first after another rest.
    """

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._circuits: dict[Hashable, _Circuit] = {}

    def lets(self, provider: str, template: str, to: str) -> bool:
        """Whether this template may be sent to this address over this provider now."""
        keys = (provider, (provider, template))
        if not all(self._may(key, to) for key in keys):
            return False
        for key in keys:
            self._probed(key)
        return True

    def opens_in(self, provider: str, template: str) -> float:
        """Seconds until it may be tried again."""
        waits = [self._circuits[key].closed_until for key in (provider, (provider, template)) if key in self._circuits]
        return max(0.0, max(waits, default=0.0) - self._clock())

    def resting(self) -> Mapping[str, float]:
        """What rests at present, and for how many seconds yet: a provider by its name, or one template at it."""
        now = self._clock()
        left = {key: each.closed_until - now for key, each in self._circuits.items() if each.closed_until > now}
        return {" ".join(map(str, key)) if isinstance(key, tuple) else str(key): wait for key, wait in left.items()}

    def heard(self, provider: str, template: str, to: str, answer: Answer) -> bool:
        """Learn from an answer about a message to this address. True when it has just put something out of order."""
        if answer.alone:
            self._let_another_go_first(provider, template, to)
            return False
        if answer.outcome == "stop":
            return self._open(provider if answer.scope == "provider" else (provider, template), LONG_REST, to)
        if answer.outcome in ("accepted", "permanent"):
            self._circuits.pop(provider, None)
            self._circuits.pop((provider, template), None)
            return False
        circuit = self._circuits.setdefault(provider, _Circuit())
        circuit.failed.add(to)
        circuit.last_failed = to
        return len(circuit.failed) >= FAILURES and self._open(provider, REST, to)

    def _may(self, key: Hashable, to: str) -> bool:
        circuit = self._circuits.get(key)
        if circuit is None or circuit.closed_until == 0.0:
            return True
        over = self._clock() - circuit.closed_until
        return over >= (REST if to == circuit.last_failed else 0.0)

    def _probed(self, key: Hashable) -> None:
        circuit = self._circuits.get(key)
        if circuit is not None and circuit.closed_until:
            circuit.closed_until = self._clock() + REST

    def _let_another_go_first(self, provider: str, template: str, to: str) -> None:
        """The message that went first after a rest says nothing about the provider."""
        for key in (provider, (provider, template)):
            circuit = self._circuits.get(key)
            if circuit is not None and circuit.closed_until:
                circuit.closed_until = min(circuit.closed_until, self._clock())
                circuit.last_failed = to

    def _open(self, key: Hashable, rest: float, to: str) -> bool:
        circuit = self._circuits.setdefault(key, _Circuit())
        fresh = circuit.closed_until <= self._clock()
        circuit.closed_until = self._clock() + rest
        circuit.last_failed = to
        return fresh
