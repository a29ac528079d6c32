"""A paper offers its PDF as long as the console makes it while its reader waits."""

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from shared.calendar import CHINA
from shared.identity import Principal
from shared.pages.papers import LONGEST_PDF, Grid, Paper, Press

NOW = datetime(2026, 11, 20, 6, 0, tzinfo=UTC)


def request() -> Any:
    """The request of a browser for a register."""
    app = SimpleNamespace(state=SimpleNamespace(time=SimpleNamespace(now=lambda: NOW)))
    url = SimpleNamespace(query="month=2026-11")
    return SimpleNamespace(app=app, state=SimpleNamespace(), url=url, scope={"path": "/ui/papers/register"})


@pytest.mark.parametrize(
    ("lines", "copies", "offered"),
    [
        (LONGEST_PDF, 1, True),
        (LONGEST_PDF + 1, 1, False),
        (LONGEST_PDF // 2, 2, True),
        (LONGEST_PDF // 2 + 1, 2, False),
    ],
)
def test_a_long_paper_is_saved_by_the_browser(lines: int, copies: int, offered: bool) -> None:
    paper = Paper("工程登记表", "2026-11", (Grid("", ("编号",), (("1",),) * lines),), ("",) * copies)
    page = Press("orders", CHINA)(paper, request(), Principal.staff("cs-07")).body
    html = bytes(page).decode()
    assert ("下载PDF" in html, f"这份表较长（{lines}行，{copies}联）" in html) == (offered, not offered)
