"""How a text becomes the identity of a person: what looks like another one's is refused where it comes in."""

import unicodedata
from collections.abc import Mapping
from types import MappingProxyType

from pydantic import ValidationInfo

LONGEST_IDENTITY = 128
"""Characters of a subject or of a person's name at most."""
AT_THE_DOOR: Mapping[str, bool] = MappingProxyType({"at_the_door": True})
"""The context of a validation by which something comes in from outside: a request, a department's fact, or a policy."""
IN_A_REQUEST: Mapping[str, bool] = MappingProxyType({**AT_THE_DOOR, "as_written": True})
"""The context of a request's validation, after which the request is read as it was written."""

_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Unicode categories of characters that cannot be seen or that have no meaning: control, format, surrogate, private
use, unassigned, separators of lines and paragraphs."""

_BLANK = frozenset(
    map(chr, (0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x180B, 0x180C, 0x180D, 0x180F, 0x2800, 0x3164, 0xFFA0))
) | frozenset(map(chr, (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))))
"""Letters, marks and symbols that are drawn as nothing (Unicode Default_Ignorable_Code_Point; the blank Braille)."""

_STROKES = frozenset("丨丶丿亅乀乁")
"""Ideographs of one stroke, which look like | \\ / J (Unicode confusables) and are no part of a name."""
_DOT = "·"
"""What stands between the parts of a name that is transcribed: 阿里木·买买提."""


def identity(subject: object, *, ignore_case: bool = False) -> str:
    """The identity that a subject stands for: two texts that look the same are one identity, or one is refused.

    Composed (NFC), without blanks around it, in one case where `ignore_case` says that the issuer of tokens sees no
    difference. ValueError for what is no text, is empty or longer than 128 characters, has characters that cannot be
    seen, compatibility forms (full-width letters, ligatures), blanks other than single spaces, or letters, digits and
    signs that are neither Latin nor Chinese: those of Cyrillic and Greek, and of Latin beyond A to Z with accents,
    look like others (the restriction level "highly restrictive" of UTS 39, without kana, hangul and bopomofo).
    """
    text = visible("subject", subject)
    if unicodedata.normalize("NFKC", text) != text:
        raise ValueError("the subject has compatibility forms, such as full-width letters; write plain ones")
    if " ".join(text.split()) != text:
        raise ValueError("the subject has blanks other than single spaces")
    folded = unicodedata.normalize("NFC", text.casefold())
    for character in text + folded:
        if not _is_latin_or_chinese(character):
            raise ValueError(
                f"the subject has U+{ord(character):04X}, which may look like another letter or sign; write letters of "
                "A to Z, with accents or without, Chinese characters, and the digits and signs of ASCII"
            )
    return folded if ignore_case else text


def comes_in(info: ValidationInfo) -> bool:
    """Whether what is validated comes in from outside; what is kept already is read as it was written."""
    return isinstance(info.context, Mapping) and bool(info.context.get("at_the_door"))


def known_at_the_door(id: str, info: ValidationInfo) -> str:
    """A person's id as an identity, where it comes in from outside; what is kept already is read as it was written.

    A request has to write the identity itself: ValueError for blanks around it and for accents by themselves.
    """
    if not comes_in(info):
        return id
    known = identity(id)
    if known != id and (info.context or {}).get("as_written"):
        raise ValueError("a person's id has no blanks around it, and letters with accents are one character each (NFC)")
    return known


def visible(what: str, text: object) -> str:
    """The text, composed and without blanks around it.

    ValueError for what is no text, is empty or longer than 128 characters, or has characters that cannot be seen.
    """
    if not isinstance(text, str):
        raise ValueError(f"the {what} is no text")
    if len(text) > 4 * LONGEST_IDENTITY:
        raise ValueError(f"the {what} is longer than {LONGEST_IDENTITY} characters")
    seen = unicodedata.normalize("NFC", text).strip()
    if not 1 <= len(seen) <= LONGEST_IDENTITY:
        raise ValueError(f"the {what} has {len(seen)} characters; it may have 1 to {LONGEST_IDENTITY}")
    for character in seen:
        if unicodedata.category(character) in _UNSEEN or character in _BLANK:
            raise ValueError(f"the {what} has a character that cannot be seen, U+{ord(character):04X}")
    return seen


def _is_latin_or_chinese(character: str) -> bool:
    if character.isascii() or character == _DOT:
        return True
    if unicodedata.name(character, "").startswith("CJK UNIFIED IDEOGRAPH"):
        return character not in _STROKES
    return character.isalpha() and unicodedata.normalize("NFD", character)[0].isascii()
