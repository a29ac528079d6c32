"""Papers as A4 pages: what their boxes say, in how many copies they go out, and who printed them when.

A browser prints such a page, and the console makes a PDF of it; it carries no script and loads one style sheet.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeVar
from urllib.parse import quote

from fastapi import Request
from fastapi.responses import HTMLResponse

from shared.calendar import Calendar
from shared.contracts.event import PreciseDate
from shared.identity import Principal
from shared.pages.rendering import Renderer

POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
)
"""What a paper may load and do: styles and pictures of this address, nothing else."""

N = TypeVar("N", bound=str)

LONGEST_PDF = 300
"""Lines up to which the console makes a PDF of a paper while its reader waits; the browser saves longer ones as PDF."""

INTERNAL = "内部表　不得给客户"
"""The mark of a paper that does not leave the house."""
BLANK = "签名　　　　　　　年　　月　　日"
"""Where a person signs by hand what is not signed yet."""


@dataclass(frozen=True, slots=True)
class Box:
    """One box of a paper. `signed` says who signed it and when; an empty one leaves room for a pen."""

    title: str
    text: str = ""
    signed: str | None = None
    tall: bool = False


@dataclass(frozen=True, slots=True)
class Grid:
    """Lines of one kind, under their heads; the columns that `numbers` names are aligned as figures."""

    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: frozenset[int] = frozenset()


Boxes = tuple[Box, ...]
"""One to three boxes side by side; one that is signed stands alone."""


@dataclass(frozen=True, slots=True)
class Paper:
    """A form with its number, its parts from top to bottom, and whom each copy goes to.

    `mark` is the text across each page of a paper that does not leave the house.
    """

    title: str
    number: str
    parts: tuple[Boxes | Grid, ...]
    copies: tuple[str, ...] = ("",)
    mark: str = ""
    note: str = ""
    wide: bool = False

    @property
    def lines(self) -> int:
        """The lines of its grids, on one copy."""
        return sum(len(part.rows) for part in self.parts if isinstance(part, Grid))

    @property
    def printed_lines(self) -> int:
        """The lines of its grids, on all copies."""
        return len(self.copies) * self.lines


@dataclass(frozen=True, slots=True)
class PaperLink:
    """A paper that can be printed: what it is called, its number or day, and its address."""

    title: str
    number: str
    address: str


class Signing(Protocol):
    """Who signed something and when."""

    @property
    def by(self) -> str: ...

    @property
    def at(self) -> datetime: ...


class Press:
    """Prints papers, and says on them what is known as a reader of paper expects it."""

    def __init__(self, service: str, calendar: Calendar) -> None:
        self._service = service
        self._calendar = calendar
        self._render = Renderer()

    def __call__(self, paper: Paper, request: Request, asker: Principal) -> HTMLResponse:
        """The paper as a page. Each printing of personal data by a person is evidence, as each reading is."""
        request.state.personal = True
        printed = f"{asker.name or asker.id} {self.at(request.app.state.time.now())}打印"
        address = self._address(request)
        page = self._render(
            "paper.html",
            paper=paper,
            printed=printed,
            blank=BLANK,
            is_grid=is_grid,
            address=address,
            longest=LONGEST_PDF,
        )
        page.headers["Content-Security-Policy"] = POLICY
        page.headers["X-Content-Type-Options"] = "nosniff"
        page.headers["Referrer-Policy"] = "same-origin"
        return page

    def _address(self, request: Request) -> str:
        """Where browsers find this paper behind the gateway."""
        path, query = quote(request.scope["path"]), request.url.query
        return f"/{self._service}{path}?{query}" if query else f"/{self._service}{path}"

    def at(self, moment: datetime | None) -> str:
        """A moment in the company's zone; nothing for none."""
        return f"{self._calendar.local(moment):%Y-%m-%d %H:%M}" if moment else ""

    def signed(self, signature: Signing | None) -> str:
        """Who signed and when; nothing leaves room for a pen."""
        return f"{signature.by} {self.at(signature.at)}" if signature else ""


def precise(given: PreciseDate | None) -> str:
    """A date as far as it is known: the day, or the month alone; nothing for none."""
    if given is None:
        return ""
    return f"{given.on:%Y-%m}" if given.precision == "month" else given.on.isoformat()


def is_grid(part: Boxes | Grid) -> bool:
    """Whether a part of a paper is a grid of lines."""
    return isinstance(part, Grid)


def ticked(options: Mapping[N, str], chosen: N | None) -> str:
    """All options of a box of a form, the chosen one ticked."""
    return "　".join(f"{'☑' if name == chosen else '☐'}{title}" for name, title in options.items())


def yes_or_no(given: bool | None, yes: str = "是", no: str = "否") -> str:
    """Two boxes; neither is ticked as long as it is open."""
    return ticked({"yes": yes, "no": no}, None if given is None else "yes" if given else "no")
