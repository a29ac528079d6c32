"""What the machine did while something was measured: CPU of our own processes, and of everybody else's."""

import os
import statistics
from collections.abc import Sequence
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


def spent(usages: Sequence[Usage]) -> str:
    """Medians of the processor time of the workers, the broker and the database."""
    parts = ("client", "rabbit", "database")
    return "/".join(f"{statistics.median(usage.cpu[part] for usage in usages) * 1e6:.0f}" for part in parts)


class Meter:
    """Reads the CPU clocks of process trees at two moments."""

    def __init__(self, **roots: Sequence[int]) -> None:
        self._roots = roots
        self._began = perf_counter()
        self._before = self._cpu()
        self._busy = _busy()
        self._own = processor(os.getpid(), children=False)

    def read(self) -> Usage:
        seconds = perf_counter() - self._began
        cpu = {name: now - self._before[name] for name, now in self._cpu().items()}
        own = processor(os.getpid(), children=False) - self._own
        foreign = max(0.0, (_busy() - self._busy - sum(cpu.values()) - own) / seconds)
        memory = sum(_memory(pid) for pid in self._roots.get("client", (os.getpid(),)))
        return Usage(seconds, cpu, foreign, memory)

    def _cpu(self) -> dict[str, float]:
        return {name: sum(processor(pid) for pid in pids) for name, pids in self._roots.items()}


def _tree(pid: int, children: bool = True) -> list[psutil.Process]:
    try:
        process = psutil.Process(pid)
        return [process, *(process.children(recursive=True) if children else ())]
    except psutil.NoSuchProcess:
        return []


def processor(pid: int, children: bool = True) -> float:
    """Seconds of the processor that a process has used so far, with its children; none of one that has ended."""
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
