"""One line of the table from fact and audience to message; everything a line may say, nothing it may compute."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import Field

from notify.domain.messages.template import Channel, variant_key
from shared.contracts.event import Part
from shared.contracts.intake.customers import Concern
from shared.contracts.roles import Role

Alert = Literal["task", "chase", "escalation", "deadline", "digest"]
"""Why a colleague is alerted."""


RoleOrPath = Annotated[Role | str, Field(union_mode="left_to_right")]
"""A role, or after an @ a path to roles in the fact; any other word is a fault of the file."""
FILE = "file"
"""The word that a path begins with which goes on in the file of the customer whom a fact is about."""
KNOWN_BY = ("customer_id", "order_no", "complaint_no", "voucher_no", "register_no", "form_no")
"""The fields by which that customer is found: by the id, else as the one who was told of the number last."""


def reach(body: Mapping[str, Any], path: str) -> Any:
    """The value of a dotted path in a fact's body; of `a|b` the first that is there; `*` is each of a list; `'word`
    is the word itself."""
    return next(values_of(body, path), None)


def matter(body: Mapping[str, Any], paths: str) -> str | None:
    """The words at one path or, with a slash between them, at several; nothing where one of them is not there."""
    words = [reach(body, path) for path in paths.split("/")]
    return None if None in words else "/".join(str(word) for word in words)


def values_of(body: Mapping[str, Any], path: str) -> Iterator[Any]:
    """The values of all the options of a path that are there, the first option first."""
    for option in path.split("|"):
        value = option[1:] if option.startswith("'") else _walk(body, option.split("."))
        if value is not None and value not in ("", []):
            yield value


def _walk(value: Any, names: Sequence[str]) -> Any:
    for place, name in enumerate(names):
        if name == "*":
            return [_walk(each, names[place + 1 :]) for each in value or ()]
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


class Condition(Part):
    """Which facts are meant, by their fields.

    `when` limits to facts whose field has one of these words, `unless` to the others; a field that is not there is
    `absent`. `at_least` and `below` limit to facts whose field is a number or an amount of this size, or below it; a
    field that is not there counts as 0.
    """

    when: dict[str, tuple[str, ...]] = Field(default={})
    unless: dict[str, tuple[str, ...]] = Field(default={})
    at_least: dict[str, float] = Field(default={})
    below: dict[str, float] = Field(default={})

    def holds(self, body: Mapping[str, Any]) -> bool:
        """Whether a fact with this body is meant."""
        wanted = all(_word(reach(body, path)) in words for path, words in self.when.items())
        unwanted = any(_word(reach(body, path)) in words for path, words in self.unless.items())
        large = all(_size(reach(body, path)) >= least for path, least in self.at_least.items())
        small = all(_size(reach(body, path)) < most for path, most in self.below.items())
        return wanted and not unwanted and large and small


class RuleLine(Condition):
    """What a message's file says about one fact: whom it is told to, over which channels, in order.

    A staff line names `people` (paths to their ids) and `roles` (the roles' own names, or paths
    after an @); with `person_instead_of_role` a role hears only what has no person. With `each` every channel gets a
    message of its own; otherwise the later channels wait for the earlier ones to fail. `variant` chooses among the
    message's texts, by a word or by a {path}; where it has no such text `otherwise` is used. `values` says which field
    of the fact fills which placeholder; `file.name` is the name in the file of the customer whom a fact is about. `at`
    is a path to the moment the message is for, `ahead` how long before it goes out. `offer` is a path to the id of what
    the customer is asked about, `choices` to the list of what may be chosen, numbered from 1. Messages of one purpose
    whose facts have the same words at the paths of `thread` say the same thing; of them the one with the higher
    `revision`, else the later one, is the newer.

    `about` is a path to what people call the thing. Where it names something larger, or nothing that is told apart from
    others, `matter` names the very thing: a path, or several with a slash between them. A later fact settles the
    message by the one of them that it names by the same path.

    `milestone` is a path to a word that has to be among the policy's milestones,
    and about which the customer has not been told otherwise. An `optional` message is left out, and makes no duty,
    where its recipient has no address for it.
    """

    name: str
    event: str
    milestone: str | None = None
    optional: bool = False
    people: tuple[str, ...] = ()
    roles: tuple[RoleOrPath, ...] = ()
    person_instead_of_role: bool = False
    alert: Alert | None = None
    channels: tuple[Channel, ...] = Field(min_length=1)
    each: bool = False
    variant: str = ""
    otherwise: str = ""
    values: dict[str, str] = Field(default={})
    about: str | None = None
    matter: str | None = None
    thread: tuple[str, ...] = ()
    revision: str | None = None
    at: str | None = None
    ahead: timedelta = timedelta(0)
    wished: str | None = None
    until: str | None = None
    offer: str | None = None
    choices: str | None = None

    def paths(self) -> Iterator[tuple[str, str]]:
        """Each path into the fact that this line names, after the name of the entry that it stands in."""
        for entry in ("about", "revision", "at", "wished", "until", "milestone", "offer", "choices"):
            if path := getattr(self, entry):
                yield entry, path
        yield from (("matter", path) for path in (self.matter or "").split("/") if path)
        several: dict[str, Iterable[str]] = {
            "when": self.when,
            "unless": self.unless,
            "at_least": self.at_least,
            "below": self.below,
            "people": self.people,
            "thread": self.thread,
        }
        for entry, paths in several.items():
            yield from ((entry, path) for path in paths)
        yield from (("values", path) for path in self.values.values())
        yield from (("roles", role[1:]) for role in self.roles if not isinstance(role, Role))
        yield from (("variant", path) for path in re.findall(r"\{(.*?)\}", self.variant))


class Rule(RuleLine):
    """A line in its place: of which message it is, what that is for, for whom, and which of a customer's contacts."""

    message: str
    purpose: str
    audience: Literal["customer", "staff"]
    concern: Concern = "order"

    def staff(self, body: Mapping[str, Any]) -> tuple[tuple[str, ...], tuple[Role, ...]]:
        """The ids and the roles of the colleagues who hear of a fact with this body."""
        people = _several(reach(body, path) for path in self.people)
        if people and self.person_instead_of_role:
            return people, ()
        named = _several(role if isinstance(role, Role) else reach(body, role[1:]) for role in self.roles)
        return people, tuple(dict.fromkeys(_role(word) for word in named))

    def plans(self, body: Mapping[str, Any]) -> Iterator[tuple[Channel, ...]]:
        """The channels of each message that this line makes of a fact with this body."""
        wished = reach(body, self.wished) if self.wished else None
        channels = tuple(channel for channel in self.channels if not wished or channel in wished)
        if self.each:
            yield from ((channel,) for channel in channels)
        else:
            yield channels

    def template_for(self, body: Mapping[str, Any]) -> str:
        """The key of the text, with the fact's own word put in where the variant has a path."""
        head, brace, rest = self.variant.partition("{")
        if not brace:
            return variant_key(self.message, self.variant)
        path, _, tail = rest.partition("}")
        return variant_key(self.message, f"{head}{_word(reach(body, path))}{tail}")


def _size(value: Any) -> Decimal:
    """A number, or an amount as it is written in a fact."""
    return Decimal(str(value or 0))


def _word(value: Any) -> str:
    if value is None:
        return "absent"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _role(word: str) -> Role:
    """The role of this name; the operator hears what a fact addresses to a role that there is not."""
    try:
        return Role(word)
    except ValueError:
        return Role.OPERATOR


def _several(values: Iterable[Any]) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for value in values:
        for each in value if isinstance(value, list | tuple) else (value,):
            if each:
                found[str(each)] = None
    return tuple(found)
