"""A member of a department's staff who tells a fact in person, and how a message that is kept names them."""

from collections.abc import Set

from intake.domain.parts.cloud_event import Unfit
from intake.domain.parts.reporters import REPORTERS
from shared.aggregate import one_person
from shared.contracts.departments import DONE_BY
from shared.contracts.event import Actor, Event, Part
from shared.contracts.roles import Role

_MARK = "staff"


class Teller(Part):
    """Who tells a fact in person, with the roles of that moment."""

    id: str
    roles: tuple[Role, ...]

    @classmethod
    def of(cls, id: str, roles: Set[object]) -> "Teller":
        """This colleague with these roles."""
        return cls(id=id, roles=tuple(role for role in Role if role in roles))

    @classmethod
    def named_by(cls, user_id: str | None) -> "Teller | None":
        """The colleague whom a kept message names; None of what a department sent.

        No department can name one: the broker takes no other `user_id` than that of who sends.
        """
        mark, _, rest = (user_id or "").partition(" ")
        if mark != _MARK:
            return None
        roles, _, id = rest.partition(" ")
        return cls.of(id, set(roles.split(",")))

    @property
    def user_id(self) -> str:
        """How a message that is kept names them, in the place of the department's own user."""
        return f"{_MARK} {','.join(self.roles)} {self.id}"

    def telling(self, key: str) -> Actor | None:
        """Who is behind this fact, in the role whose fact it is; None for a key that no fact has.

        Raises Unfit with `foreign_key` for other roles.
        """
        by = REPORTERS.get(key)
        if by is None:
            return None
        role = next((each for each in by if each in self.roles), None)
        if role is None:
            raise Unfit("foreign_key", f"{key} is told in person by {', '.join(by)}; tell what is yours to know")
        return Actor(kind="staff", id=self.id, role=role)

    def must_have_done(self, fact: Event) -> None:
        """Raises Unfit with `another_person` where the fact says that a colleague drew, judged, inspected or signed.

        Decisions that another person has to make are compared with this name: it has to be the teller's own.
        """
        for name, field in type(fact).model_fields.items():
            if DONE_BY in field.metadata and one_person(getattr(fact, name)) != one_person(self.id):
                said = f"{name} is who tells it in person, {self.id}"
                raise Unfit("another_person", f"{said}; what a colleague has done that colleague or your system tells")
