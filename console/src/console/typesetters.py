"""The processes that make PDFs of papers: one for each paper, few at once, ended when it takes too long."""

import asyncio
import sys
from asyncio import StreamReader, StreamWriter
from asyncio.subprocess import PIPE, Process
from contextlib import suppress

import structlog

from console.typesetter import BROKEN, NO_CHINESE_FONT, NOT_INSTALLED, TOO_MUCH
from shared.pages.rendering import ASSETS

AT_ONCE = 2
"""Papers that are made at the same time."""
WAITING = 8
"""Papers that may wait for their turn."""
LONGEST = 60.0
"""Seconds within which a paper is made, or it is not made at all."""
REASON = 1000
"""Bytes that are kept of what a process says: the last ones."""

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


_TOO_LONG = NoPdf(422, "这张单据太长，生成PDF超时或占用内存过多。现在可以在单据上按Ctrl+P，在打印窗口里存为PDF。")
_CROWDED = NoPdf(503, "正在生成PDF的人太多，请稍后再试。")
_UNAVAILABLE = NoPdf(503, "控制台暂时无法生成PDF，请联系系统运维。现在可以在单据上按Ctrl+P，在打印窗口里存为PDF。")
_ENDED = {
    NOT_INSTALLED: NoPdf(
        503,
        "控制台所在的机器还没有装WeasyPrint和Pango，无法生成PDF，请系统运维照控制台的README安装。"
        "现在可以在单据上按Ctrl+P，在打印窗口里存为PDF。",
    ),
    NO_CHINESE_FONT: NoPdf(
        503,
        "控制台所在的机器没有中文字体（fonts-noto-cjk），无法生成PDF，请系统运维安装。"
        "现在可以在单据上按Ctrl+P，在打印窗口里存为PDF。",
    ),
    TOO_MUCH: _TOO_LONG,
    BROKEN: NoPdf(422, "这张单据无法生成PDF。现在可以在单据上按Ctrl+P，在打印窗口里存为PDF。"),
}


class Typesetters:
    """Makes PDFs of papers. The next process is started beforehand, because its start takes longer than a paper.

    `command` is what makes one, within `longest` seconds.
    """

    def __init__(self, command: tuple[str, ...] = COMMAND, longest: float = LONGEST) -> None:
        self.command = command
        self.longest = longest
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
        process = await self._waiting()
        try:
            async with asyncio.timeout(self.longest):
                pdf, said = await _answer(process, html)
        except TimeoutError:
            log.warning("paper_took_too_long", seconds=self.longest)
            raise _TOO_LONG from None
        finally:
            await _end(process)
            self._next = self._next or asyncio.create_task(self._start())
        if process.returncode != 0:
            log.warning("paper_not_made", ended=process.returncode, said=said)
            raise _reason(process.returncode or 0)
        return pdf

    async def _waiting(self) -> Process:
        """The process that was started beforehand; another one where it has ended, or could not be started."""
        beforehand, self._next = self._next, None
        if beforehand is not None:
            with suppress(OSError):
                process = await beforehand
                if process.returncode is None:
                    return process
                log.warning("typesetter_ended_before_a_paper", ended=process.returncode)
        try:
            return await self._start()
        except OSError as error:
            log.warning("typesetter_not_started", error=str(error))
            raise _UNAVAILABLE from error

    async def _start(self) -> Process:
        return await asyncio.create_subprocess_exec(
            *self.command, stdin=PIPE, stdout=PIPE, stderr=PIPE, env=_SURROUNDINGS
        )

    async def close(self) -> None:
        """End the process that waits for a paper."""
        beforehand, self._next = self._next, None
        if beforehand is not None:
            with suppress(OSError):
                await _end(await beforehand)


def _reason(ended: int) -> NoPdf:
    """Why there is no PDF, by how the process ended: below zero the kernel ended it.

    An end that is none of its own is the interpreter's: it could not even begin.
    """
    return _TOO_LONG if ended < 0 else _ENDED.get(ended, _UNAVAILABLE)


async def _answer(process: Process, html: bytes) -> tuple[bytes, str]:
    """What comes of the paper, and what the process says of it, once it has ended."""
    assert process.stdin
    assert process.stdout
    assert process.stderr
    _, pdf, said = await asyncio.gather(_hand(process.stdin, html), process.stdout.read(), _last_of(process.stderr))
    await process.wait()
    return pdf, said.decode(errors="replace").strip()


async def _hand(stdin: StreamWriter, html: bytes) -> None:
    with suppress(BrokenPipeError, ConnectionResetError):
        stdin.write(html)
        await stdin.drain()
    stdin.close()


async def _last_of(stderr: StreamReader) -> bytes:
    last = b""
    while part := await stderr.read(REASON):
        last = (last + part)[-REASON:]
    return last


async def _end(process: Process) -> None:
    with suppress(ProcessLookupError):
        process.kill()
    await process.wait()
