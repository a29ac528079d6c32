"""What keeps a service running: `python -m kefu_local.keep intake` starts it again whenever it falls over."""

import signal
import subprocess
import sys
import threading
import time
from types import FrameType

_PAUSE = 1.0
_TOO_SOON = 3.0
"""Seconds: who ends within so short a time of its start would do so again, for example over a wrong setting."""


class Keeper:
    """Runs `python -m <module>` until told to stop, and then waits until it has drained and ended."""

    def __init__(self, module: str) -> None:
        self._command = ["setpriv", "--pdeathsig", "TERM", "--", sys.executable, "-m", module]
        self._name = module
        self._child: subprocess.Popen[bytes] | None = None
        self._told_to_stop = threading.Event()

    def stop(self, _signal: int = 0, _frame: FrameType | None = None) -> None:
        self._told_to_stop.set()
        if self._child:
            self._child.terminate()

    def run(self) -> int:
        """The exit code of the last run."""
        while True:
            started = time.monotonic()
            # In a group of its own, so that whoever stops our group stops it through us, and only once.
            self._child = subprocess.Popen(self._command, process_group=0)
            code = self._child.wait()
            if self._told_to_stop.is_set() or time.monotonic() - started < _TOO_SOON:
                return code
            print(f"{self._name} ended with {code}, starting it again", flush=True)
            self._told_to_stop.wait(_PAUSE)


def main() -> None:
    keeper = Keeper(sys.argv[1])
    signal.signal(signal.SIGTERM, keeper.stop)
    signal.signal(signal.SIGINT, keeper.stop)
    sys.exit(keeper.run())


if __name__ == "__main__":
    main()
