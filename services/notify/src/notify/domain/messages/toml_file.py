"""A TOML file that knows the line of each of its entries, so that a fault can be found where it was written."""

import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

Path = tuple[str | int, ...]

_HEADER = re.compile(r"(\[\[?)([\w.\"' -]+)\]\]?\s*(?:#.*)?$")
_KEY = re.compile(r"([\w.\"'-]+)\s*=(.*)$")
_POSITION = re.compile(r"\(at (?:line (\d+), column \d+|end of document)\)$")


class BadToml(Exception):
    """The text is not TOML; the message says where."""


class TomlFile:
    """The text of a file. `name` is what its faults are reported under."""

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        self._text = text

    def parsed(self) -> dict[str, Any]:
        """What the file holds. Raises BadToml with file and line."""
        try:
            return tomllib.loads(self._text)
        except tomllib.TOMLDecodeError as error:
            found = _POSITION.search(str(error))
            line = found[1] if found and found[1] else len(self._text.splitlines())
            raise BadToml(f"{self.name}:{line}: {_POSITION.sub('', str(error)).strip()}") from error

    def fault(self, path: Path, text: str) -> str:
        """A sentence about the entry at this path, with the file and the line that it begins on."""
        return f"{self.name}:{self.line(path)}: {text}"

    def line(self, path: Path) -> int:
        """The line that an entry begins on; for one that is not written, that of the table it would stand in."""
        while path and path not in self._lines:
            path = path[:-1]
        return self._lines.get(path, 1)

    @cached_property
    def _lines(self) -> Mapping[Path, int]:
        lines: dict[Path, int] = {}
        counts: Counter[Path] = Counter()
        table: Path = ()
        for number, line in _outside_long_texts(self._text):
            if header := _HEADER.match(line):
                table = _place(header[2], counts, repeated=header[1] == "[[")
                lines.setdefault(table, number)
            elif key := _KEY.match(line):
                lines[*table, *_names(key[1])] = number
        return lines


def _outside_long_texts(text: str) -> Iterator[tuple[int, str]]:
    """The lines of a TOML text, without those inside of strings that go over several lines."""
    quote = ""
    for number, line in enumerate(text.splitlines(), start=1):
        if not quote:
            yield number, line
        rest = line
        while found := re.search(re.escape(quote) if quote else "\"\"\"|'''", rest):
            quote = "" if quote else found[0]
            rest = rest[found.end() :]


def _place(header: str, counts: Counter[Path], *, repeated: bool) -> Path:
    """Where a header's table stands: a name that is repeated is followed by the number of its latest table."""
    place: Path = ()
    names = _names(header)
    for depth, name in enumerate(names, start=1):
        place = (*place, name)
        if repeated and depth == len(names):
            counts[place] += 1
        if place in counts:
            place = (*place, counts[place] - 1)
    return place


def _names(dotted: str) -> tuple[str, ...]:
    """The parts of a dotted key, without quotes."""
    found: list[str] = []
    table: Any = tomllib.loads(f"{dotted} = 0")
    while isinstance(table, dict):
        ((name, table),) = table.items()
        found.append(name)
    return tuple(found)
