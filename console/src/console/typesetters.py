"""The processes that make PDFs of papers: one for each paper, few at once, ended when it takes too long."""

import asyncio
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from contextlib import suppress

import structlog

from console.typesetter import NO_CHINESE_FONT, NOT_INSTALLED, TOO_MUCH
from shared.pages.rendering import ASSETS

AT_ONCE = 2
"""Papers that are made at the same time."""
WAITING = 8
"""Papers that may wait for their turn."""
LONGEST = 60.0
"""Seconds within which a paper is made, or it is not made at all."""

COMMAND = (sys.executable, "-I", "-m", "console.typesetter", str(ASSETS / "paper.css"))
_SURROUNDINGS = {"LANG": "C.UTF-8"}
"""All of the environment that such a process gets: it needs no password and no key of the console's."""

log = structlog.get_logger()


class NoPdf(Exception):
    """No PDF was made; `said` tells a person why and what helps."""

    def __init__(self, status: int, said: str) -> None:
        super().__init__(said)
        self.status = status
        self.said = said


_INSTEAD = "现在可以在单据上按Ctrl+P，在打印窗口里存为PDF。"
_ENDED = {
    NOT_INSTALLED: NoPdf(
        503, f"控制台所在的机器还没有装WeasyPrint和Pango，做不了PDF，请系统运维照控制台的README安装。{_INSTEAD}"
    ),
    NO_CHINESE_FONT: NoPdf(
        503, f"控制台所在的机器没有中文字体（fonts-noto-cjk），做不了PDF，请系统运维安装。{_INSTEAD}"
    ),
}
_TOO_LONG = NoPdf(422, f"这张单据太长，做成PDF用的时间或内存超过了限度。{_INSTEAD}")
_BROKEN = NoPdf(422, f"这张单据做不成PDF。{_INSTEAD}")
_CROWDED = NoPdf(503, "做PDF的人太多，请过一会再试。")


class Typesetters:
    """Makes PDFs of papers. The next process is started beforehand, because its start takes longer than a paper."""

    def __init__(self) -> None:
        self._places = asyncio.Semaphore(AT_ONCE)
        self._asked = 0
        self._next: asyncio.Task[Process] | None = None

    async def pdf_of(self, html: bytes) -> bytes:
        """The paper as PDF. NoPdf when too many wait, when it takes too much, or when this machine cannot make any."""
        if self._asked == AT_ONCE + WAITING:
            raise _CROWDED
        self._asked += 1
        try:
            async with self._places:
                return await self._typeset(html)
        finally:
            self._asked -= 1

    async def _typeset(self, html: bytes) -> bytes:
        started, self._next = self._next or asyncio.create_task(_start()), None
        process = await started
        try:
            async with asyncio.timeout(LONGEST):
                pdf, _ = await process.communicate(html)
        except TimeoutError:
            log.warning("paper_took_too_long", seconds=LONGEST)
            raise _TOO_LONG from None
        finally:
            await _end(process)
            self._next = self._next or asyncio.create_task(_start())
        if process.returncode != 0:
            log.warning("paper_not_made", ended=process.returncode)
            raise _reason(process.returncode or 0)
        return pdf

    async def close(self) -> None:
        """End the process that waits for a paper."""
        if self._next is not None:
            await _end(await self._next)
            self._next = None


def _reason(ended: int) -> NoPdf:
    """Why there is no PDF, by how the process ended: below zero the kernel ended it."""
    return _TOO_LONG if ended < 0 or ended == TOO_MUCH else _ENDED.get(ended, _BROKEN)


async def _start() -> Process:
    return await asyncio.create_subprocess_exec(*COMMAND, stdin=PIPE, stdout=PIPE, stderr=DEVNULL, env=_SURROUNDINGS)


async def _end(process: Process) -> None:
    with suppress(ProcessLookupError):
        process.kill()
    await process.wait()
