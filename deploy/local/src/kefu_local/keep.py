"""What keeps a service running: `python -m kefu_local.keep intake` starts it again whenever it falls over."""

import signal
import subprocess
import sys
import threading
import time
from types import FrameType

from kefu_local.process import ending_with_us

_PAUSE = 1.0
"""Seconds until a process that has ended is started again."""

_TOO_SOON = 3.0
"""Seconds: who ends within so short a time of its start would do so again, for example over a wrong setting."""


class Keeper:
    """Runs `python -m <module>` until told to stop, and then waits until it has drained and ended."""

    def __init__(self, module: str) -> None:
        self._command = [sys.executable, "-m", module]
        self._name = module
        self._child: subprocess.Popen[bytes] | None = None
        self._told_to_stop = threading.Event()

    def stop(self, _signal: int = 0, _frame: FrameType | None = None) -> None:
        self._told_to_stop.set()
        if self._child:
            self._child.terminate()

    def run(self) -> int:
        """The exit code: 0 when told to stop, else that of a run which was over too soon to be worth another."""
        while True:
            started = time.monotonic()
            # In a group of its own, so that a signal to our group stops it through us, and only once.
            self._child = subprocess.Popen(ending_with_us(self._command), process_group=0)
            code = self._child.wait()
            if self._told_to_stop.is_set():
                return 0
            if time.monotonic() - started < _TOO_SOON:
                return code if code >= 0 else 128 - code
            print(f"{self._name} ended with {code}, starting it again", flush=True)
            self._told_to_stop.wait(_PAUSE)


def main() -> None:
    keeper = Keeper(sys.argv[1])
    signal.signal(signal.SIGTERM, keeper.stop)
    signal.signal(signal.SIGINT, keeper.stop)
    sys.exit(keeper.run())


if __name__ == "__main__":
    main()
