"""Small files that one process writes while others read them: replaced whole, noticed by their stamp."""

import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import monotonic
from typing import Generic, TypeVar

T = TypeVar("T")
Stamp = tuple[int, int, int]

NOTICED_WITHIN = 0.02
"""Seconds after which a replaced file is certainly seen by a reader that asks."""


def replace_file(path: Path, text: str, mode: int = 0o644) -> None:
    """Put `text` in place of the file: a reader sees the old text or the new one, never a part of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        Path(draft).chmod(mode)
        Path(draft).replace(path)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise


class WatchedFile(Generic[T]):
    """The parsed content of a file that may be replaced at any time.

    A file that is missing, or that `parse` rejects with a ValueError, leaves the last good value standing; each broken
    version is reported once.
    """

    def __init__(self, path: Path, parse: Callable[[str], T], initial: T) -> None:
        self.path = path
        self.trouble: str | None = None
        self._parse = parse
        self._value = initial
        self._stamp: Stamp | None = None
        self._looked_at = float("-inf")

    def value(self) -> T:
        """The newest good value; the file is looked at again when the last look is older than `NOTICED_WITHIN`."""
        now = monotonic()
        if now - self._looked_at >= NOTICED_WITHIN:
            self._looked_at = now
            self._look()
        return self._value

    def _look(self) -> None:
        try:
            stat = self.path.stat()
        except OSError:
            self.trouble = f"{self.path} is not there"
            self._stamp = None
            return
        stamp = (stat.st_mtime_ns, stat.st_ino, stat.st_size)
        if stamp != self._stamp:
            self._stamp = stamp
            self._read()

    def _read(self) -> None:
        try:
            self._value = self._parse(self.path.read_text(encoding="utf-8"))
            self.trouble = None
        except (OSError, ValueError) as error:
            self.trouble = f"{self.path} cannot be used: {error}"
            import structlog  # only when needed: the command line starts faster without

            structlog.get_logger().warning("file_ignored", path=str(self.path), reason=str(error))
