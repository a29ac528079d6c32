"""The language in which a person reads our pages: Chinese, as it stands in them, or English from gettext catalogues."""

import gettext as gnu
import io
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

Language = Literal["zh-CN", "en"]
LANGUAGES: MappingProxyType[Language, str] = MappingProxyType({"zh-CN": "中文", "en": "English"})
"""The languages by their codes, each in its own words; a person who chose none reads the first."""
LANGUAGE_COOKIE = "kefu-language"
"""The cookie with the language that a person chose in the console; every service hears it on its pages."""

LOCALE = Path(__file__).parent / "locale"
"""The catalogues of what all services share: `messages` of pages, `scripts` of the browser's scripts."""

Translations = gnu.NullTranslations
_CHINESE = gnu.NullTranslations()
_reading: ContextVar[tuple[Language, Translations]] = ContextVar("reading", default=("zh-CN", _CHINESE))


@contextmanager
def read_in(language: Language, catalogue: Translations) -> Iterator[None]:
    """Within it, texts are those of the catalogue."""
    before = _reading.set((language, catalogue))
    try:
        yield
    finally:
        _reading.reset(before)


def language() -> Language:
    """The language in which the person who asks reads."""
    return _reading.get()[0]


def _(text: str) -> str:
    """The text in the language of the person who asks; as it is where there is none in the catalogue."""
    return _reading.get()[1].gettext(text) if text else ""


def ngettext(one: str, several: str, number: int) -> str:
    """The text for this number, as `_` gives it. Chinese has the same text for one and for several."""
    return _reading.get()[1].ngettext(one, several, number)


def listed(words: Iterable[str]) -> str:
    """Words in a row, as the reader's language parts them."""
    return _("、").join(words)


@cache
def english(*locales: Path) -> Translations:
    """The English catalogue of the pages of these folders; what is not in the first stands in the next."""
    found = gnu.NullTranslations()
    for locale in reversed(locales):
        compiled = io.BytesIO()
        write_mo(compiled, _read(locale, "messages"))
        compiled.seek(0)
        catalogue = gnu.GNUTranslations(compiled)
        catalogue.add_fallback(found)
        found = catalogue
    return found


def english_of_scripts() -> dict[str, str]:
    """What the browser's scripts say in English, by what they say in Chinese."""
    return {str(each.id): str(each.string) for each in _read(LOCALE, "scripts") if each.id and each.string}


def _read(locale: Path, domain: str) -> Catalog:
    with (locale / "en" / "LC_MESSAGES" / f"{domain}.po").open("rb") as written:
        return read_po(written, locale="en")
