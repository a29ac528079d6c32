"""honcho, with the patience that a service needs to drain: `python -m kefu_local.supervisor start --procfile …`."""

import os
import sys
from typing import Any, TextIO

ENDS_WITHIN = 40.0
"""Seconds from the word to stop until a process is killed: longer than a service takes for requests and its drain."""


class Outlet:
    """Standard output for as long as it is read: a pipe that is closed ends no service and loses no stop."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        try:
            written = self._stream.write(text)
            self._stream.flush()
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), self._stream.fileno())
            written = len(text)
        return written

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def main() -> None:
    sys.stdout = Outlet(sys.stdout)

    from honcho import command, manager  # sets logging up for the whole process when it is imported

    manager.KILL_WAIT = ENDS_WITHIN  # honcho's own five seconds would cut a drain short
    command.main()


if __name__ == "__main__":
    main()
