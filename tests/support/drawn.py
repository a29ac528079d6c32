"""What is read of drawn figures: the lines of each by its title, how wide their bars are, and where its sheet is."""

import re
from dataclasses import dataclass
from html import unescape


@dataclass(frozen=True)
class Drawn:
    """One figure: its sheet's address, the cells of each line, and each bar's width."""

    sheet: str | None
    lines: list[list[str]]
    widths: list[str]


def drawn(html: str) -> dict[str, Drawn]:
    """The figures of a page by their titles."""
    return {_text(_in("h3", part)[0]): _figure(part) for part in html.split('<div class="drawing">')[1:]}


def _figure(part: str) -> Drawn:
    sheet = re.search(r'href="([^"]*)" download', part)
    (body,) = _in("tbody", part) or [""]
    return Drawn(
        sheet=unescape(sheet[1]) if sheet else None,
        lines=[
            [_text(cell) for cell in re.findall(r'<t[hd] (?:scope|class="num)[^>]*>(.*?)</t', row)]
            for row in _in("tr", body)
        ],
        widths=re.findall(r'<rect width="([^"]*)"', body),
    )


def _in(tag: str, html: str) -> list[str]:
    return re.findall(rf"<{tag}[^>]*>(.*?)</{tag}>", html, re.DOTALL)


def _text(html: str) -> str:
    return unescape(re.sub(r"<[^>]*>", "", html)).strip()
