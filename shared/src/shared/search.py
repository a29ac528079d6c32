"""What a text is found by, for an indexed list: pairs of neighbouring characters, initials in pinyin, last digits."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache

from pypinyin import Style, lazy_pinyin, pinyin

HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
_PAIR = re.compile(rf"(?=({HAN.pattern}.|.{HAN.pattern}))")
_NEIGHBOURS = 2
"""Characters on each side that are looked at to tell how one is read."""
LEAST_DIGITS, MOST_DIGITS = 4, 11
"""How many last digits of a number are asked for at least, and how many are compared at most: a mobile number's."""


def tokens(names: Iterable[str] = (), texts: Iterable[str] = (), numbers: Iterable[str] = ()) -> tuple[str, ...]:
    """What is kept with a row so that it is found; sorted, each once.

    Names are found by their characters and by their initials in pinyin, other texts by their characters, numbers (of
    phones, orders, contracts) by at least four last digits or as a whole. Full-width characters, capitals and
    punctuation make no difference.
    """
    named = tuple(names)
    found = {token for text in (*named, *texts) for token in _pairs("".join(_parts(text)))}
    found |= {token for name in named for token in _initials(name)}
    found |= {token for number in numbers for token in _ends(number)}
    return tuple(sorted(found))


def asked(question: str) -> tuple[str, ...]:
    """The tokens that a row must have, all of them, to answer a question in words that blanks part.

    Empty when no word says enough: two characters, two letters or four digits are the least.
    """
    words = unicodedata.normalize("NFKC", question).split()
    return tuple(dict.fromkeys(token for word in words for token in _asked(word)))


def _asked(word: str) -> Iterator[str]:
    text = "".join(_parts(word))
    if HAN.search(text):
        yield from (pair for part in _parts(word) for pair in _pairs(part))
    elif text.isdigit():
        if len(text) >= LEAST_DIGITS:
            yield f"#{text[-MOST_DIGITS:]}"
    elif text.isalpha():
        yield from (f"@{gram}" for gram in _grams(text, 2 if len(text) == 2 else 3))
    elif text:
        yield f"={text}"


def _parts(text: str) -> list[str]:
    """The runs of letters, digits and Chinese characters, in one width and case."""
    return re.findall(r"[^\W_]+", unicodedata.normalize("NFKC", text).lower())


def _grams(text: str, size: int) -> Iterator[str]:
    return (text[start : start + size] for start in range(len(text) - size + 1))


def _pairs(part: str) -> list[str]:
    """Each two neighbours of which one is Chinese."""
    return _PAIR.findall(part)


def _initials(name: str) -> Iterator[str]:
    text = "".join(_parts(name))
    letters = _letters(text)
    for size in (2, 3):
        yield from (f"@{gram}" for gram in _grams(letters, size))


def _letters(text: str) -> str:
    """The initials of a text. Only where a character has several, its neighbours tell which one it is."""
    return "".join(
        _letter(each)
        or _letter_among(text[max(place - _NEIGHBOURS, 0) : place + _NEIGHBOURS + 1], min(place, _NEIGHBOURS))
        for place, each in enumerate(text)
    )


@cache
def _letter(character: str) -> str | None:
    """The one initial of a character; nothing for a character that is read in ways that begin differently."""
    (readings,) = pinyin(character, style=Style.FIRST_LETTER, heteronym=True)
    return readings[0] if len(set(readings)) == 1 else None


@lru_cache(maxsize=100_000)
def _letter_among(characters: str, place: int) -> str:
    """The initial of one character as it is read among its neighbours: 重 of 重庆 is c, of 重量 z."""
    letters = "".join(lazy_pinyin(characters, style=Style.FIRST_LETTER))
    if len(letters) == len(characters):
        return letters[place]
    return pinyin(characters[place], style=Style.FIRST_LETTER)[0][0]


def _ends(number: str) -> Iterator[str]:
    whole = "".join(_parts(number))
    digits = "".join(each for each in whole if each.isdigit())
    yield from (f"#{digits[-length:]}" for length in range(LEAST_DIGITS, min(len(digits), MOST_DIGITS) + 1))
    if not whole.isdigit():
        yield f"={whole}"
