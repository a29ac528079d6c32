"""How a process of our own is started, waited for and ended."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import BinaryIO

from kefu.trouble import Trouble

_spawner = ThreadPoolExecutor(max_workers=1, thread_name_prefix="spawner")
# Linux delivers the death signal when the *thread* that started the child ends, so one thread that lives as long as
# we do starts them all.


def ending_with_us(command: Sequence[str]) -> list[str]:
    """The command, so wrapped that the kernel sends it SIGTERM when we die, however that happens.

    It asks who its parent is only after the signal is armed, because we may have died before.
    """
    unless_orphaned = f'[ "$PPID" = {os.getpid()} ] && exec "$@"'
    return ["setpriv", "--pdeathsig", "TERM", "--", "sh", "-c", unless_orphaned, "sh", *command]


class Process:
    """A process that is ours: it ends with us however we end, and Ctrl-C in our terminal does not reach it."""

    def __init__(self, name: str, command: Sequence[str], *, env: Mapping[str, str], log: Path | None = None) -> None:
        self.name = name
        self.log = log
        self._command = list(command)
        self._env = dict(env)
        self._child: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """The id of the running process; Trouble when it does not run."""
        if self._child is None or self._child.poll() is not None:
            raise Trouble(f"{self.name} is not running. {self._last_words()}")
        return self._child.pid

    @property
    def running(self) -> bool:
        return self._child is not None and self._child.poll() is None

    def start(self) -> None:
        if self.running:
            return
        if self.log is None:
            self._child = self._spawn(None)
            return
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self._child = self._spawn(log)

    def wait_until(self, ready: Callable[[], bool], *, seconds: float) -> None:
        """Returns once `ready`; Trouble, with the end of its log, when the process ends first or time runs out."""
        until = time.monotonic() + seconds
        while not ready():
            if not self.running:
                raise Trouble(f"{self.name} ended while starting. {self._last_words()}")
            if time.monotonic() > until:
                raise Trouble(f"{self.name} is not ready after {seconds:.0f} s. {self._last_words()}")
            self._pause(0.05)

    def stop(self, *, seconds: float = 30) -> None:
        """Asks it to end, and ends it when it has not after `seconds`."""
        self._end(signal.SIGTERM, seconds)

    def kill(self) -> None:
        """Kills it, as a crash would."""
        self._end(signal.SIGKILL, 10)

    def _spawn(self, log: BinaryIO | None) -> subprocess.Popen[bytes]:
        return _spawner.submit(
            subprocess.Popen,
            ending_with_us(self._command),
            env=self._env,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        ).result()

    def _last_words(self, lines: int = 15) -> str:
        if self.log is None or not self.log.exists():
            return "See its output above."
        return "\n".join([f"The end of {self.log}:", *self.log.read_text(errors="replace").splitlines()[-lines:]])

    def _end(self, with_signal: signal.Signals, seconds: float) -> None:
        if self._child is None:
            return
        if self.running:
            os.kill(self._child.pid, with_signal)
        try:
            self._child.wait(seconds)
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.wait()
        self._child = None

    def _pause(self, seconds: float) -> None:
        """Waits, but not beyond the process's end."""
        try:
            if self._child is not None:
                self._child.wait(seconds)
        except subprocess.TimeoutExpired:
            return
