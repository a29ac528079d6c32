"""A page as it is read in English: what of it is still in Chinese although the catalogues have English for it."""

import re
from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

from babel.messages.pofile import read_po

from shared.language import LANGUAGE_COOKIE, LOCALE

COOKIE = {"cookie": f"{LANGUAGE_COOKIE}=en"}
"""The header of a browser whose person chose English."""
_READ_OUT = {"aria-label", "placeholder", "title", "alt", "data-said", "data-l"}
_PLACE = re.compile(r"\\{\w*(?:\\?:[^}]*)?\\}|%\\\(\w+\\\)s")
_CHINESE = re.compile("[\u4e00-\u9fff]")


class _Read(HTMLParser):
    """The texts of a page, each node and each attribute that is shown or read out by itself."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []

    def handle_data(self, data: str) -> None:
        self.texts.append(data.strip())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.texts += [(value or "").strip() for name, value in attrs if name in _READ_OUT]


def left_in_chinese(html: str, *locales: Path) -> list[str]:
    """The texts of the page that stand in a catalogue of these folders, or in the shared one, in Chinese."""
    page = _Read()
    page.feed(html)
    known = [pattern for locale in (LOCALE, *locales) for pattern in _patterns(locale)]
    return [text for text in page.texts if _CHINESE.search(text) and any(each.fullmatch(text) for each in known)]


@cache
def _patterns(locale: Path) -> tuple[re.Pattern[str], ...]:
    return tuple(_read(locale))


def _read(locale: Path) -> Iterator[re.Pattern[str]]:
    with (locale / "en" / "LC_MESSAGES" / "messages.po").open("rb") as written:
        for entry in read_po(written, locale="en"):
            text = entry.id if isinstance(entry.id, str) else entry.id[0]
            if _CHINESE.search(text) and text != entry.string:
                yield re.compile(_PLACE.sub(".+?", re.escape(text)), re.DOTALL)
