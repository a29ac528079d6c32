"""Papers as PDF at the console: whose they are, which addresses are papers, and what is said when none can be made."""

import asyncio
import re
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import httpx
import pytest
from structlog.testing import capture_logs
from trial_door import OURS
from waiting import until

from console.papers import LARGEST, attachment, name_of, service_of
from console.typesetter import BROKEN, MEMORY, NO_CHINESE_FONT, NOT_INSTALLED, PROCESSOR, TOO_MUCH
from console.typesetters import AT_ONCE, REASON, WAITING, NoPdf, Typesetters

PAPER = "<title>客户投诉处理表 2026-11-0012</title>".encode()
BREAKING = """
import sys, types
from pathlib import Path
def pdf_of(html, style_sheet): raise KeyError(html.decode())
sys.modules["console.pdf"] = types.SimpleNamespace(pdf_of=pdf_of, NoChineseFont=Warning)
from console.typesetter import main
sys.exit(main(Path("/dev/null")))
"""
LACKING = """
import sys
from importlib.abc import MetaPathFinder
class Lacking(MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name == "console.pdf": raise ImportError("no Pango")
sys.meta_path.insert(0, Lacking())
from console.typesetter import main
sys.exit(main(None))
"""
ECHO = "import sys; sys.stdout.buffer.write(sys.stdin.buffer.read())"


@pytest.fixture
async def typesetters() -> AsyncIterator[Typesetters]:
    made = Typesetters()
    yield made
    await made.close()


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """The HTML that was made into PDF; what comes of it is four bytes."""
    html: list[bytes] = []

    async def pdf_of(_: Typesetters, given: bytes) -> bytes:
        html.append(given)
        return b"%PDF"

    monkeypatch.setattr(Typesetters, "pdf_of", pdf_of)
    return html


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[Process]:
    """The processes that were started, in their order."""
    processes: list[Process] = []
    start = asyncio.create_subprocess_exec

    async def starting(*command: str, **given: Any) -> Process:
        processes.append(await start(*command, **given))
        return processes[-1]

    monkeypatch.setattr(asyncio, "create_subprocess_exec", starting)
    return processes


@pytest.fixture
def second_start_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    start = asyncio.create_subprocess_exec
    asked: list[tuple[str, ...]] = []

    async def starting(*command: str, **given: Any) -> Process:
        asked.append(command)
        if len(asked) == 2:
            raise OSError("no process left")
        return await start(*command, **given)

    monkeypatch.setattr(asyncio, "create_subprocess_exec", starting)


def instead(typesetters: Typesetters, program: str) -> None:
    """Another program in the place of what makes PDFs."""
    typesetters.command = (sys.executable, "-I", "-c", program)


async def sign_in(browser: httpx.AsyncClient) -> None:
    await browser.post("/sign-in", data={"who": "cs_specialist-1"}, headers=OURS)


async def refusal(typesetters: Typesetters) -> tuple[int, str]:
    with pytest.raises(NoPdf) as refused:
        await typesetters.pdf_of(PAPER)
    return refused.value.status, refused.value.said


@pytest.mark.parametrize(
    ("address", "service"),
    [
        ("/complaints/ui/papers/complaints/00000000-0000-0000-0000-000000000007", "complaints"),
        ("/orders/ui/papers/delivery-notes/7/SH-1%2F%E4%B8%80", "orders"),
        ("/orders/ui/papers/registers/projects?begin=2026-01-01&until=2026-12-31", "orders"),
    ],
)
def test_the_address_of_a_paper_names_its_service(address: str, service: str) -> None:
    assert service_of(address) == service


@pytest.mark.parametrize(
    "address",
    [
        "",
        "/complaints/complaints/7",
        "/complaints/ui/complaints",
        "/sales/ui/papers/7",
        "//evil.example/complaints/ui/papers/7",
        "https://evil.example/complaints/ui/papers/7",
        "javascript:alert(1)//complaints/ui/papers/7",
        "/complaints/ui/papers/../../dead",
        "/complaints/ui/papers/%2e%2E/%2e%2e/dead",
        "/complaints/ui/papers/7#fragment",
        "/complaints/ui/papers/7\n",
        "/complaints/ui/papers/\\7",
        '/complaints/ui/papers/7"onload="x',
        "file:///etc/passwd",
    ],
)
async def test_what_is_no_paper_of_a_service_is_not_found(browser: httpx.AsyncClient, address: str) -> None:
    assert service_of(address) is None
    await sign_in(browser)
    assert (await browser.get("/pdf", params={"paper": address})).status_code == 404


async def test_the_page_downloads_at_once_when_a_page_of_ours_led_to_it_and_else_when_its_reader_says_so(
    browser: httpx.AsyncClient,
) -> None:
    asked = {"paper": "/complaints/ui/papers/letters/7"}
    assert (await browser.get("/pdf", params=asked)).headers["location"] == "/sign-in"
    await sign_in(browser)
    assert " data-at-once>" in (await browser.get("/pdf", params=asked, headers=OURS)).text
    for site in ("cross-site", "same-site", "none"):
        page = (await browser.get("/pdf", params=asked, headers={"Sec-Fetch-Site": site})).text
        assert '<kefu-pdf data-paper="/complaints/ui/papers/letters/7" data-service="投诉">' in page


async def test_who_chooses_a_language_where_a_paper_was_downloaded_downloads_it_no_second_time(
    browser: httpx.AsyncClient,
) -> None:
    await sign_in(browser)
    page = (await browser.get("/pdf", params={"paper": "/complaints/ui/papers/letters/7?a=1"}, headers=OURS)).text
    here = re.search(r'name="here" value="([^"]*)"', page)
    assert here is not None
    data = {"language": "zh-CN", "here": unescape(here[1])}
    chosen = await browser.post("/language", data=data, headers=OURS)
    again = (await browser.get(chosen.headers["location"], headers=OURS)).text
    assert '<kefu-pdf data-paper="/complaints/ui/papers/letters/7?a=1" data-service="投诉">' in again


async def test_only_those_who_signed_in_get_a_pdf_and_only_from_our_own_page(
    browser: httpx.AsyncClient, made: list[bytes]
) -> None:
    assert (await browser.post("/pdf", content=PAPER, headers=OURS)).status_code == 401
    await sign_in(browser)
    for site in ("cross-site", "same-site", "none"):
        assert (await browser.post("/pdf", content=PAPER, headers={"Sec-Fetch-Site": site})).status_code == 403
    assert made == []
    answer = await browser.post("/pdf", content=PAPER, headers=OURS)
    assert (answer.content, made) == (b"%PDF", [PAPER])
    assert {name: answer.headers[name] for name in ("content-type", "content-disposition", "cache-control")} == {
        "content-type": "application/pdf",
        "content-disposition": attachment("客户投诉处理表 2026-11-0012"),
        "cache-control": "no-store",
    }


async def test_a_paper_that_is_too_large_is_refused_before_it_is_made(
    browser: httpx.AsyncClient, made: list[bytes]
) -> None:
    await sign_in(browser)
    assert (await browser.post("/pdf", content=b"x" * (LARGEST + 1), headers=OURS)).status_code == 413
    assert made == []
    assert (await browser.post("/pdf", content=b"x" * LARGEST, headers=OURS)).status_code == 200


@pytest.mark.parametrize(
    ("html", "name"),
    [
        ("<title>送货单 SH-1/2</title>", "送货单 SH-1-2"),
        ('<title>a\r\nSet-Cookie: x=&quot;1&quot;; "b"</title>', "a-Set-Cookie- x=-1-; -b-"),
        ("<title>../../etc/passwd</title>", "..-..-etc-passwd"),
        (f"<title>{'长' * 200}</title>", "长" * 100),
        ("<p>", "paper"),
        pytest.param("<title>" * 140_000, "paper", id="titles without an end"),
    ],
)
def test_a_file_is_called_as_its_paper_without_what_a_name_cannot_have(html: str, name: str) -> None:
    assert name_of(html.encode()) == name
    header = attachment(name)
    assert header.startswith("attachment; filename=\"paper.pdf\"; filename*=UTF-8''")
    assert header.isascii()
    assert "\n" not in header
    assert unquote(header.rpartition("''")[2]) == f"{name}.pdf"


async def test_each_paper_has_a_process_of_its_own(typesetters: Typesetters) -> None:
    instead(typesetters, f"import os; {ECHO}; sys.stdout.write(str(os.getpid()))")
    seen = {await typesetters.pdf_of(PAPER) for _ in range(3)}
    assert len(seen) == 3
    assert all(each.startswith(PAPER) for each in seen)


async def test_a_process_gets_nothing_of_the_consoles_environment(
    typesetters: Typesetters, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SESSION_KEY", "secret")
    instead(typesetters, "import os; print(sorted(os.environ.items()))")
    assert await typesetters.pdf_of(PAPER) == b"[('LANG', 'C.UTF-8')]\n"


@pytest.mark.parametrize(
    ("code", "status", "said"),
    [
        (NOT_INSTALLED, 503, "WeasyPrint和Pango"),
        (NO_CHINESE_FONT, 503, "fonts-noto-cjk"),
        (TOO_MUCH, 422, "占用内存过多"),
        (BROKEN, 422, "这张单据无法生成PDF"),
        (1, 503, "控制台暂时无法生成PDF"),
    ],
)
async def test_it_is_said_why_no_pdf_was_made(typesetters: Typesetters, code: int, status: int, said: str) -> None:
    instead(typesetters, f"import sys; sys.stdin.read(); sys.exit({code})")
    for _ in range(2):
        refused = await refusal(typesetters)
        assert refused[0] == status
        assert said in refused[1]
        assert "按Ctrl+P" in refused[1]


async def test_it_is_logged_where_a_paper_broke_without_a_word_of_it(typesetters: Typesetters) -> None:
    instead(typesetters, BREAKING)
    with capture_logs() as logs:
        refused = await refusal(typesetters)
    assert refused[0] == 422
    said = "KeyError in pdf_of, <string>:4"
    assert logs == [{"event": "paper_not_made", "log_level": "warning", "ended": BROKEN, "said": said}]


async def test_a_machine_without_what_makes_pdfs_says_so_and_the_log_says_what_is_lacking(
    typesetters: Typesetters,
) -> None:
    instead(typesetters, LACKING)
    with capture_logs() as logs:
        refused = await refusal(typesetters)
    assert (refused[0], "WeasyPrint和Pango" in refused[1]) == (503, True)
    assert [each["said"] for each in logs] == ["ImportError: no Pango"]


async def test_a_console_that_is_not_installed_is_no_fault_of_the_paper(typesetters: Typesetters) -> None:
    typesetters.command = (sys.executable, "-I", "-m", "console.nowhere")
    with capture_logs() as logs:
        refused = await refusal(typesetters)
    assert (refused[0], "控制台暂时无法生成PDF" in refused[1]) == (503, True)
    assert [each["said"].endswith("No module named console.nowhere") for each in logs] == [True]


async def test_of_what_a_process_says_the_end_is_kept(typesetters: Typesetters) -> None:
    instead(typesetters, "import sys; sys.stderr.write('x' * 1_000_000 + 'why'); sys.exit(1)")
    with capture_logs() as logs:
        await refusal(typesetters)
    assert [each["said"] for each in logs] == ["x" * (REASON - 3) + "why"]


async def test_a_process_that_ended_before_it_got_a_paper_is_replaced(
    typesetters: Typesetters, started: list[Process]
) -> None:
    instead(typesetters, "import os; os.kill(os.getpid(), 9)")
    await refusal(typesetters)

    async def ended() -> bool:
        return len(started) == 2 and started[1].returncode == -9

    await until(ended)
    instead(typesetters, ECHO)
    assert await typesetters.pdf_of(PAPER) == PAPER


async def test_where_no_process_can_be_started_the_paper_is_not_blamed(typesetters: Typesetters) -> None:
    typesetters.command = ("/nowhere/python",)
    refused = await refusal(typesetters)
    assert (refused[0], "控制台暂时无法生成PDF" in refused[1]) == (503, True)
    instead(typesetters, ECHO)
    assert await typesetters.pdf_of(PAPER) == PAPER


@pytest.mark.usefixtures("second_start_fails")
async def test_a_start_that_failed_beforehand_is_made_up_for(typesetters: Typesetters) -> None:
    instead(typesetters, ECHO)
    assert [await typesetters.pdf_of(PAPER) for _ in range(2)] == [PAPER] * 2


@pytest.mark.usefixtures("second_start_fails")
async def test_a_start_that_failed_beforehand_does_not_hinder_the_end(typesetters: Typesetters) -> None:
    instead(typesetters, ECHO)
    assert await typesetters.pdf_of(PAPER) == PAPER
    await typesetters.close()


async def test_the_kernel_holds_a_process_to_its_processor_its_memory_and_no_byte_on_the_disk(
    typesetters: Typesetters, tmp_path: Path
) -> None:
    limits = "(CPU, AS, FSIZE) = (resource.RLIMIT_CPU, resource.RLIMIT_AS, resource.RLIMIT_FSIZE)"
    told = "print([resource.getrlimit(each) for each in (CPU, AS, FSIZE)])"
    instead(typesetters, f"import resource; from console.typesetter import limit; limit(); {limits}; {told}")
    expected = [(PROCESSOR, PROCESSOR), (MEMORY, MEMORY), (0, 0)]
    assert await typesetters.pdf_of(PAPER) == f"{expected}\n".encode()


async def test_a_process_writes_to_no_file(typesetters: Typesetters, tmp_path: Path) -> None:
    opened = f"os.open({str(tmp_path / 'kept')!r}, os.O_CREAT | os.O_WRONLY)"
    instead(typesetters, f"import os; from console.typesetter import limit; limit(); os.write({opened}, b'x')")
    assert (await refusal(typesetters))[0] == 503
    assert (tmp_path / "kept").read_bytes() == b""


async def test_it_is_said_when_the_kernel_ended_a_process(typesetters: Typesetters) -> None:
    instead(typesetters, "import os; os.kill(os.getpid(), 9)")
    assert "占用内存过多" in (await refusal(typesetters))[1]


async def test_what_takes_too_long_is_ended_and_the_next_paper_is_made(typesetters: Typesetters) -> None:
    typesetters.longest = 0.05
    instead(typesetters, "import time; time.sleep(3600)")
    assert (await refusal(typesetters))[0] == 422
    await typesetters.close()
    typesetters.longest = 60
    instead(typesetters, ECHO)
    assert await typesetters.pdf_of(PAPER) == PAPER


async def test_few_papers_are_made_at_once_some_wait_and_more_are_refused(
    typesetters: Typesetters, tmp_path: Path
) -> None:
    """Each process notes that it works, and ends once it may."""
    go = tmp_path / "go"
    waits = f"import os, pathlib, time\nwhile not os.path.exists({str(go)!r}): time.sleep(0.01)"
    instead(typesetters, f"{ECHO}\n{waits}")
    asked = [asyncio.create_task(typesetters.pdf_of(PAPER)) for _ in range(AT_ONCE + WAITING)]
    await asyncio.sleep(0)
    assert await refusal(typesetters) == (503, "正在生成PDF的人太多，请稍后再试。")
    go.touch()
    assert await asyncio.gather(*asked) == [PAPER] * (AT_ONCE + WAITING)
    assert await typesetters.pdf_of(PAPER) == PAPER
