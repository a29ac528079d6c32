"""What staff never say to a customer: not in a message, on the customer's page or on paper (002 七)."""

import unicodedata
from collections.abc import Sequence
from typing import Annotated

from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

from shared.contracts.vocabulary import Line, Prose

NEVER_SAID = (
    "不行",
    "不知道",
    "不可以",
    "不归我们管",
    "不是我们的责任",
    "你错了",
    "您弄错了",
    "您错了",
    "爱莫能助",
    "没办法",
    "没有办法",
    "沒辦法",
    "拆单",
)
"""Words that refuse, shirk or blame, and words that only colleagues understand."""
_HARMLESS = ("拆单扇", "拆单樘", "拆单元", "拆单层", "拆单块", "拆单片", "拆单面", "不行驶")
"""Words of the trade in which one of them stands by chance: to take down a single leaf is no splitting of an order."""
UNSAYABLE = "unsayable"
"""The rule that words for a customer break which have one of these in them."""


def never_said_in(text: str, also: Sequence[str] = ()) -> str | None:
    """The first of the words in the text that are never said to a customer; nothing where it has none.

    `also` are a company's own. Blanks and line breaks between characters hide none.
    """
    plain = "".join(unicodedata.normalize("NFKC", text).split())
    for harmless in _HARMLESS:
        plain = plain.replace(harmless, " ")
    return next((each for each in (*NEVER_SAID, *also) if each in plain), None)


def _sayable(text: str) -> str:
    if unfit := never_said_in(text):
        wrong = f"the customer reads this, and {unfit} is never said to a customer; say what can be done"
        raise PydanticCustomError(UNSAYABLE, "{wrong}", {"wrong": wrong})
    return text


SpokenProse = Annotated[Prose, AfterValidator(_sayable)]
"""A member of staff's own words that a customer will read; ValidationError for what is never said to one."""
SpokenLine = Annotated[Line, AfterValidator(_sayable)]
"""The same in one line."""
