"""The stages of an aggregate and what may be done in each, as one table."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from shared.aggregate import Refused
from shared.contracts.event import Part
from shared.contracts.roles import Role

S = TypeVar("S", bound=str)
V = TypeVar("V", bound=str)


class IllegalTransition(Refused):
    """A decision that the stage does not allow. The text names what is possible instead."""

    code = "illegal_transition"


class Possible(Part):
    """One decision that the present stage allows, and the roles that may make it; without roles time or a fact does."""

    decision: str
    roles: tuple[Role, ...]


@dataclass(frozen=True, slots=True)
class Move(Generic[S]):
    """One row of the table: from which stages the decision is possible, where it may lead, and who may make it.

    Without `to` the stage stays as it is. `by` is empty for what time or an event from elsewhere decides.
    """

    when: tuple[S, ...]
    to: tuple[S, ...] = ()
    by: tuple[Role, ...] = ()


class Lifecycle(Generic[S, V]):
    """`Lifecycle("complaint", "draft", {"judge": Move(("filed",), ("upheld", "not_upheld"), MANAGERS), …})`."""

    def __init__(self, noun: str, start: S, moves: Mapping[V, Move[S]]) -> None:
        self.noun = noun
        self.start = start
        self.moves = moves
        named = [start, *(stage for move in moves.values() for stage in (*move.when, *move.to))]
        self.stages: tuple[S, ...] = tuple(dict.fromkeys(named))

    def allows(self, stage: S, decision: V) -> bool:
        """Whether the stage allows the decision. One that the table does not have is allowed in no stage."""
        return decision in self.moves and stage in self.moves[decision].when

    def must(self, stage: S, decision: V) -> None:
        """Raises IllegalTransition, with what is possible instead, when the stage does not allow the decision."""
        if self.allows(stage, decision):
            return
        offers = ", ".join(self.decisions(stage)) or "nothing any more"
        raise IllegalTransition(f"{decision} is not possible while the {self.noun} is {stage}; possible now: {offers}")

    def decisions(self, stage: S) -> tuple[V, ...]:
        """The decisions that this stage allows, in the order of the table."""
        return tuple(decision for decision, move in self.moves.items() if stage in move.when)

    def possible(self, stage: S) -> tuple[Possible, ...]:
        """What this stage allows and who may do it, for a view of the aggregate."""
        return tuple(Possible(decision=each, roles=self.moves[each].by) for each in self.decisions(stage))

    def roles(self, decision: V) -> tuple[Role, ...]:
        """Who may make this decision: what its route asks for."""
        return self.moves[decision].by

    @property
    def terminal(self) -> frozenset[S]:
        """The stages that allow nothing more that leads anywhere else."""
        return frozenset(stage for stage in self.stages if not any(self._leads_away(stage)))

    def _leads_away(self, stage: S) -> Iterable[bool]:
        return (any(to != stage for to in move.to) for move in self.moves.values() if stage in move.when)

    def mermaid(self) -> str:
        """The table as a Mermaid state diagram: the decisions that lead from a stage to another one."""
        lines = ["stateDiagram-v2", f"    [*] --> {self.start}"]
        arrows: dict[tuple[str, str], list[str]] = {}
        for decision, move in self.moves.items():
            for stage in move.when:
                for to in move.to:
                    arrows.setdefault((stage, to), []).append(decision)
        lines += [f"    {stage} --> {to}: {', '.join(decisions)}" for (stage, to), decisions in arrows.items()]
        lines += [f"    {stage} --> [*]" for stage in self.stages if stage in self.terminal]
        return "\n".join(lines) + "\n"
