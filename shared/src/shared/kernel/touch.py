"""One decision about one aggregate, named but not yet made, and what a commit needs to know of its collection."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, Protocol, TypeVar
from uuid import UUID

from shared.aggregate import A, Cause, Change, Decision
from shared.kernel.documents import Documents

A_co = TypeVar("A_co", covariant=True)


class Collection(Protocol[A_co]):
    """A store as the kernel sees it: where its documents are, and how a stored state becomes an aggregate."""

    collection: ClassVar[str]
    remembered: ClassVar[bool]
    """Whether a decision may begin with what this process wrote last; not where aggregates are removed and reborn."""

    @property
    def documents(self) -> Documents:
        """Where they are kept."""
        ...

    @property
    def noun(self) -> str:
        """What one of its aggregates is called in messages to people."""
        ...

    def revive(self, state: Mapping[str, Any]) -> A_co:
        """The aggregate that was stored as this state."""
        ...

    def ran_out(self, aggregate: Any, version: int, cause: Cause) -> "tuple[Cause, Touch[Any]] | None":
        """The cause and the touch of a deadline that has passed before this cause and comes first; None without one."""
        ...


@dataclass(frozen=True, slots=True)
class Touch(Generic[A]):
    """One decision about one aggregate, named but not yet made. A birth carries its change instead of a decision."""

    collection: Collection[A]
    id: UUID
    decide: Decision[A] | None = None
    start: A | None = None
    born: Change[A] | None = None


Wanted = Touch[Any] | Iterable[Touch[Any]] | None
"""What a reaction or an occurrence answers: one touch, several, or none."""
