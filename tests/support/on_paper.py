"""What is read on a printed paper: the boxes and the lines of its first copy."""

import re
from collections.abc import Awaitable, Callable
from html import unescape

import httpx

BLANK = "签名　　　　　　　年　　月　　日"
"""Room for a pen."""
MARK = "内部表　不得给客户"
"""What stands across each page of a paper that stays in the house."""


def printing(ask: Callable[..., Awaitable[httpx.Response]]) -> Callable[[str, str], Awaitable[str]]:
    """Prints a paper in a role, over what asks the service: the page, which has to be there."""

    async def printed(role: str, path: str) -> str:
        answer = await ask(role, "GET", f"/ui/papers/{path}")
        assert answer.status_code == 200, answer.text
        return answer.text

    return printed


def text(html: str) -> str:
    """What is read of it, without marks."""
    return unescape(re.sub(r"<[^>]*>", "", html)).strip()


def cells(html: str) -> dict[str, list[str]]:
    """The boxes of the first copy by their titles: what stands there, and who signed or that room is left."""
    boxes = re.findall(r'<th scope="row">(.*?)</th><td[^>]*>(.*?)</td>', _first(html), re.DOTALL)
    return {title: [text(each) for each in re.findall(r"<p[^>]*>(.*?)</p>", said, re.DOTALL)] for title, said in boxes}


def lines(html: str) -> list[list[str]]:
    """The lines of the table of the first copy."""
    rows = re.findall(r"<tr>(.*?)</tr>", _first(html).partition("<tbody>")[2].partition("</tbody>")[0], re.DOTALL)
    return [[text(cell) for cell in re.findall(r"<td.*?>(.*?)</td>", row, re.DOTALL)] for row in rows]


def _first(html: str) -> str:
    return html.split("</article>", maxsplit=1)[0]
