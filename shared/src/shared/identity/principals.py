"""Who has proved their identity, how a name becomes an identity, and the two ways of saying no."""

import unicodedata
from dataclasses import dataclass
from typing import Literal

from shared.contracts.event import Actor
from shared.contracts.roles import Department, Role

LONGEST_NAME = 128
"""Characters of a subject or of a person's name at most."""

_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Unicode categories of characters that cannot be seen or that have no meaning: control, format, surrogate, private
use, unassigned, separators of lines and paragraphs."""

_BLANK = frozenset(
    map(chr, (0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x180B, 0x180C, 0x180D, 0x180F, 0x2800, 0x3164, 0xFFA0))
) | frozenset(map(chr, (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))))
"""Letters, marks and symbols that are drawn as nothing (Unicode Default_Ignorable_Code_Point; the blank Braille)."""


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


def identity(subject: object, *, ignore_case: bool = False) -> str:
    """The identity that a subject stands for: two texts that look the same are one identity, or one is refused.

    Composed (NFC), without blanks around it, in one case where `ignore_case` says that the issuer of tokens sees no
    difference. ValueError for what is no text, is empty or longer than 128 characters, has characters that cannot be
    seen, compatibility forms (full-width letters, ligatures), or blanks other than single spaces.
    """
    text = _seen("subject", subject)
    if unicodedata.normalize("NFKC", text) != text:
        raise ValueError("the subject has compatibility forms, such as full-width letters; write plain ones")
    if " ".join(text.split()) != text:
        raise ValueError("the subject has blanks other than single spaces")
    return unicodedata.normalize("NFC", text.casefold()) if ignore_case else text


def display_name(name: object) -> str | None:
    """What a person is called, composed and without blanks around it; None stays None.

    ValueError for what is no text, is empty or longer than 128 characters, or has characters that cannot be seen.
    """
    return None if name is None else _seen("name", name)


def _seen(what: str, text: object) -> str:
    if not isinstance(text, str):
        raise ValueError(f"the {what} is no text")
    if len(text) > 4 * LONGEST_NAME:
        raise ValueError(f"the {what} is longer than {LONGEST_NAME} characters")
    seen = unicodedata.normalize("NFC", text).strip()
    if not 1 <= len(seen) <= LONGEST_NAME:
        raise ValueError(f"the {what} has {len(seen)} characters; it may have 1 to {LONGEST_NAME}")
    for character in seen:
        if unicodedata.category(character) in _UNSEEN or character in _BLANK:
            raise ValueError(f"the {what} has a character that cannot be seen, U+{ord(character):04X}")
    return seen


def _named(role: Role | Department) -> str:
    return f"the department {role.value}" if isinstance(role, Department) else role.value
