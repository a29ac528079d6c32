"""PDFs of papers as WeasyPrint makes them: what can be read in them, and that HTML makes it load nothing."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfReader

from console.typesetters import NoPdf, Typesetters
from shared.pages.papers import INTERNAL, LONGEST_PDF, Box, Grid, Paper, is_grid
from shared.pages.rendering import Renderer

NAME = "鼎盛装饰工程有限公司"
BOXES = (Box("客户名称", NAME), Box("备注", "㛃𠮷")), (Box("签收", "", signed="", tall=True),)
GRID = Grid("明细", ("序", "名称", "数量"), (("1", "80款双玻百叶高隔断", "24"),), frozenset({2}))


@pytest.fixture
async def typesetters() -> AsyncIterator[Typesetters]:
    made = Typesetters()
    yield made
    await made.close()


def html_of(paper: Paper) -> str:
    """The page that a service shows of it."""
    page = Renderer()(
        "paper.html",
        paper=paper,
        printed="陈佳打印",
        blank="签名",
        is_grid=is_grid,
        longest=LONGEST_PDF,
        address="/orders/ui/papers/7",
    )
    return bytes(page.body).decode()


async def sheets(typesetters: Typesetters, html: str) -> list[str]:
    """What is read on each sheet, without blanks."""
    pdf = PdfReader(BytesIO(await typesetters.pdf_of(html.encode())))
    return ["".join(page.extract_text().split()) for page in pdf.pages]


async def test_each_copy_is_a_sheet_with_all_its_text_and_the_mark_of_the_house(typesetters: Typesetters) -> None:
    copies = ("第一联　客服部存", "第二联　财务部", "第三联　仓库", "第四联　客户")
    paper = Paper("产品退货单", "TH-7", (*BOXES, GRID), copies=copies, mark=INTERNAL)
    read = await sheets(typesetters, html_of(paper))
    assert len(read) == 4
    for number, (sheet, copy) in enumerate(zip(read, copies, strict=True), start=1):
        for text in ("产品退货单", "编号TH-7", copy, NAME, "80款双玻百叶高隔断", INTERNAL, f"第{number}页，共4页"):
            assert "".join(text.split()) in sheet
        assert "下载PDF" not in sheet


async def test_a_wide_paper_lies_across_and_one_for_customers_has_no_mark(typesetters: Typesetters) -> None:
    pdf = await typesetters.pdf_of(html_of(Paper("送货单", "SH-7", (GRID,), wide=True)).encode())
    (page,) = PdfReader(BytesIO(pdf)).pages
    assert [round(float(each) / 72 * 25.4) for each in page.mediabox[2:]] == [297, 210]
    assert "内部表" not in page.extract_text()


async def test_a_long_text_goes_on_on_the_next_sheet_and_is_not_cut(typesetters: Typesetters) -> None:
    said = [f"第{number}次来电说明情况并要求尽快答复。" for number in range(120)]
    read = await sheets(typesetters, html_of(Paper("客户服务记录", "KH-7", ((Box("内容", "\n".join(said)),),))))
    assert len(read) > 1
    assert [each for each in said if each not in "".join(read)] == []


@asynccontextmanager
async def counted() -> AsyncIterator[tuple[str, list[bytes]]]:
    """A server on this machine, and the first line of each request that reaches it."""
    asked: list[bytes] = []

    async def note(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.readline())
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(note, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", asked


def hostile(server: str, file: str) -> list[str]:
    """What would load something where it were not text, from a server and from the disk."""
    here = [server, file]
    return [
        text
        for at in here
        for text in (
            f'<img src="{at}/a.png" srcset="{at}/b.png 2x">',
            f'<link rel="stylesheet" href="{at}/a.css"><link rel="attachment" href="{at}/a.bin">',
            f"<style>@import url('{at}/b.css'); body{{background:url({at}/c.png)}}</style>",
            f"<style>p::before{{content:url({at}/d.png)}} p{{mask:url({at}/o.svg);cursor:url({at}/p.cur)}}</style>",
            f'<svg><image href="{at}/e.png"/><use href="{at}/f.svg#x"/><style>@import "{at}/g.css";</style></svg>',
            f'<object data="{at}/h.svg"></object><embed src="{at}/i.svg"><iframe src="{at}/j"></iframe>',
            f"<script>fetch('{at}/k')</script><a rel='attachment' href='{at}/l'>x</a><base href='{at}/'>",
            f'<p style="background:url({at}/m.png);list-style-image:url({at}/n.png);display:list-item">x</p>',
        )
    ]


async def test_what_a_name_holds_is_printed_and_loads_nothing(typesetters: Typesetters, tmp_path: Path) -> None:
    (tmp_path / "a.css").write_text("body::before{content:'stolen'}", encoding="utf-8")
    async with counted() as (server, asked):
        names = hostile(server, tmp_path.as_uri())
        paper = Paper(names[0], names[1], tuple((Box("客户名称", name),) for name in names), copies=(names[2],))
        read = "".join(await sheets(typesetters, html_of(paper)))
    assert [name for name in names if "".join(name.split()) not in read] == []
    assert asked == []


async def test_html_itself_loads_nothing_from_servers_or_from_the_disk(
    typesetters: Typesetters, tmp_path: Path
) -> None:
    (tmp_path / "a.css").write_text("body::before{content:'stolen'}", encoding="utf-8")
    (tmp_path / "l").write_text("stolen", encoding="utf-8")
    async with counted() as (server, asked):
        body = "".join(hostile(server, tmp_path.as_uri()))
        pdf = await typesetters.pdf_of(f"<p>{NAME}</p>{body}".encode())
    assert asked == []
    read = PdfReader(BytesIO(pdf))
    text = "".join(page.extract_text() for page in read.pages)
    assert NAME in text
    assert "stolen" not in text
    assert list(read.attachments) == []


async def test_a_font_that_html_names_is_not_loaded_and_ends_the_paper(typesetters: Typesetters) -> None:
    async with counted() as (server, asked):
        with pytest.raises(NoPdf, match="无法生成PDF"):
            await typesetters.pdf_of(f"<style>@font-face{{font-family:x;src:url({server}/x.woff2)}}</style>x".encode())
    assert asked == []
