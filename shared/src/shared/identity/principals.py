"""Who has proved their identity, what a person is called, and the two ways of saying no."""

from dataclasses import dataclass
from typing import Literal

from shared.contracts.event import Actor
from shared.contracts.identities import visible
from shared.contracts.roles import Department, Role


class TurnedAway(Exception):
    """A request that is not let in. `who` is the principal who proved their identity nevertheless, for the audit."""

    def __init__(self, why: str, who: "Principal | None" = None) -> None:
        super().__init__(why)
        self.who = who


class Unauthenticated(TurnedAway):
    """No principal who may come in is asking. The text says what would be right, never what of a secret is wrong."""

    code = "unauthenticated"


class Forbidden(TurnedAway):
    """A known principal asks for what is not theirs to do."""

    code = "forbidden"


class DrawnForAnother(Forbidden):
    """A page that was drawn for one person asks in a browser where another one has signed in since."""

    code = "drawn_for_another"


@dataclass(frozen=True, slots=True)
class Principal:
    """Who has proved their identity: a member of staff with a set of roles, or a department's system.

    A role and a department of the same name are different things: `Role.FINANCE` admits no system of
    `Department.FINANCE`, and the other way round.
    """

    kind: Literal["staff", "department"]
    id: str
    roles: frozenset[Role | Department]
    name: str | None = None

    @classmethod
    def staff(cls, id: str, *roles: Role, name: str | None = None) -> "Principal":
        """A member of staff."""
        return cls("staff", id, frozenset(roles), name)

    @classmethod
    def system(cls, department: Department) -> "Principal":
        """A department's system."""
        return cls("department", department.value, frozenset((department,)))

    def acting(self, *allowed: Role | Department) -> Actor:
        """Who goes into the cause: in the first allowed role that is theirs. Forbidden when none fits.

        ValueError when no role is given: that would say nothing about who is let in.
        """
        if not allowed:
            raise ValueError("name the roles or departments that are let in")
        for role in allowed:
            if isinstance(role, self._kind) and role in self.roles:
                return self._as(role)
        needed = ", ".join(_named(role) for role in allowed)
        yours = ", ".join(sorted(_named(role) for role in self.roles))
        raise Forbidden(f"this needs one of {needed}; yours: {yours}", self)

    def acting_in_any_role(self) -> Actor:
        """Who goes into the cause: in the first of their roles, in the order of the enum. Forbidden without a role."""
        for role in self._kind:
            if role in self.roles:
                return self._as(role)
        raise Forbidden("this needs a role; you have none", self)

    @property
    def _kind(self) -> type[Role] | type[Department]:
        return Role if self.kind == "staff" else Department

    def _as(self, role: Role | Department) -> Actor:
        return Actor(kind=self.kind, id=self.id, role=role.value)


def display_name(name: object) -> str | None:
    """What a person is called, composed and without blanks around it; None stays None.

    ValueError for what is no text, is empty or longer than 128 characters, or has characters that cannot be seen.
    """
    return None if name is None else visible("name", name)


def _named(role: Role | Department) -> str:
    return f"the department {role.value}" if isinstance(role, Department) else role.value
