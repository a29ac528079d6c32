"""The figures of one run of the chaos ring, added up over its tests."""

from dataclasses import dataclass, field


@dataclass
class Tally:
    """What was done, what came of it, and lines that say more."""

    facts: int = 0
    faults: int = 0
    lost: int = 0
    repeated: int = 0
    slowest: float = 0.0
    lines: list[str] = field(default_factory=list)

    def add(self, *, facts: int, recoveries: list[float], lost: int, repeated: int) -> None:
        self.facts += facts
        self.faults += len(recoveries)
        self.lost += lost
        self.repeated += repeated
        self.slowest = max(self.slowest, *recoveries)

    def __str__(self) -> str:
        verdict = f"{self.lost} lost, {self.repeated} repeated, recovered in max {self.slowest:.1f} s"
        return f"chaos: {self.facts} facts, {self.faults} faults, {verdict}"
