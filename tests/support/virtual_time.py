"""An event loop without waiting: when nothing is ready, time jumps to the next thing that is planned."""

import asyncio

_MOMENT = 1e-6


class VirtualLoop(asyncio.SelectorEventLoop):
    """Sleeps cost nothing. Time also moves a little with every turn, so that a busy loop does not stop it."""

    def __init__(self) -> None:
        self._virtual = 0.0
        super().__init__()

    def time(self) -> float:
        return self._virtual

    def _run_once(self) -> None:
        if not self._ready and self._scheduled:  # type: ignore[attr-defined]
            self._virtual = max(self._virtual, self._scheduled[0]._when)  # type: ignore[attr-defined]
        self._virtual += _MOMENT
        super()._run_once()  # type: ignore[misc]
