"""`python -m bench.papers [--times 15]`: how long the console takes from a paper's HTML to its PDF.

Each paper is made in a process of its own, as the console makes it. The processor's seconds contain the start of the
process; the seconds of the clock contain it for the very first paper only.
"""

import asyncio
import resource
from argparse import ArgumentParser
from contextlib import AsyncExitStack
from statistics import median, quantiles
from time import perf_counter

from rich.table import Table

from bench.questions import out
from console.typesetters import Typesetters
from shared.pages.papers import BLANK, INTERNAL, Box, Grid, Paper, is_grid
from shared.pages.rendering import Renderer

SAID = "玻璃门闭合有异响，门缝最大6 mm；经查门框加工公差超差1.5 mm，更换4樘门框，重新调校闭门器。"
HEADS = ("序", "合同编号", "客户名称", "项目", "金额", "签订", "交货", "状态")
FORM = (
    *((Box("客户名称", "鼎盛装饰工程有限公司"), Box("投诉人", "陈先生"), Box("方式", "电话")),) * 4,
    *((Box("调查", SAID, signed="陈佳 2026-11-22 10:00"),),) * 8,
    Grid("处理方案", HEADS[:4], (("1", "更换", "4樘门框", "客服部经理"),) * 2),
)


def lines(count: int) -> Grid:
    """A register with so many lines."""
    row = (
        "JG20260930-017",
        "鼎盛装饰工程有限公司",
        "80款双玻百叶高隔断",
        "¥100,000.00",
        "2026-09-30",
        "2026-11-20",
        "生产",
    )
    return Grid("", HEADS, tuple((str(number), *row) for number in range(1, count + 1)), frozenset({4}))


PAPERS = {
    "an internal form": Paper("客户投诉处理表", "2026-11-0012", FORM, copies=("客服部存",), mark=INTERNAL),
    "four copies": Paper("产品退货单", "TH-7", (*FORM[:4], lines(5)), copies=("一", "二", "三", "四")),
    "a register of 100": Paper("工程登记表", "2026", (lines(100),), wide=True),
    "a register of 300": Paper("工程登记表", "2026", (lines(300),), wide=True),
}


def html_of(paper: Paper) -> bytes:
    """The page that a service shows of it."""
    values = {
        "printed": "陈佳 2026-11-22 10:00打印",
        "blank": BLANK,
        "is_grid": is_grid,
        "address": "/orders/ui/papers/7",
    }
    return bytes(Renderer()("paper.html", paper=paper, **values).body)


async def bench(times: int) -> None:
    """Make each paper so many times and print what it took."""
    table = Table("paper", "first, s", "median, s", "p95, s", "processor, s", "PDF, KB", title="from HTML to PDF")
    async with AsyncExitStack() as ending:
        typesetters = Typesetters()
        ending.push_async_callback(typesetters.close)
        for name, paper in PAPERS.items():
            html = html_of(paper)
            began = perf_counter()
            pdf = await typesetters.pdf_of(html)
            first = perf_counter() - began
            taken, worked = [], []
            for _ in range(times):
                await asyncio.sleep(1.5)
                before, began = _worked(), perf_counter()
                pdf = await typesetters.pdf_of(html)
                taken.append(perf_counter() - began)
                worked.append(_worked() - before)
            seconds = (f"{each:.2f}" for each in (first, median(taken), quantiles(taken, n=20)[-1], median(worked)))
            table.add_row(name, *seconds, f"{len(pdf) / 1000:.0f}")
    out.print(table)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1000
    out.print(f"the largest process had {peak:.0f} MB")


def _worked() -> float:
    """Seconds that ended processes have worked."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main() -> None:
    """Read the arguments and run."""
    asked = ArgumentParser(description="What a paper as PDF costs.")
    asked.add_argument("--times", type=int, default=15)
    asyncio.run(bench(asked.parse_args().times))


if __name__ == "__main__":
    main()
