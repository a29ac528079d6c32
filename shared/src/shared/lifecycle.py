"""The stages of an aggregate and what may be done in each, as one table."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Generic, TypeVar

from pydantic import Field

from shared.aggregate import Aggregate, Refused, one_person
from shared.contracts.event import Part
from shared.contracts.roles import Department, Role
from shared.contracts.vocabulary import StaffId

S = TypeVar("S", bound=str)
V = TypeVar("V", bound=str)
T = TypeVar("T")


class IllegalTransition(Refused):
    """A decision that the stage does not allow. The text names what is possible instead."""

    code = "illegal_transition"


class Possible(Part):
    """One decision that people may make now, and the roles that may; what time or a fact decides is none of these.

    Of those in these roles, `only` these colleagues make it, where it names some, and never one of `another_than`.
    """

    decision: str
    roles: tuple[Role, ...] = Field(min_length=1)
    only: tuple[StaffId, ...] = Field(default=(), description="Whose it is; empty: everybody's in these roles.")
    another_than: tuple[StaffId, ...] = Field(
        default=(), description="Who had a hand in it before, and therefore may not make it in any role."
    )

    def is_for(self, staff: StaffId, roles: frozenset[Role | Department]) -> bool:
        """Whether a colleague in these roles may make it."""
        person = one_person(staff)
        named = not self.only or person in map(one_person, self.only)
        return named and person not in map(one_person, self.another_than) and not roles.isdisjoint(self.roles)


@lru_cache(maxsize=4096)
def _possible(
    decision: str, roles: tuple[Role, ...], only: tuple[StaffId, ...], another_than: tuple[StaffId, ...]
) -> Possible:
    """The same for all rows of a list that say the same: a list of fifty cases names hundreds."""
    return Possible(decision=decision, roles=roles, only=only, another_than=another_than)


class Lacking(Part):
    """One decision that the stage allows and that waits for something else: who makes it then, and the code with which
    it is refused until then.

    A decision that misses several things is none of these as soon as one of them has no code: it is not waited for.
    """

    decision: str
    roles: tuple[Role, ...] = Field(min_length=1)
    code: str


@dataclass(frozen=True, slots=True)
class Need(Generic[T]):
    """What a decision needs besides its stage, and the code with which it is refused until then.

    Without a code nothing is waited for: the decision was made already, or there is nothing that it could be about.
    """

    met: Callable[[T], bool]
    code: str | None = None


Needs = Mapping[V, tuple[Need[T], ...]]
"""What the decisions about a thing need besides its stage; one without a row needs nothing."""


def whose_needs_are_met(allowed: Iterable[Possible], needs: Needs[Any, T], thing: T) -> tuple[Possible, ...]:
    """Those of the decisions that the stage allows for which nothing else is missing."""
    return tuple(each for each in allowed if all(need.met(thing) for need in needs.get(each.decision, ())))


def lacking(allowed: Iterable[Possible], needs: Needs[Any, T], thing: T) -> tuple[Lacking, ...]:
    """Those that wait for something, each with the first thing that it waits for."""
    found: list[Lacking] = []
    for each in allowed:
        unmet = [need for need in needs.get(each.decision, ()) if not need.met(thing)]
        codes = [need.code for need in unmet if need.code is not None]
        if codes and len(codes) == len(unmet):
            found.append(Lacking(decision=each.decision, roles=each.roles, code=codes[0]))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Move(Generic[S]):
    """One row of the table: from which stages the decision is possible, where it may lead, and who may make it.

    Without `to` the stage stays as it is. `by` is empty for what time or an event from elsewhere decides, and where
    `by_policy` says that the company's policy names who may. A decision that leads to different stages from different
    ones has several rows.
    """

    when: tuple[S, ...]
    to: tuple[S, ...] = ()
    by: tuple[Role, ...] = ()
    by_policy: bool = False


class Lifecycle(Generic[S, V]):
    """`Lifecycle("complaint", "draft", {"judge": Move(("filed",), ("upheld", "not_upheld"), MANAGERS), …})`.

    A decision without a row is known, and possible in no stage. ValueError for a table with a mistake: two rows
    for one decision in one stage, a stage that nothing leads to, a start in which nothing is possible, a role that
    there is not or that stands twice, a row without a stage or with both ways to say who.
    """

    def __init__(self, noun: str, start: S, moves: Mapping[V, Move[S] | tuple[Move[S], ...]]) -> None:
        self.noun = noun
        self.start = start
        self.moves = {name: rows if isinstance(rows, tuple) else (rows,) for name, rows in moves.items()}
        every = [move for rows in self.moves.values() for move in rows]
        named = [start, *(stage for move in every for stage in (*move.when, *move.to))]
        self.stages: tuple[S, ...] = tuple(dict.fromkeys(named))
        self._rows = {
            stage: {name: move for name, rows in self.moves.items() for move in rows if stage in move.when}
            for stage in self.stages
        }
        self._arrows = {(stage, to) for move in every for stage in move.when for to in move.to}
        if flaws := tuple(self._flaws()):
            raise ValueError(f"the lifecycle of the {noun} has mistakes: {'; '.join(flaws)}")

    def _flaws(self) -> Iterator[str]:
        every = [move for rows in self.moves.values() for move in rows]
        for decision, rows in self.moves.items():
            stages = [stage for move in rows for stage in move.when]
            yield from (
                f"{decision} stands twice for {stage}" for stage in dict.fromkeys(stages) if stages.count(stage) > 1
            )
        reached = {self.start, *(to for move in every for to in move.to)}
        yield from (f"nothing leads to {stage}" for stage in self.stages if stage not in reached)
        if not any(self.start in move.when for move in every):
            yield f"nothing is possible in its start, {self.start}"
        strange = dict.fromkeys(role for move in every for role in move.by if not isinstance(role, Role))
        yield from (f"{role} is no role" for role in strange)
        for decision, rows in self.moves.items():
            yield from _flaws_of(decision, rows)

    def move(self, stage: S, decision: V) -> Move[S] | None:
        """The row for a decision in this stage; None where the stage does not allow it.

        ValueError for a decision or a stage that the table does not know.
        """
        if decision not in self.moves or stage not in self.stages:
            raise ValueError(f"the lifecycle of the {self.noun} knows no decision {decision} in a stage {stage}")
        return self._rows[stage].get(decision)

    def allows(self, stage: S, decision: V) -> bool:
        """Whether the stage allows the decision. ValueError for one that the table does not know."""
        return self.move(stage, decision) is not None

    def must(self, stage: S, decision: V) -> None:
        """Raises IllegalTransition, with what is possible instead, when the stage does not allow the decision.

        ValueError for a decision or a stage that the table does not know: that is a mistake in the code.
        """
        if self.allows(stage, decision):
            return
        offers = ", ".join(self.decisions(stage)) or "nothing any more"
        raise IllegalTransition(f"{decision} is not possible while the {self.noun} is {stage}; possible now: {offers}")

    def must_lead(self, stage: S, to: S) -> None:
        """ValueError where no decision leads from one stage to another one: the table or the decision is wrong."""
        if to != stage and (stage, to) not in self._arrows:
            raise ValueError(f"no decision of the lifecycle leads a {self.noun} from {stage} to {to}")

    def decisions(self, stage: S) -> tuple[V, ...]:
        """The decisions that this stage allows, in the order of the table."""
        return tuple(self._rows[stage])

    def possible(
        self,
        stage: S,
        entitled: Mapping[V, tuple[Role, ...]] = MappingProxyType({}),
        *,
        only: Mapping[V, StaffId] = MappingProxyType({}),
        another_than: Mapping[V, Iterable[StaffId | None]] = MappingProxyType({}),
    ) -> tuple[Possible, ...]:
        """What people may do in this stage, and who of them, for a view of the aggregate.

        `entitled` says who makes a decision about which the company's policy, or the aggregate itself, says so; of the
        others the table does. What time or an event decides is not among it. `only` names whose decision it is, and
        `another_than` who had a hand in it before and may not make it.
        """
        made = ((decision, entitled.get(decision, move.by)) for decision, move in self._rows[stage].items())
        return tuple(
            _possible(
                decision,
                roles,
                (only[decision],) if decision in only else (),
                tuple(dict.fromkeys(each for each in another_than.get(decision, ()) if each)),
            )
            for decision, roles in made
            if roles
        )

    def roles(self, decision: V) -> tuple[Role, ...]:
        """Who may make this decision, in one stage or another: what its route asks for.

        ValueError for a decision that the table does not know.
        """
        if decision not in self.moves:
            raise ValueError(f"the lifecycle of the {self.noun} knows no decision {decision}")
        return tuple(dict.fromkeys(role for move in self.moves[decision] for role in move.by))

    @property
    def terminal(self) -> frozenset[S]:
        """The stages that allow nothing more that leads anywhere else."""
        return frozenset(stage for stage in self.stages if not any(self._leads_away(stage)))

    def _leads_away(self, stage: S) -> Iterable[bool]:
        moves = (move for decision in self.moves if (move := self.move(stage, decision)))
        return (any(to != stage for to in move.to) for move in moves)

    def mermaid(self) -> str:
        """The table as a Mermaid state diagram: the decisions that lead from a stage to another one."""
        lines = ["stateDiagram-v2", f"    [*] --> {self.start}"]
        arrows: dict[tuple[str, str], list[str]] = {}
        for decision, move in ((name, move) for name, rows in self.moves.items() for move in rows):
            for stage in move.when:
                for to in move.to:
                    arrows.setdefault((stage, to), []).append(decision)
        lines += [f"    {stage} --> {to}: {', '.join(decisions)}" for (stage, to), decisions in arrows.items()]
        lines += [f"    {stage} --> [*]" for stage in self.stages if stage in self.terminal]
        return "\n".join(lines) + "\n"


def _flaws_of(decision: str, rows: tuple[Move[Any], ...]) -> Iterator[str]:
    """What is wrong with the rows of one decision, each by itself."""
    for move in rows:
        if not move.when:
            yield f"{decision} has a row without a stage"
        if len(set(move.by)) < len(move.by):
            yield f"{decision} names a role twice"
        if move.by and move.by_policy:
            yield f"{decision} is made by the roles of the table or by those of the policy, not by both"


G = TypeVar("G", bound=Aggregate)


@dataclass(frozen=True, slots=True)
class Follows:
    """That the stage of an aggregate, in this field, changes along this table alone, or along the one it names."""

    table: Lifecycle[Any, Any] | Callable[[Any], Lifecycle[Any, Any]]
    field: str

    def must_lead(self, aggregate: Aggregate, fields: Mapping[str, Any]) -> None:
        """ValueError where these new fields give the aggregate a stage to which no decision leads from its own."""
        if self.field in fields:
            table = self.table if isinstance(self.table, Lifecycle) else self.table(aggregate)
            table.must_lead(getattr(aggregate, self.field), fields[self.field])


def follows(
    table: Lifecycle[Any, Any] | Callable[[Any], Lifecycle[Any, Any]], field: str = "stage"
) -> Callable[[type[G]], type[G]]:
    """`@follows(LIFECYCLE)` above an aggregate: `but` changes its stage only along the table, in whatever decision.

    `table` is one for all of its kind, or tells which one an aggregate follows; `field` is where the stage stands.
    """

    def mark(kind: type[G]) -> type[G]:
        kind.followed = Follows(table, field)
        return kind

    return mark
