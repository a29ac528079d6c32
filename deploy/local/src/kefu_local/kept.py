"""How what a sink received is kept: one JSON object per line, in order of arrival."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any


class Kept:
    """A file of JSON lines. Nothing is ever merged or dropped, so an audit sees every duplicate."""

    def __init__(self, path: Path) -> None:
        self._path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()

    def add(self, **entry: Any) -> None:
        """On disk, as far as this process can see to it, before it returns."""
        with self._path.open("a", encoding="utf-8") as lines:
            lines.write(json.dumps(entry, ensure_ascii=False) + "\n")

    def __iter__(self) -> Iterator[dict[str, Any]]:
        with self._path.open(encoding="utf-8") as lines:
            yield from map(json.loads, lines)

    def where(self, **fields: Any) -> list[dict[str, Any]]:
        """The entries that have these values; a field given as None may have any."""
        wanted = {name: value for name, value in fields.items() if value is not None}
        return [entry for entry in self if all(entry.get(name) == value for name, value in wanted.items())]
