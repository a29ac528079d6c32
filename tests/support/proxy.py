"""A wire between two ports that can be cut, or go silent while both ends believe that it stands."""

import os
import signal

from kefu_local.ports import LOOPBACK, accepts, free_ports
from kefu_local.process import Process


class Wire:
    """One socat, with a child for each connection."""

    def __init__(self, target: int) -> None:
        self.port = next(free_ports())
        listening = f"TCP-LISTEN:{self.port},bind={LOOPBACK},fork,reuseaddr"
        command = ["socat", listening, f"TCP:{LOOPBACK}:{target}"]
        self._socat = Process(f"socat {target}", command, env={"PATH": os.environ["PATH"]})

    def lay(self) -> None:
        self._socat.start()
        self._socat.wait_until(lambda: accepts(self.port), seconds=20)

    def cut(self) -> None:
        """Every connection ends, and new ones are refused until it is laid again."""
        os.killpg(self._socat.pid, signal.SIGKILL)
        self._socat.kill()

    def freeze(self) -> None:
        """Nothing passes any more, and neither side is told."""
        os.killpg(self._socat.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        os.killpg(self._socat.pid, signal.SIGCONT)
