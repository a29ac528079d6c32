"""What a message is for: how firmly it is promised, when it may go out and how often."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from notify.domain.messages.rule import Condition, Rule, matter
from notify.domain.parts.piece import Piece
from shared.contracts.event import Part

Promise = Literal["at_most_once", "at_least_once"]
Class = Literal["service", "care", "staff"]
Meaning = Literal["accept", "decline", "choice", "rating"]
"""What a digit in an answer means."""


class LaterFact(Condition):
    """A later fact after which a message is no longer true: the path to the number that both are about, the same as in
    the message's line, and which of these facts are meant. The path alone may stand for it; several paths, with a slash
    between them, name a thing that has no number of its own, such as `order_no/kind`.

    `of` are the messages that it ends, without it all of the purpose. `asked` says which of them: those that were asked
    for `until` it happened, in the same step too; only `before` it; or whenever (`ever`), for a thing that is over for
    good.
    """

    about: str
    of: tuple[str, ...] = ()
    asked: Literal["until", "before", "ever"] = "until"

    @model_validator(mode="before")
    @classmethod
    def _path_alone(cls, said: Any) -> Any:
        return {"about": said} if isinstance(said, str) else said

    @property
    def of_some(self) -> bool:
        """Whether only some of these facts are meant."""
        return bool(self.when or self.unless or self.at_least or self.below)

    def means(self, message: str) -> bool:
        """Whether it is what this fact ends, whenever it was asked for."""
        return not self.of or message in self.of

    def names(self, path: str) -> bool:
        """Whether `path` of a message's line ends at the same number as `about`; a quoted segment matches any."""
        own, its = self.about.split("/"), path.split("/")
        alike = (mine == theirs or mine.startswith("'") for mine, theirs in zip(own, its, strict=False))
        return len(own) == len(its) and all(alike)

    def ends(self, fact: str, at: datetime, piece: Piece) -> bool:
        """Whether this fact, which happened then, has made untrue what is told; nothing is ended by what tells it."""
        if piece.at is None or not self.means(piece.message):
            return False
        if self.asked == "ever" or piece.at < at:
            return True
        return self.asked == "until" and piece.at == at and piece.event != fact


def _several(said: Any) -> Any:
    return said if isinstance(said, list | tuple) else (said,)


class Purpose(Part):
    """One line of the policy table.

    `promise` says what happens when it is unknown whether it went out: better never twice, or better never missed.
    `rest` respects the recipient's quiet hours. `expires` drops what is of no use any more. `cap` is per
    recipient and day, `apart` the time within which the same words are not repeated. `merge` collects what happens
    within that time into one message; `supersede` lets a newer message of the same thread replace an unsent older one.
    `ends` names the later facts after which such a message is no longer true, each with the path to the number that
    both are about: what still waits about that number then stays unsent. An entry may say which of these facts are
    meant, as a message's line does, and a fact may have several. Care rests while the customer has an open
    complaint, and ends when the customer says so.
    """

    name: str
    title: str = ""
    kind: Class = "service"
    promise: Promise = "at_least_once"
    rest: bool = True
    expires: timedelta = Field(default=timedelta(hours=72), gt=timedelta(0))
    cap: int | None = Field(default=None, ge=1)
    apart: timedelta = timedelta(0)
    merge: timedelta = timedelta(0)
    supersede: bool = False
    ends: dict[str, Annotated[tuple[LaterFact, ...], BeforeValidator(_several)]] = Field(default={})
    replies: dict[str, Meaning] = Field(default={})

    def matters(self, rule: Rule, body: Mapping[str, Any]) -> tuple[str, ...]:
        """The numbers and ids by which a later fact may settle what this line tells of a fact with this body."""
        ends = [later for entries in self.ends.values() for later in entries if later.means(rule.message)]
        paths = (path for path in (rule.about, rule.matter) if path and any(later.names(path) for later in ends))
        found = (matter(body, path) for path in paths)
        return tuple(dict.fromkeys(each for each in found if each))

    @model_validator(mode="after")
    def _ends_are_told_apart(self) -> Self:
        for fact, entries in self.ends.items():
            if len({self.ended_as(fact, later) for later in entries}) < len(entries):
                raise ValueError(
                    f"{fact}: of its entries about the same number only one may have conditions, and one none"
                )
        return self

    def ended_as(self, fact: str, later: LaterFact) -> str:
        """Under which name it is remembered that this fact has ended such a message by this entry."""
        return f"{fact} {later.about} {self.name}" if later.of_some else f"{fact} {later.about}"

    @property
    def remembered(self) -> bool:
        """Whether the address has to be asked: for caps, repetitions, and whether care was refused from there."""
        return bool(self.cap or self.apart) or self.kind == "care"

    @property
    def bulk(self) -> bool:
        """Whether it gives way to messages that are waited for."""
        return self.kind == "care"
