"""What the pre-sales work asks and prepares: the seven questions, the visit's kit, the standing objections."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated

from pydantic import Field

from shared.clocks import Clock
from shared.contracts.event import Frozen
from shared.contracts.intake.customers import Trade
from shared.contracts.vocabulary import Line, Prose

PresalesQuestion = Annotated[str, Field(pattern=r"^q[1-7]$")]


class PresalesCall(Frozen):
    """The first call to a customer (001 售前一).

    Answers that begin with a word of `no` deny. The answer to q4 that contains a word of `trades` names the trade; the
    trades are looked through in their order.
    """

    service_type: Line
    questions: dict[PresalesQuestion, Line] = Field(min_length=7, max_length=7)
    no: tuple[Line, ...]
    trades: dict[Trade, tuple[Line, ...]]

    def open(self, answers: Mapping[str, str]) -> tuple[str, ...]:
        """The questions without an answer, in their order."""
        return tuple(name for name in self.questions if not answers.get(name, "").strip())

    def affirms(self, answer: str | None) -> bool:
        """Whether there is an answer and it does not deny."""
        return bool(answer and answer.strip()) and not str(answer).strip().startswith(self.no)

    def title(self, trade: Trade) -> Line:
        """What the company calls customers of this trade."""
        return self.trades.get(trade, ("其他",))[0]

    def trade(self, answer: str) -> Trade | None:
        """The trade that an answer names, if it names one."""
        return next((trade for trade, words in self.trades.items() if any(word in answer for word in words)), None)


class VisitRule(Frozen):
    """How a visit is prepared: what goes along, and how long before the appointment one is there (001 售前三)."""

    early: timedelta = Field(gt=timedelta())
    kit: tuple[Line, ...] = Field(min_length=1)
    clock: Clock
    text_clock: Clock
    """By when a text about a visit is read that could not be understood, and by whom (000 §3.6.1a)."""


class Objection(Frozen):
    """A question that customers usually have, and the company's answer to it (001 售前四3)."""

    question: Line
    answer: Prose
