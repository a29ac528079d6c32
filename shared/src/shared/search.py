"""What a text is found by, for an indexed list: pairs of neighbouring characters, initials in pinyin, last digits."""

import json
import os
import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from importlib.resources import files
from string import ascii_lowercase
from string import digits as arabic_digits

from shared.kernel.conditions import Beginning, OneOf

os.environ |= {"PYPINYIN_NO_PHRASES": "1", "PYPINYIN_NO_DICT_COPY": "1"}
from pypinyin import Style, lazy_pinyin, load_phrases_dict, pinyin

HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
_PAIR = re.compile(rf"(?=({HAN.pattern}.|.{HAN.pattern}))")
_MEMBER = re.compile(r"\s*[{,]\s*(?=\")")
_NEIGHBOURS = 2
"""Characters on each side that are looked at to tell how one is read."""
LONGEST_WORD = 2 * _NEIGHBOURS + 1
"""Characters of a word that tells it."""
LEAST_DIGITS, MOST_DIGITS = 4, 11
"""How many last digits of a number are asked for at least, and how many are compared at most: a mobile number's."""
_USUAL = frozenset(ascii_lowercase + arabic_digits)
"""What the third of three initials may be; where it is anything else the two before it stand alone."""
Sought = str | Beginning | OneOf
"""What one of a row's tokens must be."""


def tokens(names: Iterable[str] = (), texts: Iterable[str] = (), numbers: Iterable[str] = ()) -> tuple[str, ...]:
    """What is kept with a row so that it is found; sorted, each once.

    Names are found by their characters and by their initials in pinyin, other texts by their characters, numbers (of
    phones, orders, contracts) by at least four last digits or as a whole. Full-width characters, capitals and
    punctuation make no difference. Each token costs an entry of an index: a number is kept once, its last digits
    backwards, and of initials the three that begin at each place.
    """
    named = tuple(names)
    found = {token for text in (*named, *texts) for token in _pairs("".join(_parts(text)))}
    found |= {token for name in named for token in _initials(name)}
    found |= {token for number in numbers for token in _number(number)}
    return tuple(sorted(found))


def asked(question: str) -> tuple[Sought, ...]:
    """What a row must have, all of it, to answer a question in words that blanks part; what few rows have comes first.

    Empty when no word says enough: two characters, two letters or four digits are the least. Rows whose tokens were
    made before numbers were kept once are found as well.
    """
    words = unicodedata.normalize("NFKC", question).split()
    found = dict.fromkeys(each for word in words for each in _asked(word))
    return tuple(sorted(found, key=_commonness))


def _asked(word: str) -> Iterator[Sought]:
    text = "".join(_parts(word))
    if HAN.search(text):
        yield from (pair for part in _parts(word) for pair in _pairs(part))
    elif text.isdigit():
        if len(text) >= LEAST_DIGITS:
            yield _ending(text[-MOST_DIGITS:])
    elif len(text) == 2 and text.isalpha():
        yield OneOf(f"@{text}", *(f"@{text}{third}" for third in sorted(_USUAL)))
    elif text.isalpha():
        yield from (f"@{_three(gram)}" for gram in _grams(text, 3))
    elif text:
        yield f"={text}"


def _ending(last: str) -> OneOf:
    """A number that ends so: as it is kept, or as each of its endings used to be."""
    backwards = f"~{last[::-1]}"
    return OneOf(f"#{last}", backwards if len(last) == MOST_DIGITS else Beginning(backwards))


def _commonness(sought: Sought) -> int:
    """Two initials are in many rows, the end of a number is in few."""
    if isinstance(sought, OneOf):
        return 0 if str(sought.values[0]).startswith("#") else 2
    return 1


def _parts(text: str) -> list[str]:
    """The runs of letters, digits and Chinese characters, in one width and case."""
    return re.findall(r"[^\W_]+", unicodedata.normalize("NFKC", text).lower())


def _grams(text: str, size: int) -> Iterator[str]:
    return (text[start : start + size] for start in range(len(text) - size + 1))


def _pairs(part: str) -> list[str]:
    """Each two neighbours of which one is Chinese."""
    return _PAIR.findall(part)


def _initials(name: str) -> Iterator[str]:
    """Three at each place. A family name is read in ways of its own, 曾 as z and 单 as s: it counts in all of them."""
    text = "".join(_parts(name))
    letters = _letters(text)
    yield from (f"@{_three(letters[start : start + 3])}" for start in range(len(letters) - 1))
    if len(letters) > 1:
        yield from (f"@{_three(first + letters[1:3])}" for first in _readings(text[0]))


def _three(letters: str) -> str:
    """Three initials, or two where the third is not a usual one."""
    return letters if letters[2:] in _USUAL else letters[:2]


def _letters(text: str) -> str:
    """The initials of a text. Only where a character has several, its neighbours tell which one it is."""
    return "".join(
        _letter(each)
        or _letter_among(text[max(place - _NEIGHBOURS, 0) : place + _NEIGHBOURS + 1], min(place, _NEIGHBOURS))
        for place, each in enumerate(text)
    )


@cache
def _readings(character: str) -> frozenset[str]:
    """The initials of all ways in which a character is read."""
    (readings,) = pinyin(character, style=Style.FIRST_LETTER, heteronym=True)
    return frozenset(readings)


def _letter(character: str) -> str | None:
    """The one initial of a character; nothing for a character that is read in ways that begin differently."""
    readings = _readings(character)
    return next(iter(readings)) if len(readings) == 1 else None


def _read_as(text: str) -> str:
    """The initials of a text by its words; those that are no characters stay as they are."""
    return "".join(lazy_pinyin(text, style=Style.FIRST_LETTER))


def _words() -> str:
    """Of the library's words, which take 45 MB, those that tell an initial, a line each: the word and its initials.

    In such a word a character begins otherwise than alone, or another such word is a part of it. One text, so that
    nothing of the others stays in memory.
    """
    words = dict(_listed(files("pypinyin").joinpath("phrases_dict.json").read_text(encoding="utf-8")))
    alone = {character: _read_as(character) for character in set("".join(words))}
    kept = {word for word, initials in words.items() if initials != "".join(map(alone.__getitem__, word))}
    kept |= {word for word in words if not kept.isdisjoint(_parts_of(word))}
    return "\n".join(f"{word} {words[word]}" for word in kept)


def _listed(text: str) -> Iterator[tuple[str, str]]:
    """The words of an object of JSON, one after another, each with the first letters of how its characters are read."""
    read, place = json.JSONDecoder().raw_decode, 0
    while found := _MEMBER.match(text, place):
        word, place = read(text, found.end())
        readings, place = read(text, text.index("[", place))
        if len(word) <= LONGEST_WORD:
            yield word, "".join(unicodedata.normalize("NFD", first)[0] for first, *_ in readings)


def _parts_of(word: str) -> Iterator[str]:
    return (word[start:end] for start in range(len(word)) for end in range(start + 2, len(word) + 1))


load_phrases_dict({word: [[each] for each in read] for word, read in map(str.split, _words().splitlines())})


@lru_cache(maxsize=100_000)
def _letter_among(characters: str, place: int) -> str:
    """The initial of one character as it is read among its neighbours: 重 of 重庆 is c, of 重量 z."""
    letters = _read_as(characters)
    if len(letters) == len(characters):
        return letters[place]
    return pinyin(characters[place], style=Style.FIRST_LETTER)[0][0]


def _number(number: str) -> Iterator[str]:
    whole = "".join(_parts(number))
    digits = "".join(each for each in whole if each.isdigit())
    if len(digits) >= LEAST_DIGITS:
        yield f"~{digits[-MOST_DIGITS:][::-1]}"
    if not whole.isdigit():
        yield f"={whole}"
