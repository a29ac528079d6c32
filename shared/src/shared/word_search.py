"""How rows are asked for by words: the word that fewest rows have comes first, because the index walks along it."""

from asyncio import gather
from operator import itemgetter
from typing import Any

from shared.aggregate import Refused
from shared.search import Sought, asked
from shared.store import AllOf, Store

COMMON = 3000
"""From so many rows on a word is common: of which of two common words there are more is not counted."""
WORDS_COUNTED = 12
"""Words of a question that are counted, the first ones; the others are looked at behind them."""
COMMON_REMEMBERED = 10_000
"""Common words that a process remembers for one collection."""


class WordSearch:
    """Finds the rows of one store by the tokens in their field `found_by`."""

    def __init__(self, rows: Store[Any]) -> None:
        self._rows = rows
        self._common: set[Sought] = set()

    async def holding(self, question: str | None, *also: Sought) -> AllOf | None:
        """What the found rows have, `also` among it, the rarest first. None where nothing is asked for.

        Refused with `too_short` for a question that says too little: two characters, two letters or four digits are
        the least.
        """
        wanted = asked(question) if question is not None else ()
        if question is not None and not wanted:
            raise Refused("ask for two characters, two initials or four digits at least", "too_short")
        words = tuple(dict.fromkeys((*also, *wanted)))
        if len(words) < 2:
            return AllOf(*words) if words else None
        counts = await gather(*(self._rows_with(each) for each in words[:WORDS_COUNTED]))
        rarest_first = sorted(zip(counts, words[:WORDS_COUNTED], strict=True), key=itemgetter(0))
        return AllOf(*(each for _, each in rarest_first), *words[WORDS_COUNTED:])

    async def _rows_with(self, word: Sought) -> int:
        """How many rows have this word, up to COMMON. One that was common once stays so, and is not counted again."""
        if word in self._common:
            return COMMON
        found = await self._rows.count({"found_by": AllOf(word)}, COMMON)
        if found == COMMON and len(self._common) < COMMON_REMEMBERED:
            self._common.add(word)
        return found
