"""What the machine did while something was measured: CPU of our own processes, and of everybody else's."""

import os
from dataclasses import dataclass
from time import perf_counter

import psutil


@dataclass(frozen=True)
class Usage:
    """CPU seconds by part, and `foreign`: how many cores others used meanwhile."""

    seconds: float
    cpu: dict[str, float]
    foreign: float
    memory: int


class Meter:
    """Reads the CPU clocks of process trees at two moments."""

    def __init__(self, **roots: int) -> None:
        self._roots = roots
        self._began = perf_counter()
        self._before = {name: _cpu(pid) for name, pid in roots.items()}
        self._busy = _busy()
        self._own = _cpu(os.getpid(), children=False)

    def read(self) -> Usage:
        seconds = perf_counter() - self._began
        cpu = {name: _cpu(pid) - self._before[name] for name, pid in self._roots.items()}
        own = _cpu(os.getpid(), children=False) - self._own
        foreign = max(0.0, (_busy() - self._busy - sum(cpu.values()) - own) / seconds)
        return Usage(seconds, cpu, foreign, _memory(self._roots.get("client", os.getpid())))


def _tree(pid: int, children: bool = True) -> list[psutil.Process]:
    try:
        process = psutil.Process(pid)
        return [process, *(process.children(recursive=True) if children else ())]
    except psutil.NoSuchProcess:
        return []


def _cpu(pid: int, children: bool = True) -> float:
    total = 0.0
    for process in _tree(pid, children):
        try:
            times = process.cpu_times()
        except psutil.NoSuchProcess:
            continue
        total += times.user + times.system
    return total


def _memory(pid: int) -> int:
    return sum(process.memory_info().rss for process in _tree(pid) if process.is_running())


def _busy() -> float:
    times = psutil.cpu_times()
    return times.user + times.system + times.nice + times.irq + times.softirq
