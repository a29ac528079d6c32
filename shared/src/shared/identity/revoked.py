"""Who is out, whatever their tokens say: a file with a subject in each line."""

from pathlib import Path

from shared.aggregate import one_person
from shared.contracts.identities import identity
from shared.files import WatchedFile


class RevokedSubjects:
    """The people in the file, each in whatever spelling; `#` begins a remark. A change counts from the next look on.

    A file that cannot be read leaves the last one standing. A line that is no identity is named by its number, the
    other lines hold, and a person who was out before stays out until each line can be read: such a line may mean them.
    """

    def __init__(self, path: Path) -> None:
        self._file = WatchedFile(path, self._read, initial=None)
        self._out: frozenset[str] = frozenset()
        self._unread: tuple[str, ...] = ()

    @property
    def known(self) -> bool:
        """Whether the file could be read since the process began."""
        return self._file.value() is not None

    def holds(self, subject: str) -> bool:
        """Whether this person is out; None of them is while the file is not known."""
        return one_person(subject) in (self._file.value() or ())

    def trouble(self) -> str | None:
        """What is wrong with the file, if something is."""
        self._file.value()
        wrong = self._file.trouble or "; ".join(self._unread)
        return f"REVOKED_SUBJECTS_FILE: {wrong}" if wrong else None

    def _read(self, text: str) -> frozenset[str]:
        out, unread = set[str](), list[str]()
        for number, line in enumerate(text.removeprefix("\ufeff").splitlines(), start=1):
            said = " ".join(line.partition("#")[0].split())
            if not said:
                continue
            out.add(one_person(said))
            try:
                identity(said)
            except ValueError as error:
                unread.append(f"line {number} names no person ({error}); who was out stays out until it does")
        self._out = frozenset(out | self._out if unread else out)
        self._unread = tuple(unread)
        if unread:
            import structlog  # only when needed: the command line starts faster without

            structlog.get_logger().warning("lines_ignored", path=str(self._file.path), reason="; ".join(unread))
        return self._out
