"""What a message is for: how firmly it is promised, when it may go out and how often."""

from datetime import timedelta
from typing import Any, Literal

from pydantic import Field, model_validator

from notify.domain.messages.rule import Condition
from shared.contracts.event import Part

Promise = Literal["at_most_once", "at_least_once"]
Class = Literal["service", "care", "staff"]
Meaning = Literal["accept", "decline", "choice", "rating"]
"""What a digit in an answer means."""


class LaterFact(Condition):
    """A later fact after which a message is no longer true: the path to the number that both are about, and which of
    these facts are meant. The path alone may stand for it."""

    about: str

    @model_validator(mode="before")
    @classmethod
    def _path_alone(cls, said: Any) -> Any:
        return {"about": said} if isinstance(said, str) else said

    @property
    def of_some(self) -> bool:
        """Whether only some of these facts are meant."""
        return bool(self.when or self.unless or self.at_least or self.below)


class Purpose(Part):
    """One line of the policy table.

    `promise` says what happens when it is unknown whether it went out: better never twice, or better never missed.
    `rest` respects the recipient's quiet hours. `expires` drops what is of no use any more. `cap` is per
    recipient and day, `apart` the time within which the same words are not repeated. `merge` collects what happens
    within that time into one message; `supersede` lets a newer message of the same thread replace an unsent older one.
    `ends` names the later facts after which such a message is no longer true, each with the path to the number that
    both are about: what still waits about that number then stays unsent. An entry may say which of these facts are
    meant, as a message's line does. Care rests while the customer has an open
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
    ends: dict[str, LaterFact] = Field(default={})
    replies: dict[str, Meaning] = Field(default={})

    def ended_as(self, fact: str) -> str:
        """Under which name it is remembered that this fact has ended such a message."""
        return f"{fact} {self.name}" if self.ends[fact].of_some else fact

    @property
    def remembered(self) -> bool:
        """Whether the address has to be asked: for caps, repetitions, and whether care was refused from there."""
        return bool(self.cap or self.apart) or self.kind == "care"

    @property
    def bulk(self) -> bool:
        """Whether it gives way to messages that are waited for."""
        return self.kind == "care"
